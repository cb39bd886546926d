"""PL/Rust: which versions load it, who may create it, and the guide's sample where a server has it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from rdscheck import (
    LibraryMissing,
    ParameterRefused,
    claim,
    documentation_finding,
    listed,
    offered,
    preload_libraries,
    refused,
    rests_on,
    scenario,
)

DOCS = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.Using.PL_Rust.html"
LISTS = "https://docs.aws.amazon.com/AmazonRDS/latest/PostgreSQLReleaseNotes/postgresql-extensions.html"
PARAMETERS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Parameters.html"
)
CREATE_LANGUAGE = "https://www.postgresql.org/docs/current/sql-createlanguage.html"

pytestmark = scenario(
    "extensions/plrust",
    title="Write functions in PL/Rust",
    docs=DOCS,
    since=13,
    needs=("rdsutils",),
)
GROUP = {"shared_preload_libraries": "plrust"}

#: First engine version of each major in AWS's tables; 18 has none.
FIRST = {13: "13.12", 14: "14.9", 15: "15.2-R2", 16: "16.1", 17: "17.1"}

FILTER = """
CREATE OR REPLACE FUNCTION filter_multiples(a BIGINT[], multiple BIGINT) RETURNS BIGINT[]
    IMMUTABLE STRICT
    LANGUAGE PLRUST AS
$$
    Ok(Some(a.into_iter().filter(|x| x.unwrap() % multiple != 0).collect()))
$$"""

Step = Callable[[str], AbstractContextManager[None]]


# What can be told without it


@claim(source=LISTS, certainty="documented", basis="emulated")
@documentation_finding("plrust-versions")
def test_versions(rds_version: str, rds: Any) -> None:
    """The lists have plrust from 13.12, 14.9, 15.2-R2, 16.1 and 17.1 on, and not at all for 18."""
    for major in (*FIRST, 18):
        known = listed(major)
        versions = tuple(one for one in known if "plrust" in offered(one))
        assert versions[:1] == ((FIRST[major],) if major in FIRST else ())
        assert versions == known[len(known) - len(versions) :]  # once there it stays
    (names,) = rds.execute("SHOW rds.extensions").fetchone()
    here = "plrust" in {name.strip() for name in names.split(",")}
    assert here == (int(rds_version.partition(".")[0]) in FIRST)


@claim(source=PARAMETERS, certainty="documented", basis="emulated", until=17)
def test_preload(rds_instance: Any, rds_version: str) -> None:
    """A parameter group takes plrust into shared_preload_libraries; it comes into force with a reboot."""
    instance = rds_instance()
    assert "plrust" in preload_libraries(int(rds_version.partition(".")[0]))
    try:
        instance.modify(GROUP)
    except LibraryMissing as error:
        # RDS takes it; what is missing is only here.
        pytest.skip(f"{error.message}; nothing was changed")
    assert instance.parameter_status == "pending-reboot"


@claim(source=PARAMETERS, certainty="derived", basis="emulated", since=18)
def test_preload_refused(rds_instance: Any) -> None:
    """The parameter group of a version without plrust refuses it, and keeps what it had."""
    instance = rds_instance()
    with pytest.raises(ParameterRefused, match=r"Invalid parameter value: plrust .* does not load this"):
        instance.modify(GROUP)
    assert instance.parameter_status == "in-sync"


@claim(source=LISTS, certainty="derived", basis="emulated")
@rests_on("unsupported-extension-text")
def test_not_created(rds: Any) -> None:
    """Where RDS does not list plrust the master user is told so; where it is listed it must be installed."""
    (names,) = rds.execute("SHOW rds.extensions").fetchone()
    if "plrust" in {name.strip() for name in names.split(",")}:
        query = "SELECT count(*) FROM pg_available_extensions WHERE name = 'plrust'"
        if rds.execute(query).fetchone() == (1,):
            pytest.skip("plrust is installed here; the other claims create it")
        text = "plrust"  # no control file; the words differ by major
    else:
        text = 'Extension "plrust" is not supported by Amazon RDS'
    for statement in ("CREATE EXTENSION plrust", "CREATE LANGUAGE plrust"):
        with refused(psycopg.Error, text):
            rds.execute(statement)


@claim(source=CREATE_LANGUAGE, certainty="documented", basis="real", needs=("plperl",))
def test_create_language(rds: Any) -> None:
    """CREATE LANGUAGE without a handler is CREATE EXTENSION, and answers so; shown with plperl."""
    assert rds.execute("CREATE LANGUAGE plperl").statusmessage == "CREATE EXTENSION"
    row = rds.execute("SELECT count(*) FROM pg_extension WHERE extname = 'plperl'").fetchone()
    assert row == (1,)


@claim(source=DOCS, certainty="derived", basis="emulated", until=17)
def test_ordinary_user(rds: Any, rds_db: Any, rds_connect: Any) -> None:
    """A role with CREATE on the database creates plrust neither as an extension nor as a language."""
    app = rds_db.create_role("app")
    names = map(sql.Identifier, (rds_db.name, app))
    rds.execute(sql.SQL("GRANT CREATE ON DATABASE {} TO {}").format(*names))
    session = rds_connect(rds_db.name, app, conninfo_to_dict(rds_db.dsn(app))["password"])
    for statement in ("CREATE EXTENSION plrust", "CREATE LANGUAGE plrust"):
        with refused("42501", 'permission denied to create extension "plrust"'):
            session.execute(statement)


# What takes the extension: cargo compiles a function when it is created


@claim(source=DOCS, certainty="documented", basis="real", needs=("plrust",), until=17)
def test_procedure(rds_instance: Any, step: Step) -> None:
    """After the reboot the language is created; the guide's function filters multiples out of an array."""
    instance = rds_instance()
    with step("1. Add plrust to shared_preload_libraries and reboot"):
        instance.modify(GROUP, apply_method="pending-reboot")
        instance.reboot()
    with instance.recorded() as master:
        assert master.execute("SHOW shared_preload_libraries").fetchone() == ("rdsutils,plrust",)
        with step("2. Create the language"):
            assert master.execute("CREATE LANGUAGE plrust").statusmessage == "CREATE EXTENSION"
        with step("3. Create a function and call it"):
            master.execute(FILTER)
            row = master.execute(
                "WITH gen_values AS (SELECT ARRAY(SELECT * FROM generate_series(1,100)) as arr)"
                " SELECT filter_multiples(arr, 3) from gen_values"
            ).fetchone()
            assert row == ([number for number in range(1, 101) if number % 3],)


@claim(source=DOCS, certainty="documented", basis="real", needs=("plrust",), until=17)
def test_usage(rds_instance: Any, step: Step) -> None:
    """By default a user cannot write PL/Rust; GRANT USAGE ON LANGUAGE lets him."""
    instance = rds_instance(parameters=GROUP)
    with instance.recorded() as master:
        master.execute("CREATE LANGUAGE plrust")
        master.execute("CREATE ROLE app LOGIN PASSWORD 'app-secret'")
        master.execute("CREATE SCHEMA app AUTHORIZATION app")
        with instance.recorded(user="app", password="app-secret") as session:
            session.execute("SET search_path = app")
            with step("1. Not granted"), refused("42501"):
                session.execute(FILTER)
            with step("2. Granted"):
                master.execute("GRANT USAGE ON LANGUAGE PLRUST TO app")
                session.execute(FILTER)


@claim(source=DOCS, certainty="documented", basis="real", needs=("plrust",), until=17)
def test_crates(rds_instance: Any) -> None:
    """A function that depends on a crate outside plrust.allowed_dependencies is refused."""
    with rds_instance(parameters=GROUP).recorded() as master:
        master.execute("CREATE LANGUAGE plrust")
        with pytest.raises(psycopg.Error, match=r"(?i)not allowed|allow-?list|dependenc"):
            master.execute(
                "CREATE FUNCTION crate() RETURNS text LANGUAGE plrust AS"
                ' $$\n[dependencies]\nnot_a_crate_of_rds = "1"\n\n[code]\nOk(None)\n$$'
            )
