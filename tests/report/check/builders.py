"""Checks made by hand, and checks nobody would make."""

from collections.abc import Callable
from dataclasses import replace

from rdscheck.assess.checked import Checked, Checks, Entry, Missed, State, Trouble, Work
from rdscheck.assess.facts import Flavour, Origin, Via
from rdscheck.assess.finding import Effort, Finding, Severity
from rdscheck.assess.rehearsing.telling import Met, Rehearsed, Unmet
from rdscheck.assess.rule import rules
from rdscheck.model import Certainty

RULES = ("extension-not-offered", "superuser-role", "table-without-key")


def finding(number: int, subject: str, severity: Severity = Severity.BLOCKER, **more: object) -> Finding:
    rule = rules()[RULES[number]]
    made = Finding(
        id=rule.id,
        group=rule.group,
        severity=severity,
        subject=subject,
        message=f"{subject} is in the way.",
        why=rule.why,
        fix=f"DROP THIS {subject};",
        source=rule.source,
        date=rule.date,
        certainty=Certainty.DOCUMENTED,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def checked(name: str = "shop.sql", via: Via = Via.DUMP, **more: object) -> Checked:
    label = "localhost:5432/shop" if via is Via.LIVE else name
    flavour = Flavour.PLAIN if via is Via.LIVE else Flavour.UNKNOWN
    form = "" if via is Via.LIVE else "plain"
    made = Checked(
        name=name,
        target="rds-17.11",
        target_name="RDS for PostgreSQL 17.11",
        origin=Origin(via, label, "13.23", 13, flavour, form),
        move="restore",
        asked=RULES,
    )
    return replace(made, **more)  # type: ignore[arg-type]


def checks(*some: Checked, **more: object) -> Checks:
    known = {id_: rules()[id_] for id_ in RULES}
    return replace(Checks(some, rules=known, version="0.1.0"), **more)  # type: ignore[arg-type]


def realistic() -> Checks:
    """Return one check with something of everything."""
    return checks(
        checked(
            entries=(
                Entry(finding(0, "extension file_fdw", line=12)),
                Entry(finding(0, "extension plsh", line=14), State.BASELINE),
                Entry(finding(1, "role app", Severity.WARNING, certainty=Certainty.OBSERVED)),
                Entry(
                    finding(2, "table public.log", Severity.NOTE, database="shop", line=99),
                    State.SUPPRESSED,
                    "it is going away",
                    "2027-01-31",
                ),
            ),
            missed=(
                Missed("a statement", "syntax error", (), "shop", 7, matters=True),
                Missed("pg_hba.conf", "permission denied", ("authentication",), matters=False),
                Missed("passwords", "denied", ("roles",), matters=False, accepted="nobody may"),
            ),
            work=(
                Work(RULES[0], "extensions", 2, Effort(4, 4)),
                Work(RULES[1], "roles", 1, Effort(0.25, 0.1)),
            ),
        ),
        remarks=("suppression 2 (x-*) is not used: no finding is like that",),
    )


def rehearsed(text: Callable[[], str] = lambda: "") -> Rehearsed:
    """Return a rehearsal with a refusal of each cause, every foreign string of it with one from ``text``."""
    causes = ("finding", "follows", "sandbox", "harmless", "unexplained")
    return Rehearsed(
        statements=40,
        met=tuple(
            Met(
                20 + number, f"CREATE {text()}", "42501", f"denied {text()}", one, f"b{text()}" * (number < 3)
            )
            for number, one in enumerate(causes)
        ),
        unconfirmed=(Unmet(RULES[0], "extension file_fdw"), Unmet(RULES[0], f"o{text()}", text())),
        assumed_roles=(f"r{text()}",),
        passes=True,
        options=("--no-owner",),
        files=(f"rehearsal/{text()}",),
        not_run=(f"n{text()}",),
    )


def broken(name: str = "old.sql") -> Checked:
    return Checked(
        name, "rds-17.11", "RDS for PostgreSQL 17.11", trouble=Trouble.UNREACHABLE, message="no answer"
    )


def shaped(text: Callable[[], str]) -> Checks:
    """Return checks that always have the same shape, every foreign string of them from ``text``."""

    def entry(number: int, severity: Severity, state: State) -> Entry:
        made = finding(number, f"table {text()}", severity, database=text(), line=number)
        made = replace(made, message=f"m{text()}", fix=f"f{text()}", source=f"javascript:{text()}")
        return Entry(made, state, f"r{text()}" if state is State.SUPPRESSED else "")

    def one(number: int, via: Via) -> Checked:
        return checked(
            f"{number}{text()}",
            via,
            origin=Origin(via, f"{number}{text()}", "13.23", 13, Flavour.PLAIN, "plain"),
            entries=(
                entry(0, Severity.BLOCKER, State.NEW),
                entry(1, Severity.WARNING, State.BASELINE),
                entry(2, Severity.NOTE, State.SUPPRESSED),
            ),
            missed=(Missed(f"w{text()}", f"r{text()}", ("roles",), text(), 3, accepted=text()),),
            work=(Work(RULES[0], "extensions", 1, Effort(4, 4)),),
            rehearsal=rehearsed(text),
        )

    dead = replace(broken(f"3{text()}"), message=f"e{text()}")
    return checks(one(1, Via.DUMP), one(2, Via.LIVE), dead, remarks=(f"n{text()}",))
