"""Every rule's examples on real servers: guilty ones are found out live and from dumps, innocent are not.

What is tried of a rule on a major is decided by its examples (``since``, ``until``, ``needs``, ``not_live``,
``not_dumped``); the rest is skipped with the reason.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cache

import pytest
from _pytest.mark import ParameterSet
from psycopg import sql

from rdscheck.assess.facts import Facts
from rdscheck.assess.judge import judge
from rdscheck.assess.rule import Example, Rule, rules
from rdscheck.assess.target import read_target
from rdscheck.errors import RdscheckError
from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.sweep import end_run
from tests.assess.making import Made, Workshop, foreign, read
from tests.conftest import PACKAGED, THOROUGH
from tests.sandbox.places import place

#: All rules on all majors take long: every fifth on the newest is tried each time.
MAJORS = PACKAGED if THOROUGH else PACKAGED[-1:]
TRIED = {id_: one for number, (id_, one) in enumerate(rules().items()) if THOROUGH or number % 5 == 0}

SIDES = ("live", "dump")
KINDS = ("guilty", "innocent")


@dataclass
class Tried:
    """An example on one major, and its facts on each side or why there are none."""

    rule: Rule
    kind: str
    made: Made
    facts: dict[str, Facts] = field(default_factory=dict)
    skipped: dict[str, str] = field(default_factory=dict)
    wrong: str = ""
    beside: list[Made] = field(default_factory=list)

    @property
    def example(self) -> Example:
        """Return the example as the rule has it."""
        return self.rule.guilty if self.kind == "guilty" else self.rule.innocent


def verdict(tried: Tried, side: str, major: int) -> str:
    """Return what is wrong with what is found on one side, empty where all is well."""
    example = tried.example
    facts = tried.facts[side]
    version = example.source_major or facts.origin.major
    facts.origin = replace(facts.origin, flavour=example.flavour, major=version)
    target = read_target(example.target or f"rds-{major}")
    assessment = judge(facts, target, example.move, [tried.rule])
    subjects = {
        tried.made.shown(one.subject)
        for one in assessment.findings
        if not foreign(one.subject, tried.made, tried.beside)
    }
    if tried.kind == "innocent" or (side == "live" and example.not_live):
        return f"found {sorted(subjects)} in the innocent example" if subjects else ""
    return "" if example.subject in subjects else f"{example.subject!r} is not among {sorted(subjects)}"


def _skipped(example: Example, server: Server) -> str:
    missing = [server.why_not(one) for one in example.needs if not server.has(one)]
    if example.since and server.major < example.since:
        return f"the example is one of PostgreSQL {example.since} or later"
    if example.until and server.major > example.until:
        return f"the example is one of PostgreSQL {example.until} or earlier"
    return missing[0] if missing else ""


class Trials:
    """All examples, tried on one major."""

    def __init__(self, pool: Pool, major: int) -> None:
        self._pool, self.major = pool, major
        self.all: dict[tuple[str, str], Tried] = {}
        shared = Workshop(pool.server(Version(major)))
        for rule in TRIED.values():
            for kind in KINDS:
                self.all[rule.id, kind] = self._first(rule, kind, shared.server)
        todo = [one for one in self.all.values() if one.made.sql and len(one.skipped) < len(SIDES)]
        plain = [one for one in todo if not one.example.settings]
        # What changes the server itself is alone with it.
        alone = [one for one in plain if one.made.clean and "{new}" not in one.made.sql]
        # Never both examples of a rule at once: what one gives to the instance would be the other's, too.
        for kind in KINDS:
            self._try(shared, [one for one in plain if one not in alone and one.kind == kind])
        for one in alone:
            self._try(shared, [one])
        self._with_settings([one for one in todo if one.example.settings])

    def _first(self, rule: Rule, kind: str, server: Server) -> Tried:
        example = rule.guilty if kind == "guilty" else rule.innocent
        made = Made(example.sql, example.clean, whole=example.with_roles, dumped=not example.not_dumped)
        tried = Tried(rule, kind, made)
        for side, reason in zip(SIDES, (example.not_live, example.not_dumped), strict=True):
            if why := _skipped(example, server) or reason:
                tried.skipped[side] = why
        if example.dump:
            tried.facts["dump"] = read(made.filled(example.dump))
            tried.skipped.pop("dump", None)
        if not example.sql:
            tried.skipped.setdefault("live", "the example is the text of a dump")
        return tried

    def _try(self, workshop: Workshop, examples: list[Tried]) -> None:
        all_made = [one.made for one in examples]
        workshop.make(all_made)
        try:
            for one in examples:
                one.beside = workshop.made
            well = [one for one in examples if not one.made.error]
            live = [one for one in well if "live" not in one.skipped]
            for one, facts in zip(live, workshop.live([one.made for one in live]), strict=True):
                one.facts["live"] = facts
            workshop.dump([one.made for one in well])
            for one in well:
                if one.made.dumped and not one.made.error:
                    one.facts["dump"] = read(one.made.text)
                    one.made.text = ""
        finally:
            said = workshop.clean(all_made)
            for one in examples:
                one.wrong = one.made.error
            for message in said:
                examples[0].wrong += f" cleaning: {message}"

    def _with_settings(self, examples: list[Tried]) -> None:
        """Try examples that want a server of their own, those of the same parameters on the same one."""
        groups: dict[tuple[tuple[str, str], ...], list[Tried]] = {}
        for one in examples:
            groups.setdefault(one.example.settings, []).append(one)
        for parameters, members in groups.items():
            server = self._started(dict(parameters))
            try:
                workshop = Workshop(server)
                # Slots hold back what others wait for, or lose it to them: each is alone on the server.
                slots = [one for one in members if "slot" in one.made.sql]
                for kind in KINDS:
                    self._try(workshop, [one for one in members if one not in slots and one.kind == kind])
                for one in slots:
                    self._try(workshop, [one])
            finally:
                server.end()

    def _started(self, parameters: dict[str, str]) -> Instance:
        taken = {name: value.removeprefix("rdsutils,") for name, value in parameters.items()}
        try:
            return self._pool.dedicated(Instance, Version(self.major), taken)
        except RdscheckError:
            # What no parameter group takes stands in the configuration of servers elsewhere.
            server = self._pool.dedicated(Instance, Version(self.major))
            with server.admin() as admin:
                for name, value in parameters.items():
                    # A list of libraries is one of names, each in quotation marks of its own.
                    shown = value if name == "shared_preload_libraries" else sql.quote(value)
                    admin.execute(f"ALTER SYSTEM SET {name} = {shown}".encode())
            server.reboot()
            return server


@pytest.fixture(scope="session")
def pool() -> Iterator[Pool]:
    engine, _ = place(f"docker-{MAJORS[0]}")
    run = RunDir.create(Owner.me())
    try:
        yield Pool(run, choose(engine))
    finally:
        end_run(run)


@pytest.fixture(scope="session")
def trials(pool: Pool) -> Callable[[int], Trials]:
    """Give the trials of a major: not by a parameter, for which pytest would try all anew at every test."""

    @cache
    def tried(major: int) -> Trials:
        place(f"docker-{major}")
        return Trials(pool, major)

    return tried


def _cases() -> list[ParameterSet]:
    return [
        pytest.param(
            major,
            id_,
            kind,
            side,
            id=f"{major}-{id_}-{kind}-{side}",
            marks=pytest.mark.xdist_group(f"examples-{major}"),
        )
        for major in MAJORS
        for id_ in TRIED
        for kind in KINDS
        for side in SIDES
    ]


@pytest.mark.parametrize(("major", "id_", "kind", "side"), _cases())
def test_example(trials: Callable[[int], Trials], major: int, id_: str, kind: str, side: str) -> None:
    tried = trials(major).all[id_, kind]
    assert not tried.wrong
    if side in tried.skipped:
        pytest.skip(tried.skipped[side])
    assert verdict(tried, side, major) == ""
