"""What the query of a view is made of, as words: a view's text has neither comments nor unknown names."""

import re
from collections.abc import Iterator
from functools import lru_cache

from rdscheck.assess.facts import Facts, Relation
from rdscheck.assess.names import plain, quoted

_STRING = re.compile(r"'(?:[^']|'')*'")
_WORD = re.compile(r'"((?:[^"]|"")*)"|([a-z_][a-z0-9_$]*)', re.ASCII)
_OF_USERS = re.compile(
    r"\b(?:FROM|JOIN)\s*\(*\s*(?!pg_catalog\.|information_schema\.)"
    r'(?:"(?:[^"]|"")*"|[a-z_][a-z0-9_$]*)\.([a-z_][a-z0-9_$]*)',
    re.ASCII | re.IGNORECASE,
)
_BEHIND = re.compile(r"\s(?:[-+*/<>=~!@#%^&|`?]+|OPERATOR\([^()]+\))\s?\)")
_CALL = re.compile(r'(?<![\w."$])(?:pg_catalog\.)?([a-z_][a-z0-9_]*)\s*\(', re.ASCII)
_FROM = re.compile(
    r"\b(?:FROM|JOIN)\s*\(*\s*(?:(pg_catalog|information_schema)\.)?([a-z_][a-z0-9_]*)(?![\w.$(])",
    re.ASCII | re.IGNORECASE,
)
_LIST = re.compile(r",\s*(?:(pg_catalog)\.)(pg_[a-z0-9_]*)(?![\w.$(])", re.ASCII)


def views(facts: Facts) -> Iterator[Relation]:
    """Return views and materialized views with their query."""
    return (one for one in facts.relations if one.definition and one.kind in {"view", "materialized view"})


def subject(view: Relation) -> str:
    """Return what findings call a view."""
    return f"{view.kind} {plain(view.schema, view.name)}"


def drop(view: Relation) -> str:
    """Return the statement that drops a view."""
    return f"DROP {view.kind.upper()} {quoted(view.schema, view.name)};  -- and create it again afterwards"


@lru_cache(maxsize=1024)
def words(definition: str) -> frozenset[str]:
    """Return the names and words of a query, its strings left out."""
    found = _WORD.findall(_STRING.sub("''", definition.replace("\n", " ")))
    return frozenset(quoted_ or bare for quoted_, bare in found)


def of_users(definition: str) -> frozenset[str]:
    """Return names of relations that a query reads from schemas of users, which are before them."""
    return frozenset(_OF_USERS.findall(definition))


def behind(definition: str) -> bool:
    """Tell whether an operator stands behind its operand: the server puts both into parentheses."""
    return bool(_BEHIND.search(_STRING.sub("''", definition)))


@lru_cache(maxsize=1024)
def calls(definition: str) -> frozenset[str]:
    """Return the functions of the system, or without a schema, that a query may call."""
    return frozenset(_CALL.findall(_STRING.sub("''", definition)))


@lru_cache(maxsize=1024)
def catalogs(definition: str) -> frozenset[str]:
    """Return the catalogs and views of the system that a query reads from."""
    text = _STRING.sub("''", definition)
    found = {name for schema, name in _FROM.findall(text) if schema or name.startswith("pg_")}
    return frozenset(found | {name for _, name in _LIST.findall(text)})
