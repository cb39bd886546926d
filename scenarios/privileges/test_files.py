"""Files and programs of the host: no way to them; large objects work without."""

from pathlib import Path
from typing import Any

from rdscheck import claim, claims_of, refused, scenario

pytestmark = scenario(
    "privileges/files",
    title="Files and programs of the server, large objects",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"
    "Appendix.PostgreSQL.CommonDBATasks.Roles.rds_superuser.html",
    since=13,
)


@claims_of(Path(__file__).parent / "claims" / "files.toml")
def test_claim(attempt: Any, rds_db: Any, rds: Any) -> None:
    """Hold what claims/files.toml says."""
    attempt.hold(rds_db, rds.recorder)


COPYING = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Procedural.Importing.Copy.html"


@claim(source=COPYING, certainty="documented")
def test_copy_through_the_connection(rds: Any) -> None:
    r"""COPY FROM STDIN and TO STDOUT, which psql's \copy sends, work for files of the client."""
    rds.execute("CREATE TABLE t (i integer, line text)")
    with rds.cursor() as cursor, cursor.copy("COPY t FROM STDIN WITH (FORMAT csv)") as rows:
        rows.write(b"7,seven\n8,eight\n")
    assert rds.execute("SELECT i, line FROM t ORDER BY i").fetchall() == [(7, "seven"), (8, "eight")]
    with rds.cursor() as cursor, cursor.copy("COPY t TO STDOUT WITH (FORMAT csv)") as rows:
        assert b"".join(bytes(row) for row in rows) == b"7,seven\n8,eight\n"


@claim(source=COPYING, certainty="documented")
def test_copy_through_the_connection_needs_rights(rds: Any, rds_db: Any, login: Any) -> None:
    """COPY FROM STDIN takes INSERT on the table, as an ordinary role finds out."""
    rds.execute("CREATE TABLE t (i integer)")
    app = login(rds_db.create_role("app"))
    with (
        refused("42501", "permission denied for table t"),
        app.cursor() as cursor,
        cursor.copy("COPY t FROM STDIN") as rows,
    ):
        rows.write(b"7\n")
