"""What pg_upgrade itself refuses, found by the prechecks before the instance goes down."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from rdscheck import Basis, claim, documentation_finding, scenario

PG_UPGRADE = "https://github.com/postgres/postgres/blob/REL_18_STABLE/src/bin/pg_upgrade/check.c"

pytestmark = scenario(
    "upgrade/pg-upgrade",
    title="Find what pg_upgrade refuses before it does",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "USER_UpgradeDBInstance.PostgreSQL.MajorVersion.Process.html",
    since=13,
    until=17,
    needs=("rdsutils", "upgrade"),
    basis=Basis.EMULATED,
)

Step = Callable[[str], AbstractContextManager[None]]


@claim(source=PG_UPGRADE, certainty="documented")
def test_reg_types_are_found_inside_other_types(candidate: Any, step: Step, blocking: Any) -> None:
    """A domain, an array or a composite type over regproc blocks as the type itself does."""
    with step("1. Use the type by way of others"):
        candidate.sql(
            "CREATE DOMAIN handler AS regproc",
            "CREATE TYPE pair AS (id int, one handler)",
            "CREATE TABLE a (x handler)",
            "CREATE TABLE b (x regproc[])",
            "CREATE TABLE c (x pair)",
        )
    with blocking("reg_types", "public.a.x", "public.b.x", "public.c.x"):
        candidate.sql("DROP TABLE a, b, c")


@claim(source=PG_UPGRADE, certainty="documented")
def test_reg_types_the_page_does_not_name_block_too(candidate: Any, step: Step, blocking: Any) -> None:
    """The types regcollation and regnamespace block too, although the page does not name them."""
    with step("1. Use the types in a table"):
        candidate.sql("CREATE TABLE job (a regcollation, b regnamespace)")
    with blocking("reg_types_upstream", "public.job.a", "public.job.b"):
        candidate.sql("DROP TABLE job")


#: As the page has it.
QUERY_OF_THE_PAGE = """\
SELECT count(*) FROM pg_catalog.pg_class c, pg_catalog.pg_namespace n, pg_catalog.pg_attribute a
  WHERE c.oid = a.attrelid
      AND NOT a.attisdropped
      AND a.atttypid IN ('pg_catalog.regproc'::pg_catalog.regtype,
                         'pg_catalog.regprocedure'::pg_catalog.regtype,
                         'pg_catalog.regoper'::pg_catalog.regtype,
                         'pg_catalog.regoperator'::pg_catalog.regtype,
                         'pg_catalog.regconfig'::pg_catalog.regtype,
                         'pg_catalog.regdictionary'::pg_catalog.regtype)
      AND c.relnamespace = n.oid
      AND n.nspname NOT IN ('pg_catalog', 'information_schema')"""


@documentation_finding("upgrade-reg-query")
@claim(source=PG_UPGRADE, certainty="documented", basis=Basis.REAL)
def test_query_of_the_page_misses_reg_types(candidate: Any, step: Step) -> None:
    """The page's query counts nothing where pg_upgrade refuses a regnamespace and an array of regproc."""
    with step("1. Use types that the query does not look for, and regrole"):
        candidate.sql("CREATE TABLE job (a regnamespace, b regproc[], c regrole)")
    with step("2. Run the query of the page"):
        assert candidate.master.execute(QUERY_OF_THE_PAGE).fetchone() == (0,)
    with step("3. Let pg_upgrade try, without prechecks"):
        log = candidate.tried()
        assert "job.a" in log
        assert "job.b" in log
        assert "job.c" not in log


@documentation_finding("upgrade-pg-repack")
@claim(source=PG_UPGRADE, certainty="documented", until=13, needs=("pg_repack",), basis=Basis.REAL)
def test_pg_upgrade_refuses_pg_repack_of_13(candidate: Any, step: Step) -> None:
    """From 13 pg_upgrade itself refuses a database with pg_repack, for its aggregate on array_append."""
    with step("1. Create the extension"):
        candidate.sql("CREATE EXTENSION pg_repack")
    with step("2. Let pg_upgrade try, without prechecks"):
        assert "repack.array_accum" in candidate.tried()


@claim(source=PG_UPGRADE, certainty="documented", until=13)
def test_postfix_operators_block(candidate: Any, step: Step, blocking: Any) -> None:
    """A user's postfix operator blocks the upgrade from 13, since 14 has none."""
    with step("1. Create an operator"):
        candidate.sql(
            "CREATE FUNCTION dozen(int) RETURNS int LANGUAGE sql AS 'SELECT 12 * $1'",
            "CREATE OPERATOR !!! (LEFTARG = int, FUNCTION = dozen)",
        )
    with blocking("postfix_operators", "!!!(integer,NONE)"):
        candidate.sql("DROP OPERATOR !!! (int, NONE)")


@claim(source=PG_UPGRADE, certainty="documented", until=13)
def test_encoding_conversions_block(candidate: Any, step: Step, blocking: Any) -> None:
    """A user's encoding conversion blocks the upgrade from 13."""
    with step("1. Create a conversion"):
        candidate.sql("CREATE CONVERSION latin FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1")
    with blocking("encoding_conversions", "public.latin"):
        candidate.sql("DROP CONVERSION latin")


@claim(source=PG_UPGRADE, certainty="documented", until=13)
def test_polymorphic_aggregates_block(candidate: Any, step: Step, blocking: Any) -> None:
    """An aggregate over array_append(anyarray, anyelement) blocks the upgrade from 13."""
    with step("1. Create an aggregate"):
        candidate.sql(
            "CREATE AGGREGATE pile(anyelement) (SFUNC = array_append, STYPE = anyarray, INITCOND = '{}')"
        )
    with blocking("polymorphics", "aggregate pile(anyelement)"):
        candidate.sql("DROP AGGREGATE pile(anyelement)")


@claim(source=PG_UPGRADE, certainty="documented", since=15, until=15)
def test_aclitem_columns_block(candidate: Any, step: Step, blocking: Any) -> None:
    """A column of type aclitem blocks the upgrade to 16 or later."""
    with step("1. Use the type in a table"):
        candidate.sql("CREATE TABLE rights (who aclitem)")
    with blocking("aclitem_type", "public.rights.who"):
        candidate.sql("DROP TABLE rights")


@claim(source=PG_UPGRADE, certainty="documented")
def test_rows_of_system_catalogs_block(candidate: Any, step: Step, blocking: Any) -> None:
    """A column with the row type of a system catalog blocks the upgrade."""
    with step("1. Use the type in a table"):
        candidate.sql("CREATE TABLE copy (one pg_class)")
    with blocking("system_composites", "public.copy.one"):
        candidate.sql("DROP TABLE copy")


@claim(source=PG_UPGRADE, certainty="documented", since=17)
def test_null_below_not_null_blocks(candidate: Any, step: Step, blocking: Any) -> None:
    """A child's column that may be null where its parent forbids it blocks the upgrade to 18."""
    with step("1. Let parent and child differ"):
        candidate.sql(
            "CREATE TABLE parent (id int NOT NULL)",
            "CREATE TABLE child () INHERITS (parent)",
            "ALTER TABLE child ALTER COLUMN id DROP NOT NULL",
        )
    with blocking("not_null_inheritance", "public.child.id"):
        candidate.sql("ALTER TABLE child ALTER COLUMN id SET NOT NULL")
