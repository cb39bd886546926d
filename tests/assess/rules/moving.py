"""Facts made by hand for rules about moves, and what a rule has to say of them."""

from collections import defaultdict
from dataclasses import dataclass
from typing import get_args, get_type_hints

from rdscheck.assess.facts import (
    Column,
    CronJob,
    Database,
    Extension,
    Fact,
    Facts,
    Flavour,
    LoginRule,
    Origin,
    Relation,
    Role,
    Server,
    Setting,
    Slot,
    UserMapping,
    Via,
)
from rdscheck.assess.finding import Finding, Severity
from rdscheck.assess.rule import Context, rules
from rdscheck.assess.target import Move, read_target

BLOCKER, WARNING, NOTE = Severity.BLOCKER, Severity.WARNING, Severity.NOTE

#: The list of ``Facts`` each kind of fact stands in.
LISTS = {
    get_args(kind)[0]: name
    for name, kind in get_type_hints(Facts).items()
    if name not in {"origin", "not_seen"}
}


@dataclass(frozen=True)
class Case:
    """Facts a rule finds guilty, with what it says, and facts that look alike and are innocent."""

    rule: str
    guilty: tuple[Fact, ...]
    subject: str
    innocent: tuple[Fact, ...] = ()
    severity: Severity = BLOCKER
    says: str = ""  # stands in the message
    fix: str = ""  # stands in the fix
    target: str = "rds-17"
    move: Move = Move.RESTORE
    major: float = 15
    flavour: Flavour = Flavour.PLAIN
    via: Via = Via.LIVE
    innocent_target: str = ""  # where another target makes the facts innocent
    innocent_major: float | None = None
    innocent_flavour: Flavour | None = None

    def __str__(self) -> str:
        """Return the name of the test."""
        return f"{self.rule}-{self.subject}"


def upgrade(rule: str, guilty: tuple[Fact, ...], subject: str, *innocent: Fact, **others: object) -> Case:
    """Return a case of an instance of RDS 15 that is upgraded to 17, unless told otherwise."""
    told = {"move": Move.UPGRADE, "flavour": Flavour.RDS} | others
    return Case(rule, guilty, subject, innocent, **told)  # type: ignore[arg-type]


def facts_of(*facts: Fact, via: Via = Via.LIVE, major: float = 15, flavour: Flavour = Flavour.PLAIN) -> Facts:
    """Return facts in their lists."""
    lists: defaultdict[str, list[Fact]] = defaultdict(list)
    for one in facts:
        lists[LISTS[type(one)]].append(one)
    return Facts(origin=Origin(via, "made by hand", major=major, flavour=flavour), **lists)  # type: ignore[arg-type]


def found_guilty(case: Case) -> list[Finding]:
    """Return what the rule finds in the guilty facts."""
    facts = facts_of(*case.guilty, via=case.via, major=case.major, flavour=case.flavour)
    return list(rules()[case.rule].findings(Context(facts, read_target(case.target), case.move)))


def found_innocent(case: Case) -> list[Finding]:
    """Return what the rule finds in the innocent facts: nothing, it is hoped."""
    facts = facts_of(
        *case.innocent,
        via=case.via,
        major=case.major if case.innocent_major is None else case.innocent_major,
        flavour=case.innocent_flavour or case.flavour,
    )
    target = read_target(case.innocent_target or case.target)
    return list(rules()[case.rule].findings(Context(facts, target, case.move)))


def col(type_: str, name: str = "c", **others: object) -> Column:
    """Return a column of public.t."""
    fields = {"schema": "public", "relation": "t", "name": name, "type": type_, "database": "app"} | others
    return Column(**fields)  # type: ignore[arg-type]


def db(name: str, **others: object) -> Database:
    """Return a database in UTF8 and en_US.utf8."""
    fields = {"name": name, "encoding": "UTF8", "collate": "en_US.utf8", "ctype": "en_US.utf8"} | others
    return Database(**fields)  # type: ignore[arg-type]


def server_setting(name: str, value: str, source: str = "configuration file") -> Setting:
    """Return a parameter of the server."""
    return Setting(name=name, value=value, scope="server", source=source)


def role_setting(name: str, value: str = "x", role: str = "app") -> Setting:
    """Return a parameter of a role."""
    return Setting(name=name, value=value, scope="role", subject=role)


def role(name: str, **others: object) -> Role:
    """Return a role that may log in."""
    return Role(**({"name": name, "login": True} | others))  # type: ignore[arg-type]


def ext(name: str) -> Extension:
    """Return an extension of the database app."""
    return Extension(name=name, database="app")


def table(name: str = "t", **others: object) -> Relation:
    """Return a table with a primary key in schema public."""
    fields = {"schema": "public", "name": name, "kind": "table", "has_key": True, "database": "app"} | others
    return Relation(**fields)  # type: ignore[arg-type]


def view(definition: str, name: str = "v") -> Relation:
    """Return a view of that query."""
    return Relation(schema="public", name=name, kind="view", definition=definition, database="app")


def foreign(*options: str, wrapper: str = "postgres_fdw") -> Server:
    """Return the foreign server sales."""
    return Server(name="sales", wrapper=wrapper, options=options, database="app")


def mapping(*options: str, **others: object) -> UserMapping:
    """Return the user mapping of the role app on sales."""
    fields = {"server": "sales", "role": "app", "options": options, "database": "app"} | others
    return UserMapping(**fields)  # type: ignore[arg-type]


def job(command: str = "VACUUM", **others: object) -> CronJob:
    """Return the job 7 of pg_cron."""
    fields = {"id": 7, "schedule": "0 3 * * *", "command": command, "node": "localhost"} | others
    return CronJob(**fields)  # type: ignore[arg-type]


def slot(**others: object) -> Slot:
    """Return a logical slot."""
    return Slot(**({"name": "cdc", "kind": "logical", "plugin": "pgoutput"} | others))  # type: ignore[arg-type]


def login(kind: str, method: str, address: str = "10.0.0.0/255.0.0.0", user: str = "app") -> LoginRule:
    """Return a line of pg_hba.conf."""
    return LoginRule(kind=kind, method=method, databases=("all",), users=(user,), address=address)
