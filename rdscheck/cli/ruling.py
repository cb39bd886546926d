"""Rules in ``rdscheck list``, ``rdscheck explain`` and ``rdscheck new``."""

import re
from pathlib import Path

from rdscheck.assess.rule import Example, Rule, rules
from rdscheck.cli.console import Console
from rdscheck.errors import ExitCode, UsageError

COLUMNS = ["id", "severity", "group", "problem"]

_RULE = '''"""{title}: say in one sentence what is found."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule


@rule(
    id="{id}",
    problem="",  # one sentence, without the name of the object
    why="",  # what happens to those who move all the same
    fix="",  # what to do; SQL that runs is given with each hit
    severity=Severity.BLOCKER,  # or WARNING, NOTE
    source="",  # address of the page this rests on
    date="",  # when it was read, as 2026-10-01
    effort=Effort(0.5, 0.25),  # hours once, and for each finding
    guilty=Example(sql="", subject=""),  # a database with the problem, and the subject that is found
    innocent=Example(sql=""),  # one that looks alike and has it not
)
def {name}(context: Context) -> Iterator[Hit]:
    """Find what the problem speaks of."""
    raise NotImplementedError("fill in: which facts are guilty?")
    for one in context.facts.relations:
        yield hit(one, f"{{one.kind}} {{plain(one.schema, one.name)}}")
'''


def rows() -> list[list[str]]:
    """Return all rules, one row each."""
    return [[one.id, one.severity.value, one.group, one.problem] for one in rules().values()]


def explain(one: Rule, console: Console) -> None:
    """Print all that is known of a rule."""
    facts = {
        "rule": one.id,
        "group": one.group,
        "severity": one.severity.value,
        "problem": one.problem,
        "why": one.why,
        "fix": one.fix,
        "source": f"{one.source} (read {one.date})",
        "certainty": one.certainty.value,
        "moves": ", ".join(move.value for move in one.moves),
        "to": ", ".join(f"{engine} {_range(*one.targets)}".strip() for engine in one.engines),
        "from": f"PostgreSQL {_range(*one.sources) or 'of any version'}",
        "effort": f"{one.effort.first:g} h once, {one.effort.each:g} h for each finding",
    }
    for name, value in facts.items():
        console.data(f"{name}: {value}")
    for name, example in (("guilty", one.guilty), ("innocent", one.innocent)):
        _example(name, example, console)


def _range(first: float, last: float) -> str:
    if not first and not last:
        return ""
    if not last:
        return f"{first:g}+"
    return f"{first:g}-{last:g}" if first else f"up to {last:g}"


def _example(name: str, example: Example, console: Console) -> None:
    to = f" (to {example.target})" if example.target else ""
    console.data(f"{name} example{to}:")
    settings = [f"{key} = {value}" for key, value in example.settings]
    for line in [*settings, *(example.sql or example.dump).splitlines()]:
        console.data(f"    {line}")
    if example.subject:
        console.data(f"  finds: {example.subject}")


def new(id_: str, directory: Path, console: Console) -> ExitCode:
    """Write the file of a rule that fails its own self-test until it is filled in."""
    match = re.fullmatch(r"([a-z][a-z0-9_]*)/([a-z][a-z0-9]*(?:-[a-z0-9]+)*)", id_)
    if not match:
        raise UsageError(
            f"{id_!r} is no id for a rule", hint="the form is group/rule-id: files/file-foreign-table"
        )
    group, rule = match.groups()
    if rule in rules():
        raise UsageError(f"there is a rule {rule} already", hint=f"rdscheck explain {rule}")
    name = rule.replace("-", "_")
    path = directory / group / f"{name}.py"
    if path.exists():
        raise UsageError(f"{path} exists already", hint="choose another id")
    path.parent.mkdir(parents=True, exist_ok=True)
    package = path.parent / "__init__.py"
    title = rule.replace("-", " ").capitalize()
    if not package.exists():
        package.write_text(f'"""Rules about {group.replace("_", " ")}."""\n', encoding="utf-8")
    path.write_text(_RULE.format(id=rule, name=name, title=title), encoding="utf-8")
    console.data(str(path))
    console.note(
        "it fails until it is filled in: pytest tests/assess, which tries the examples of every rule"
    )
    return ExitCode.OK
