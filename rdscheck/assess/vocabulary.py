"""Words that reports may show to anybody: those of the rules, of PostgreSQL and of the catalog."""

import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType

from pglast import keywords

from rdscheck.assess.acts import CALLS, KINDS, RELATIONS
from rdscheck.assess.rule import Rule, rules
from rdscheck.assess.target import Target
from rdscheck.assess.types import PLAIN
from rdscheck.catalog.extensions import offered
from rdscheck.catalog.parameters import parameters

#: A word: what stands between spaces and punctuation; everything beyond ASCII belongs to words.
WORD = re.compile(r"[\w$\u0080-\U0010ffff]+")
_OWN = "rdscheck.assess"
_COLLECTORS = ("rdscheck.assess.dump.", "rdscheck.assess.live.", "rdscheck.assess.bodies.")
_PARAMETERS = Path(__file__).parent / "parameters.txt"
_DEEP = 6

#: Names that every server has: they tell nothing.
_SERVERS = (
    "public postgres template0 template1 information_schema plpgsql sql internal rdsadmin localhost heap "
    "btree gin gist brin spgist hash scram md5 iso utf8 sql_ascii latin1 icu libc builtin default"
)
COMMON = frozenset(_SERVERS.split())
_PREFIXES = ("pg_", "rds_", "aws_")

#: Types as SQL writes them, and the words of messages that servers and libraries send.
_OTHERS = """
integer bigint smallint character varying double precision real boolean timestamp time with without zone
bit text json jsonb numeric decimal interval anyelement anyarray record void trigger event_trigger setof
permission denied for the of a an is in on to by from must be owner member superuser not and or it
table tables view views sequence schema function functions procedure aggregate relation relations column type
role roles database databases index extension language tablespace server foreign data wrapper user mapping
connection refused failed timed out timeout expired timeout could connect host name address port password
authentication fatal error no such file directory access method statement canceled due lock closed lost
terminating administrator command unexpectedly was before while processing request probably means terminated
abnormally does exist exists syntax at near end input line invalid value unterminated quoted string dollar
too many connections clients already reserved replication privileges cannot execute transaction read only
body bodies statements that them first rest they parsed more other somebody holds may over server's answers
literal last line missing complete ends within its data bytes long large nested deeply
file_fdw dblink adminpack dump cut short truncated binary understood standard checked interrupted seconds
"""
_LOCALE = re.compile(r"(?:[a-z]{2,3}_[A-Z]{2}|[A-Z]{2}|utf8|UTF|UTF8|LATIN\d+|WIN\d+|C|POSIX|ICU)\Z")


@cache
def server_parameters() -> frozenset[str]:
    """Return the names of the parameters that servers have by themselves, of all versions we know."""
    return frozenset(_PARAMETERS.read_text("ascii").split())


@cache
def general() -> frozenset[str]:
    """Return the words that stay in every text."""
    words = {*_OTHERS.split(), *server_parameters(), *COMMON, *CALLS, *RELATIONS}
    for text in (*KINDS, *KINDS.values(), *PLAIN):
        words |= set(WORD.findall(text))
    kinds = (keywords.COL_NAME_KEYWORDS, keywords.RESERVED_KEYWORDS, keywords.TYPE_FUNC_NAME_KEYWORDS)
    for kind in (*kinds, keywords.UNRESERVED_KEYWORDS):
        # In capitals: SQL of ours is written so, and a name in capitals stands in quotation marks.
        words |= {word.upper() for word in kind}
    return frozenset(words)


@cache
def of_target(target: Target) -> frozenset[str]:
    """Return the words of a target's name and version, and of its extensions and parameters."""
    found = {target.name, target.engine}
    found |= set(offered(target.version, target.engine)) | set(parameters(target.version, target.engine))
    return frozenset(word for name in found for word in WORD.findall(name))


@cache
def of_rule(id_: str) -> frozenset[str]:
    """Return the words a rule and the functions it uses are written with; none for an unknown rule."""
    rule = rules().get(id_)
    return _of(rule) if rule else frozenset()


def _of(rule: Rule) -> frozenset[str]:
    texts = [rule.id, rule.group, rule.problem, rule.why, rule.fix]
    texts += _texts(rule.judge, set())
    return frozenset(word for text in texts for word in WORD.findall(text))


@cache
def of_collectors() -> frozenset[str]:
    """Return the words in which dumps and servers are read, and what cannot be seen of them is told."""
    modules = [module for name, module in sorted(sys.modules.items()) if name.startswith(_COLLECTORS)]
    seen: set[int] = set()
    texts = [
        text
        for module in modules
        for value in vars(module).values()
        if getattr(value, "__module__", "") == module.__name__
        for text in _texts(value, seen)
    ]
    return frozenset(word for text in texts for word in WORD.findall(text))


def _texts(function: object, seen: set[int], deep: int = 0) -> Iterator[str]:
    """Yield the texts a function or class of ours holds, and those of what it uses."""
    if id(function) in seen or deep > _DEEP:
        return
    seen.add(id(function))
    if isinstance(function, property):
        function = function.fget
    if isinstance(function, type):
        for value in vars(function).values():
            if isinstance(value, FunctionType | property):
                yield from _texts(value, seen, deep)
    if not isinstance(function, FunctionType):
        return
    used = set()
    for code in _codes(function.__code__):
        yield from _strings(code.co_consts)
        used |= set(code.co_names)
    for name in sorted(used & set(function.__globals__)):
        value = function.__globals__[name]
        if isinstance(value, FunctionType | type) and value.__module__.startswith(_OWN):
            yield from _texts(value, seen, deep + 1)
        else:
            yield from _strings([value])


def _codes(code: CodeType) -> Iterator[CodeType]:
    yield code
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield from _codes(one)


def _strings(values: Iterable[object]) -> Iterator[str]:
    for value in values:
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from _strings([*value, *value.values()])
        elif isinstance(value, tuple | list | set | frozenset):
            yield from _strings(value)


def is_common(word: str) -> bool:
    """Tell whether a word is a name of PostgreSQL's or of the service's, a number, or a locale."""
    return (
        word in COMMON
        or word.startswith(_PREFIXES)
        or (word.isascii() and word.isdigit())
        or _LOCALE.match(word) is not None
    )
