"""What a rule still lacks: the self-test of every rule, and of one that ``rdscheck new`` has begun."""

import datetime as dt
from collections.abc import Iterator

from rdscheck.assess.facts import Facts, Origin, Via
from rdscheck.assess.rule import Context, Example, Rule
from rdscheck.assess.target import Move, read_target


def lacking(rule: Rule) -> list[str]:
    """Return what a rule lacks, a sentence each; nothing where it is filled in."""
    return [*_words(rule), *_examples(rule), *_judge(rule)]


def _words(rule: Rule) -> Iterator[str]:
    for name in ("problem", "why", "fix"):
        text = getattr(rule, name)
        if not text.strip():
            yield f"{name} is empty"
        elif name != "fix" and not text.rstrip().endswith((".", "?")):
            yield f"{name} is no sentence"
    if not rule.source.startswith("https://"):
        yield "source is no address"
    try:
        dt.date.fromisoformat(rule.date)
    except ValueError:
        yield "date is no ISO date"


def _examples(rule: Rule) -> Iterator[str]:
    for name, example in (("guilty", rule.guilty), ("innocent", rule.innocent)):
        if not _shown(example) and not (example.not_live and example.not_dumped):
            yield f"the {name} example is empty"
    if not rule.guilty.subject and not (rule.guilty.not_live and rule.guilty.not_dumped):
        yield "the guilty example names no subject"


def _shown(example: Example) -> bool:
    return bool(example.sql.strip() or example.dump.strip() or example.settings)


def _judge(rule: Rule) -> Iterator[str]:
    empty = Facts(origin=Origin(Via.LIVE, "empty", "13.23", 13))
    for engine in rule.engines:
        for move in Move:
            try:
                list(rule.judge(Context(empty, read_target(f"{engine}-17"), move)))
            except NotImplementedError as error:
                yield f"it does not judge yet: {error}"
                return
