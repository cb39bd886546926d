"""Queries name only columns that the catalogs of a version have; most versions cannot be run here.

From the catalog chapters of the manuals of 9.6 to 18 and their release notes: columns, functions and catalogs
that came after 9.6 or went before 18, with the first and the last major that has them.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest

from rdscheck.assess.bodies.tree import parsed
from rdscheck.assess.live.collecting import OF_DATABASE, OF_INSTANCE
from rdscheck.assess.live.elsewhere import publications
from rdscheck.assess.live.instance import others
from rdscheck.assess.live.look import Look, Part, Row, number_of

VERSIONS = (9.6, 10, 11, 12, 13, 14, 15, 16, 17, 18)
_FIRST, _LAST = 0.0, 99.0

CHANGED: dict[str, tuple[float, float]] = {
    "collicurules": (16, _LAST),
    "colliculocale": (15, 16),
    "collisdeterministic": (12, _LAST),
    "colllocale": (17, _LAST),
    "collprovider": (10, _LAST),
    "collversion": (10, _LAST),
    "conflicting": (16, _LAST),
    "datcollversion": (15, _LAST),
    "daticulocale": (15, 16),
    "daticurules": (16, _LAST),
    "datlocale": (17, _LAST),
    "datlocprovider": (15, _LAST),
    "invalidation_reason": (17, _LAST),
    "jit": (11, _LAST),
    "pg_collation_actual_version": (10, _LAST),
    "pg_current_wal_lsn": (10, _LAST),
    "pg_current_xlog_location": (_FIRST, 9.6),
    "pg_hba_file_rules": (10, _LAST),
    "pg_last_wal_replay_lsn": (10, _LAST),
    "pg_last_xlog_replay_location": (_FIRST, 9.6),
    "pg_parameter_acl": (15, _LAST),
    "pg_pltemplate": (_FIRST, 12),
    "pg_publication": (10, _LAST),
    "pg_publication_namespace": (15, _LAST),
    "pg_publication_rel": (10, _LAST),
    "pg_read_all_settings": (10, _LAST),
    "pg_sequence": (10, _LAST),
    "pg_stat_subscription": (10, _LAST),
    "pg_subscription": (10, _LAST),
    "pg_subscription_rel": (10, _LAST),
    "pg_wal_lsn_diff": (10, _LAST),
    "pg_xlog_location_diff": (_FIRST, 9.6),
    "proisagg": (_FIRST, 10),
    "proiswindow": (_FIRST, 10),
    "prokind": (11, _LAST),
    "prosqlbody": (14, _LAST),
    "prosupport": (12, _LAST),
    "protransform": (_FIRST, 11),
    "pubtruncate": (11, _LAST),
    "relam": (12, _LAST),  # there before, but not of tables
    "relhasoids": (_FIRST, 11),
    "relispartition": (10, _LAST),
    "rngmultitypid": (14, _LAST),
    "subbinary": (14, _LAST),
    "subdisableonerr": (15, _LAST),
    "subfailover": (17, _LAST),
    "suborigin": (16, _LAST),
    "subpasswordrequired": (16, _LAST),
    "subrunasowner": (16, _LAST),
    "substream": (14, _LAST),
    "subtwophasestate": (15, _LAST),
    "temporary": (10, _LAST),
    "tgparentid": (13, _LAST),
    "two_phase": (14, _LAST),
    "typsubscript": (14, _LAST),
    "wal_status": (13, _LAST),
}
#: Indexes have had their access method in that column always.
ALWAYS = {"special indexes": {"relam"}}


class Listening(Look):
    """A look at nothing, which keeps the queries."""

    def __init__(self, major: float) -> None:
        super().__init__(None, "d", number_of(major), whole=True)  # type: ignore[arg-type]
        self.extensions = {"pg_cron": "cron", "pg_partman": "partman"}
        self.asked: list[str] = []

    def rows(self, query: str, **values: object) -> list[Row]:
        """Keep a query; one that others depend on has an answer."""
        self.asked.append(query)
        return [()] if "pg_subscription s" in query and "NULL, s.subslotname" in query else []

    def many(self, query: str, **values: object) -> Iterator[Row]:
        """Keep a query."""
        return iter(self.rows(query))

    def either(self, query: str, other: str, *args: object, **values: object) -> list[Row]:
        """Keep both queries."""
        self.asked += [query, other]
        return []


def strangers(part: Part, major: float) -> list[str]:
    """Return what the queries of a part name although that version does not have it."""
    look = Listening(major)
    part.read_into([], look)
    words = {word for query in look.asked for word in re.findall(r"[a-z_0-9]+", query)}
    words -= ALWAYS.get(part.what, set())
    return [
        word for word in sorted(words & CHANGED.keys()) if not CHANGED[word][0] <= major <= CHANGED[word][1]
    ]


@pytest.mark.parametrize("major", VERSIONS)
def test_no_query_names_what_a_version_does_not_have(major: float) -> None:
    found = {part.what: strangers(part, major) for part in (*OF_INSTANCE, *OF_DATABASE)}
    assert {what: names for what, names in found.items() if names} == {}


def test_a_query_of_another_version_is_noticed() -> None:
    modern = replace(publications, since=0)
    assert strangers(modern, 9.6) == ["pg_publication", "pg_publication_rel"]
    assert strangers(modern, 10) == []


@pytest.mark.parametrize("major", VERSIONS)
def test_every_query_is_sql(major: float) -> None:
    """Even that of versions that cannot be run here can be parsed, values left out."""
    look = Listening(major)
    for part in (*OF_INSTANCE, *OF_DATABASE):
        part.read_into([], look)
    others(look)
    assert len(look.asked) > 35
    for query in look.asked:
        assert len(parsed(re.sub(r"%\(\w+\)s", "NULL", query))) == 1
        assert not re.search(r"%(?!\(\w+\)s|%)", query)


@pytest.mark.parametrize(("major", "number"), [(9.6, 90600), (10, 100000), (13, 130000), (18, 180000)])
def test_majors_as_numbers(major: float, number: int) -> None:
    assert number_of(major) == number
