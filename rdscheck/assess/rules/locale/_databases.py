"""Databases that move, and names of locales."""

import re
from collections.abc import Iterator

from rdscheck.assess.facts import Database
from rdscheck.assess.rule import Context

#: Databases every instance of RDS has of its own.
OF_SERVICE = frozenset({"rdsadmin", "template0", "template1"})

#: Locales under which text is sorted by its bytes, everywhere alike.
BY_BYTES = frozenset({"", "C", "POSIX", "C.UTF-8", "C.UTF8", "C.utf8", "C.utf-8", "ucs_basic"})

_GLIBC = re.compile(r"(C|POSIX|[a-z]{2,3}(_[A-Z]{2})?)(\.[A-Za-z0-9-]+)?(@[A-Za-z0-9]+)?", re.ASCII)


def moving(context: Context) -> Iterator[Database]:
    """Return the databases that move: not those the service has, nor one half dropped."""
    for one in context.facts.databases:
        if one.name not in OF_SERVICE and one.connection_limit != -2:
            yield one


def is_glibc(locale: str) -> bool:
    """Tell whether a name of a locale has the form of glibc: ``de_DE.UTF-8``, not ``German_Germany.1252``."""
    return not locale or _GLIBC.fullmatch(locale) is not None
