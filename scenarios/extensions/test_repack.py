"""pg_repack: bloat measured and removed by the client, as the page does it, while others write."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from rdscheck import Basis, claim, documentation_finding, rests_on, scenario

DOCS = (
    "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.pg_repack.html"
)
UPSTREAM = "https://reorg.github.io/pg_repack/"
pytestmark = scenario(
    "extensions/repack",
    title="Remove bloat with pg_repack",
    docs=DOCS,
    since=13,
    needs=("rdsutils", "pg_repack"),
    basis=Basis.EMULATED,
)
documented = claim(source=DOCS, certainty="documented")
upstream = claim(source=UPSTREAM, certainty="documented")

#: Step 2 of the page.
GRANTS = (
    "ALTER DEFAULT PRIVILEGES IN SCHEMA repack GRANT INSERT ON TABLES TO PUBLIC",
    "ALTER DEFAULT PRIVILEGES IN SCHEMA repack GRANT USAGE, SELECT ON SEQUENCES TO PUBLIC",
)
SIZES = "SELECT pg_relation_size('{0}'), pg_relation_size('{0}_pkey'), pg_relation_size('{0}_filler_idx')"
CONTENT = "SELECT count(*), md5(string_agg(a::text, ',' ORDER BY aid)) FROM {} a"
#: A client that does not end, or writes without end, is stopped: old versions did both.
LIMITS = {"seconds": 60.0, "limit": 1 << 20}
#: What a run leaves behind when it fails half way.
LEFTOVERS = (
    "SELECT count(*) FROM pg_class c WHERE relnamespace = 'repack'::regnamespace"
    " AND relname ~ '^(log|table)_[0-9]+$'"
)
TRIGGERS = "SELECT count(*) FROM pg_trigger WHERE tgname = 'repack_trigger'"


class Bloat:
    """A database with pg_repack, and a role rds_test, member of rds_superuser, with bloated tables."""

    def __init__(self, database: Any, session: Any, client: Any) -> None:
        self.database, self.session, self.client = database, session, client

    def table(self, name: str, rows: int = 3000) -> None:
        """Make a table of which two thirds are dead rows."""
        for statement in (
            f"CREATE TABLE {name} (aid int PRIMARY KEY, filler text)",
            f"INSERT INTO {name} SELECT i, repeat('x', 100) FROM generate_series(1, {rows}) i",
            f"CREATE INDEX ON {name} (filler)",
            f"UPDATE {name} SET filler = filler || aid",
            f"DELETE FROM {name} WHERE aid % 3 > 0",
        ):
            self.session.execute(statement)

    def row(self, query: str) -> Any:
        """Return the first row of a query."""
        return self.session.execute(query).fetchone()

    def repack(self, *arguments: str) -> Any:
        """Run the client as rds_test with -k and return how it ended."""
        return self.client.run("pg_repack", "-k", *arguments, show=True, **LIMITS)


@pytest.fixture
def repack(rds: Any, rds_db: Any, login: Any, rds_client: Any) -> Bloat:
    """Do steps 1 and 2 of the page as rds_test; tables are for the claims to make."""
    bloat = without_grants(rds, rds_db, login, rds_client)
    for statement in GRANTS:
        bloat.session.execute(statement)
    return bloat


@pytest.fixture
def bare(rds: Any, rds_db: Any, login: Any, rds_client: Any) -> Bloat:
    """Do step 1 of the page, and leave step 2 out."""
    return without_grants(rds, rds_db, login, rds_client)


def without_grants(rds: Any, rds_db: Any, login: Any, rds_client: Any) -> Bloat:
    """Create the extension and the role, and log in."""
    rds.execute("CREATE EXTENSION pg_repack")
    role = rds_db.create_role("rds_test", options="IN ROLE rds_superuser")
    may_create(rds, role)
    client = rds_client(rds_db, user=role)
    client.require("pg_repack")
    return Bloat(rds_db, login(role), client)


def may_create(rds: Any, role: str) -> None:
    """Let a role make tables in public; before 15 everybody may."""
    if rds.info.server_version >= 150000:
        rds.execute(f"GRANT CREATE ON SCHEMA public TO {role}")


@contextmanager
def held(bloat: Bloat, table: str) -> Iterator[Callable[[], Any]]:
    """Run the client and hold it while its trigger is there; give what lets it go and returns how it ended.

    Before it swaps anything it waits for the transactions open when it began: one is kept open here.
    """
    found: list[Any] = []
    blocker = bloat.database.connect(autocommit=False)
    blocker.execute("SELECT 1")
    command = ("pg_repack", "-k", "-t", f"public.{table}")
    client = threading.Thread(target=lambda: found.append(bloat.client.run(*command, **LIMITS)), daemon=True)
    client.start()

    def let_go() -> Any:
        blocker.close()
        client.join(LIMITS["seconds"] + 10)
        return found[0]

    try:
        with bloat.database.connect() as watching:
            deadline = time.monotonic() + 60
            while watching.execute(TRIGGERS).fetchone() != (1,):
                assert time.monotonic() < deadline, "pg_repack made no trigger within 60 s"
                time.sleep(0.01)
        yield let_go
    finally:
        let_go()


def writer_of(bloat: Bloat, login: Any) -> Any:
    """Log in as a role that may write to the table accounts; the log table's number is not shown."""
    role = bloat.database.create_role("writer")
    bloat.session.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON accounts TO {role}")
    with bloat.database.connect() as unseen:
        (number,) = unseen.execute("SELECT 'accounts'::regclass::oid").fetchone()
    bloat.session.recorder.mask(f"log_{number}", "log_16490")
    return login(role)


@documented
@rests_on("repack-superuser", "repack-trigger-owner")
def test_procedure(repack: Bloat, step: Any) -> None:
    """The client shrinks a bloated table and its indexes, keeps every row, and names what it repacked."""
    with step("1. A table of which most is dead rows"):
        repack.table("accounts")
        before, content = repack.row(SIZES.format("accounts")), repack.row(CONTENT.format("accounts"))
    with step("2. Run the client as a member of rds_superuser, with -k"):
        done = repack.repack()
        assert (done.status, done.ended) == (0, "")
        assert done.errors.splitlines() == ['INFO: repacking table "public.accounts"']
    with step("3. Table and indexes are smaller, the rows are the same"):
        after = repack.row(SIZES.format("accounts"))
        assert all(new * 2 <= old for new, old in zip(after, before, strict=True)), (before, after)
        assert repack.row(CONTENT.format("accounts")) == content
        assert repack.row(LEFTOVERS) == repack.row(TRIGGERS) == (0,)


@documented
@rests_on("repack-superuser", "repack-trigger-owner")
def test_writers_go_on(repack: Bloat, login: Any) -> None:
    """After step 2 another role inserts, updates and deletes while a table is repacked; nothing is lost."""
    repack.table("accounts")
    writer = writer_of(repack, login)
    with held(repack, "accounts") as let_go:
        writer.execute("INSERT INTO accounts SELECT i, 'new' FROM generate_series(10001, 10100) i")
        writer.execute("UPDATE accounts SET filler = 'newer' WHERE aid <= 300 OR aid > 10050")
        writer.execute("DELETE FROM accounts WHERE aid BETWEEN 301 AND 600")
        content = repack.row(CONTENT.format("accounts"))
        done = let_go()
    assert (done.status, done.ended) == (0, "")
    assert repack.row(CONTENT.format("accounts")) == content
    # It has to be so for the index as well.
    repack.session.execute("SET enable_seqscan = off")
    newer = "SELECT count(*) FROM accounts WHERE filler = 'newer'"
    assert repack.row(newer) == (150,)


@documented
@rests_on("repack-superuser", "repack-trigger-owner")
@pytest.mark.parametrize(
    ("done", "missing"),
    [((), "table log_"), ((0,), "sequence log_"), ((1,), "table log_")],
    ids=["neither", "tables-only", "sequences-only"],
)
def test_writers_need_both_grants(bare: Bloat, login: Any, done: tuple[int, ...], missing: str) -> None:
    """Without both statements of step 2 whoever writes during the repack is refused, at the log table."""
    for number in done:
        bare.session.execute(GRANTS[number])
    bare.table("accounts")
    writer = writer_of(bare, login)
    with held(bare, "accounts") as let_go:
        for session in (writer, bare.session) if not done else (writer,):
            with pytest.raises(Exception, match=f"permission denied for {missing}"):
                session.execute("INSERT INTO accounts VALUES (10001, 'new')")
        assert let_go().status == 0
    writer.execute("INSERT INTO accounts VALUES (10001, 'new')")


@documented
@documentation_finding("repack-grants-role")
@rests_on("repack-superuser", "repack-trigger-owner")
def test_grants_are_for_who_repacks(bare: Bloat, rds: Any, login: Any) -> None:
    """Step 2 done by the master user does not hold for the log tables of rds_test: writers are refused."""
    rds.recorder.act("-- step 2, by the master user")
    for statement in GRANTS:
        rds.execute(statement)
    bare.table("accounts")
    writer = writer_of(bare, login)
    with held(bare, "accounts"), pytest.raises(Exception, match="permission denied for table log_"):
        writer.execute("INSERT INTO accounts VALUES (10001, 'new')")
    rds.recorder.act("-- step 2, by rds_test")
    for statement in GRANTS:
        bare.session.execute(statement)
    with held(bare, "accounts"):
        writer.execute("INSERT INTO accounts VALUES (10001, 'new')")


@documented
@documentation_finding("repack-info-lines")
@rests_on("repack-superuser")
def test_pgbench(repack: Bloat) -> None:
    """Tables with a key are repacked and named with their schemas; pgbench_history has none and is not."""
    repack.client.require("pgbench")
    assert repack.client.run("pgbench", "-i", "-q", "-s", "1").status == 0
    done = repack.repack()
    assert done.status == 0
    names = ("accounts", "branches", "tellers")
    told = [f'INFO: repacking table "public.pgbench_{name}"' for name in names]
    # On a busy server it also says that it waits for another session.
    lines = [line for line in done.errors.splitlines() if not line.startswith("NOTICE: Waiting for ")]
    assert sorted(lines) == told


@claim(source=DOCS, certainty="documented", basis="real")
def test_superuser_is_asked_for_without_k(repack: Bloat) -> None:
    """Without -k the client asks for a superuser and does nothing."""
    repack.table("accounts")
    before = repack.row(SIZES.format("accounts"))
    done = repack.client.run("pg_repack", **LIMITS)
    assert done.status != 0
    assert "You must be a superuser to use pg_repack" in done.errors
    assert repack.row(SIZES.format("accounts")) == before


@claim(source=DOCS, certainty="documented")
def test_all_databases(rds_instance: Any, rds_client: Any) -> None:
    """-a is not supported: it fails at rdsadmin, the service's own database, which nobody else may enter."""
    instance = rds_instance()
    with instance.recorded() as master:
        master.execute("CREATE EXTENSION pg_repack")
        master.recorder.mask(instance.info.master_password, "********")
    client = rds_client(instance)
    client.require("pg_repack")
    done = client.run("pg_repack", "-k", "-a", seconds=15, limit=1 << 12)
    assert done.status != 0
    assert 'INFO: repacking database "rdsadmin"' in done.errors
    assert "could not connect to database" in done.errors


@documented
@rests_on("repack-superuser")
@documentation_finding("repack-owner")
def test_tables_of_others(repack: Bloat, rds: Any, login: Any) -> None:
    """rds_superuser is not enough for a table of another role; membership in that role is."""
    owner = repack.database.create_role("owner")
    may_create(rds, owner)
    theirs = Bloat(repack.database, login(owner), repack.client)
    theirs.table("accounts")
    before = theirs.row(SIZES.format("accounts"))
    done = repack.client.run("pg_repack", "-k", "-t", "public.accounts", seconds=15, limit=1 << 10)
    assert done.status != 0
    assert "must be owner of table accounts" in done.errors
    assert theirs.row(SIZES.format("accounts")) == before
    rds.execute("DROP EXTENSION pg_repack CASCADE")
    rds.execute("CREATE EXTENSION pg_repack")
    rds.execute(f"GRANT {owner} TO {repack.session.info.user}")
    assert repack.repack("-t", "public.accounts").status == 0
    assert theirs.row(SIZES.format("accounts")) < before


@claim(source=UPSTREAM, certainty="documented", basis="real")
def test_ordinary_user(repack: Bloat, rds_client: Any) -> None:
    """An ordinary user is refused at the schema repack, with -k or without."""
    role = repack.database.create_role("app")
    client = rds_client(repack.database, user=role)
    done = client.run("pg_repack", "-k", **LIMITS)
    assert done.status != 0
    assert "permission denied for schema repack" in done.errors
    assert "You must be a superuser" in client.run("pg_repack", **LIMITS).errors


@upstream
@rests_on("repack-superuser")
def test_one_table(repack: Bloat) -> None:
    """-t repacks the table it names and no other."""
    repack.table("accounts")
    repack.table("other")
    before = repack.row(SIZES.format("other"))
    done = repack.repack("-t", "public.accounts")
    assert (done.status, done.errors.strip()) == (0, 'INFO: repacking table "public.accounts"')
    assert repack.row(SIZES.format("other")) == before
    (size,) = repack.row("SELECT pg_relation_size('accounts')")
    assert size < before[0]


@upstream
@rests_on("repack-superuser")
def test_indexes_only(repack: Bloat) -> None:
    """--only-indexes rebuilds the indexes of a table and leaves the table as it is."""
    repack.table("accounts")
    before, content = repack.row(SIZES.format("accounts")), repack.row(CONTENT.format("accounts"))
    done = repack.repack("--only-indexes", "-t", "public.accounts")
    assert done.status == 0
    assert 'INFO: repacking index "public.accounts_pkey"' in done.errors
    table, key, index = repack.row(SIZES.format("accounts"))
    assert table == before[0]
    assert key < before[1]
    assert index < before[2]
    assert repack.row(CONTENT.format("accounts")) == content


@claim(source=UPSTREAM, certainty="documented", basis="real")
def test_dry_run(repack: Bloat) -> None:
    """--dry-run tells what it would do and does nothing."""
    repack.table("accounts")
    before = repack.row(SIZES.format("accounts"))
    done = repack.repack("--dry-run")
    assert done.status == 0
    assert done.errors.splitlines() == [
        "INFO: Dry run enabled, not executing repack",
        'INFO: repacking table "public.accounts"',
    ]
    assert repack.row(SIZES.format("accounts")) == before


@claim(source=UPSTREAM, certainty="documented", basis="real")
def test_table_without_key(repack: Bloat) -> None:
    """A table without primary key or unique NOT NULL index is left out in silence; -t gives a warning."""
    repack.table("accounts")
    repack.session.execute("ALTER TABLE accounts DROP CONSTRAINT accounts_pkey")
    (before,) = repack.row("SELECT pg_relation_size('accounts')")
    assert repack.repack().errors == ""
    assert repack.repack("-t", "public.accounts").errors.splitlines() == [
        'WARNING: relation "public.accounts" must have a primary key or not-null unique keys'
    ]
    assert repack.row("SELECT pg_relation_size('accounts')") == (before,)


@claim(source=UPSTREAM, certainty="documented", basis="real")
def test_extension_is_needed(repack: Bloat, rds: Any) -> None:
    """In a database without the extension the client says that it is not installed."""
    rds.execute("DROP EXTENSION pg_repack CASCADE")
    done = repack.client.run("pg_repack", "-k", **LIMITS)
    assert done.status != 0
    assert "is not installed in the database" in done.errors


@claim(source=UPSTREAM, certainty="documented")
def test_versions_must_be_equal(repack: Bloat, rds: Any, rds_admin: Any) -> None:
    """A client of another version than the extension does nothing; to create it anew is the way out."""
    repack.table("accounts")
    rds_admin.execute(
        "CREATE OR REPLACE FUNCTION repack.version_sql() RETURNS text LANGUAGE sql IMMUTABLE STRICT"
        " AS $$SELECT 'pg_repack 1.4.0'::text$$"
    )
    done = repack.client.run("pg_repack", "-k", **LIMITS)
    assert done.status != 0
    assert "' required, found " in done.errors
    assert "'pg_repack 1.4.0'" in done.errors
    rds.execute("DROP EXTENSION pg_repack CASCADE")
    rds.execute("CREATE EXTENSION pg_repack")
    assert repack.repack().status == 0


@claim(source=DOCS, certainty="documented")
def test_extension_needs_rds_superuser(rds: Any, rds_db: Any, login: Any) -> None:
    """CREATE on the database is not enough to create the extension; the master user creates it."""
    role = rds_db.create_role("app")
    rds.execute(f'GRANT CREATE ON DATABASE "{rds_db.name}" TO {role}')
    with pytest.raises(Exception, match='permission denied to create extension "pg_repack"'):
        login(role).execute("CREATE EXTENSION pg_repack")
    rds.execute("CREATE EXTENSION pg_repack")
