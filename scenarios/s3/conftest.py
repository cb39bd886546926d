"""Shared by the S3 scenarios: the installed extension, calls in one line, refusals."""

from collections.abc import Callable
from typing import Any

import pytest

Export = Callable[..., tuple[int, int, int]]
Import = Callable[..., str]
Copied = Callable[..., bytes]

#: The wrapper of the guide's third step, same interface, written anew.
PROCEDURE = """
CREATE OR REPLACE PROCEDURE export_query_to_s3(
    p_query text, p_bucket text, p_key text, p_region text DEFAULT 'us-east-1')
LANGUAGE plpgsql AS $procedure$
DECLARE
    target aws_commons._s3_uri_1 := aws_commons.create_s3_uri(p_bucket, p_key, p_region);
    done record;
BEGIN
    SELECT * INTO done
      FROM aws_s3.query_export_to_s3(p_query, target, options := 'format csv, header true');
    RAISE NOTICE 'Exported: rows=%, files=%, bytes=%',
        done.rows_uploaded, done.files_uploaded, done.bytes_uploaded;
END $procedure$"""


@pytest.fixture
def rds_s3(rds_s3: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Give the plugin's S3, where an object that should be there and is not is a broken promise."""

    def promised(ask: Callable[..., Any]) -> Callable[..., Any]:
        def call(key: str, **where: Any) -> Any:
            try:
                return ask(key, **where)
            except rds_s3.client.exceptions.ClientError as error:
                if error.response["Error"]["Code"] not in {"404", "NoSuchKey"}:
                    raise
                raise AssertionError(f"there is no object {key!r}, only {rds_s3.keys()}") from None

        return call

    for name in ("get", "head"):
        monkeypatch.setattr(rds_s3, name, promised(getattr(rds_s3, name)))
    return rds_s3


@pytest.fixture
def aws_s3(rds: Any) -> Any:
    """Give the master user's connection to a database that has the extension."""
    rds.execute("CREATE EXTENSION aws_s3 CASCADE")
    rds.notices.clear()
    return rds


@pytest.fixture
def procedure(aws_s3: Any) -> str:
    """Create the guide's wrapper procedure and name it with its arguments."""
    aws_s3.execute(PROCEDURE)
    return "export_query_to_s3(text,text,text,text)"


@pytest.fixture
def export(aws_s3: Any, rds_s3: Any) -> Export:
    """Export a query to a key of the bucket and return rows, files and bytes.

    ``conn`` is who does it (the master user), every other argument is the function's own.
    """

    def call(
        query: str,
        key: str = "out.csv",
        options: str | None = None,
        *,
        conn: Any = None,
        bucket: str | None = None,
        region: str | None = None,
        kms_key: str | None = None,
    ) -> tuple[int, int, int]:
        text = "SELECT * FROM aws_s3.query_export_to_s3(%s, aws_commons.create_s3_uri(%s, %s, %s)"
        values = [query, bucket or rds_s3.bucket, key, region or rds_s3.region]
        for name, value in (("options", options), ("kms_key", kms_key)):
            if value is not None:
                text += f", {name} := %s"
                values.append(value)
        rows, files, size = (conn or aws_s3).execute(f"{text})", values).fetchone()
        return rows, files, size

    return call


@pytest.fixture
def import_(aws_s3: Any, rds_s3: Any) -> Import:
    """Import a key of the bucket into a table and return what the function answers."""

    def call(
        table: str,
        key: str,
        options: str | None = "(format csv)",
        *,
        columns: str | None = "",
        conn: Any = None,
        bucket: str | None = None,
        region: str | None = None,
    ) -> str:
        (answer,) = (
            (conn or aws_s3)
            .execute(
                "SELECT aws_s3.table_import_from_s3(%s, %s, %s, aws_commons.create_s3_uri(%s, %s, %s))",
                [table, columns, options, bucket or rds_s3.bucket, key, region or rds_s3.region],
            )
            .fetchone()
        )
        return str(answer)

    return call


@pytest.fixture
def reporting_role(aws_s3: Any, rds_db: Any) -> str:
    """Create a role that may call the functions of aws_s3 and nothing else."""
    name: str = rds_db.create_role("reporting_role")
    aws_s3.execute(f"GRANT USAGE ON SCHEMA aws_s3 TO {name}")
    aws_s3.execute(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3 TO {name}")
    return name


@pytest.fixture
def copied(aws_s3: Any) -> Copied:
    """Return what PostgreSQL's own COPY makes of a query: the bytes an export should have."""

    def copy(query: str, options: str = "", *, conn: Any = None) -> bytes:
        tail = f" WITH ({options})" if options else ""
        with (conn or aws_s3).cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT{tail}") as rows:
            return b"".join(bytes(row) for row in rows)

    return copy


@pytest.fixture
def nothing_left(rds_s3: Any) -> Callable[[], None]:
    """Check that the bucket holds neither an object nor a multipart upload in flight."""

    def check() -> None:
        assert rds_s3.keys() == []
        assert rds_s3.uploads() == []

    return check
