"""Plain servers are told apart from the service, whatever on them looks like it."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from psycopg import sql

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Severity
from rdscheck.assess.judge import judge, move_of
from rdscheck.assess.live.collecting import collect
from rdscheck.assess.target import Move, read_target
from tests.assess.sources.binaries import VERSIONS
from tests.assess.sources.conftest import there
from tests.assess.sources.plain import Plain, started

#: What comes along from RDS, or is made to try for it: none of it makes a server an instance.
LOOKALIKES = (
    "CREATE ROLE rds_superuser; CREATE ROLE rdsadmin SUPERUSER; CREATE DATABASE rdsadmin OWNER rdsadmin",
    "ALTER DATABASE {name} SET rds.force_ssl = 1; ALTER ROLE postgres SET rds.extensions = 'x'",
)
OF_AURORA = """
    CREATE FUNCTION public.aurora_version() RETURNS text LANGUAGE sql AS 'SELECT 1::text';
    CREATE FUNCTION pg_catalog.aurora_version() RETURNS text LANGUAGE sql AS 'SELECT 1::text'"""
CLEAN = "DROP DATABASE rdsadmin; DROP ROLE rdsadmin; DROP ROLE rds_superuser; ALTER ROLE postgres RESET ALL"


@contextmanager
def lookalike(source: Plain) -> Iterator[str]:
    with source.database(OF_AURORA) as name, source.admin() as admin:
        for text in LOOKALIKES:
            for one in text.replace("{name}", name).split(";"):
                admin.execute(one.encode())
        try:
            yield name
        finally:
            for one in CLEAN.split(";"):
                admin.execute(one.encode())


def test_what_looks_like_the_service_is_none(source: Plain) -> None:
    with lookalike(source) as name:
        facts = collect(source.dsn(name))
        assert (facts.origin.flavour, move_of(facts)) == (Flavour.PLAIN, Move.RESTORE)
        assert facts.origin.major == source.major
        assert facts.origin.version.split(".")[0] == str(source.major)


def test_a_superuser_called_as_that_of_the_service_is_the_service() -> None:
    with started(there(max(VERSIONS)), superuser="rdsadmin") as server:
        assert collect(server.dsn()).origin.flavour is Flavour.RDS
        server.run(OF_AURORA)
        assert collect(server.dsn()).origin.flavour is Flavour.AURORA


@pytest.mark.parametrize("hidden", ["pg_settings", "pg_roles"])
def test_where_the_signs_are_hidden_nothing_is_claimed(source: Plain, hidden: str) -> None:
    """Some harden their servers so."""
    view = sql.Identifier("pg_catalog", hidden)
    with source.database() as name, source.role("LOGIN PASSWORD 'x'") as role:
        with source.admin(name) as admin:
            admin.execute(sql.SQL("REVOKE SELECT ON {} FROM PUBLIC").format(view))
        facts = collect(source.dsn(name, role))
    assert facts.origin.flavour is Flavour.UNKNOWN
    (told,) = [one for one in facts.not_seen if one.what == "whether it is an instance of RDS or Aurora"]
    assert hidden in told.reason
    assert told.groups == ()


def alarms(server: Plain) -> set[tuple[str, str]]:
    with server.database(
        "CREATE TABLE t (a int PRIMARY KEY); CREATE SCHEMA own; CREATE TABLE own.t ()"
    ) as name:
        found = judge(collect(server.dsn(name)), read_target("rds-17")).findings
    return {(one.id, one.subject) for one in found if one.severity is not Severity.NOTE}


def test_the_superuser_of_a_cluster_may_have_another_name() -> None:
    """As in a container made for an application: the master user can be named so."""
    with started(there(17), superuser="app") as server:
        assert alarms(server) == set()
        (role,) = [
            one
            for one in judge(collect(server.dsn()), read_target("rds-17")).findings
            if one.id == "superuser-role"
        ]
        assert (role.subject, role.severity) == ("role app", Severity.NOTE)
        server.run("CREATE ROLE boss SUPERUSER")
        assert alarms(server) == {("superuser-role", "role boss")}


def test_a_superuser_whose_name_is_refused_stays_in_the_way() -> None:
    with started(there(17), superuser="admin") as server:
        found = alarms(server)
    assert {("superuser-role", "role admin"), ("owner-needs-membership", "role admin")} <= found
