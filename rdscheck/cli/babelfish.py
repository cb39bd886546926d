"""``rdscheck explain babelfish-name``: what PostgreSQL calls a table of T-SQL, in both migration modes."""

from collections.abc import Iterator, Sequence

from psycopg import sql

from rdscheck.babelfish.naming import (
    LONGEST,
    LOOKUP,
    SHARED_SCHEMAS,
    SYSTEM_DATABASES,
    Mode,
    PhysicalName,
    flattened,
    fold,
    identifier,
    origins,
    physical,
    physical_user,
)
from rdscheck.babelfish.parsing import LogicalName, parse
from rdscheck.cli.console import Console
from rdscheck.errors import UsageError

#: What ``rdscheck explain`` calls it.
ID = "babelfish-name"

EXAMPLES = """\
examples:
  rdscheck explain s3/export
  rdscheck explain 15.4
  rdscheck explain babelfish-name 'MyDB.dbo.Orders'
  rdscheck explain babelfish-name '[My DB].[Sales].[Order Lines]'

babelfish-name tells where PostgreSQL has a table of T-SQL, in single-db and in multi-db mode: what
aws_s3.table_import_from_s3 and queries on the PostgreSQL port have to say. Quote it for the shell.
"""

#: Database roles that each database has.
_PRINCIPALS = ("dbo", "db_owner", "guest")


def explain(names: Sequence[str], console: Console) -> None:
    """Print the PostgreSQL names of one or more T-SQL names. Raises ``UsageError``."""
    if not names:
        raise UsageError(f"{ID} needs a name", hint=f"rdscheck explain {ID} '[My DB].dbo.Orders'")
    read = [parse(name) for name in names]
    for number, (text, logical) in enumerate(zip(names, read, strict=True)):
        if number:
            console.data("")
        for line in _lines(text, logical):
            console.data(line)


def _lines(text: str, logical: LogicalName) -> Iterator[str]:
    parts = (logical.database, logical.schema, logical.name)
    found = {mode: physical(*parts, mode) for mode in Mode}
    yield f"T-SQL: {text}"
    yield f"  database {logical.database}, schema {logical.schema}, table {logical.name}"
    for mode, name in found.items():
        yield f"{mode}: {name}"
        yield f"  schema: {name.schema}"
        yield f"  table: {name.name}"
        yield f"  import: aws_s3.table_import_from_s3({_literal(str(name))}, …)"
        yield f"  export: aws_s3.query_export_to_s3({_literal(f'TABLE {name}')}, …)"
        roles = [f"{one} is {physical_user(logical.database, one, mode)}" for one in _PRINCIPALS]
        yield f"  roles: {', '.join(roles)}"
    yield "which mode: SHOW babelfishpg_tsql.migration_mode"
    schema = found[Mode.MULTI].schema
    yield f"back to T-SQL: {LOOKUP.replace('%s', _literal(schema))}"
    for note in _notes(logical, found):
        yield f"note: {note}"


def _notes(logical: LogicalName, found: dict[Mode, PhysicalName]) -> Iterator[str]:
    parts = (logical.database, logical.schema, logical.name)
    # Whatever the names, the document's form is a relation of its own name, if it is anything.
    yield (
        f"{flattened(*(identifier(part) for part in parts))!r}, as AWS's page on extensions has it"
        " (database_schema_table), is no relation: rdscheck explain babelfish-flattened-name"
    )
    if any(fold(part) != part for part in parts):
        yield "A to Z become small letters, in brackets and double quotes too; other letters stay as they are"
    long = [part for part in parts if len(part.encode()) > LONGEST]
    for part in long:
        yield f"{part[:20]}… has {len(part.encode())} bytes: 31 are kept, then comes the MD5 of the whole"
    multi = found[Mode.MULTI].schema
    joined = "_".join(identifier(part) for part in parts[:2])
    schema = identifier(logical.schema)
    if schema in SHARED_SCHEMAS:
        yield f"the schema {schema} is shared by all databases"
    elif identifier(logical.database) in SYSTEM_DATABASES:
        yield "a system database: the same in both modes"
    if schema not in SHARED_SCHEMAS and multi != joined:
        yield f"{joined[:20]}… has {len(joined.encode())} bytes and is shortened once more"
        return
    mine = (identifier(logical.database), schema)
    others = [pair for pair in origins(multi, Mode.MULTI) if pair != mine and pair[0]]
    if others:
        told = "; ".join(f"database {database}, schema {name}" for database, name in others)
        yield f"{multi} would also be the schema of {told}: only one of them can exist in multi-db mode"


def _literal(text: str) -> str:
    return sql.Literal(text).as_string(None)
