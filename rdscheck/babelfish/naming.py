"""T-SQL names and the PostgreSQL names under which Babelfish keeps them.

Pure functions; nothing here asks a server. The rules are those of Babelfish 1 to 4, read in its source
(``contrib/babelfishpg_tsql/src/multidb.c``, ``pl_handler.c``) and in the expected results of its own tests:
https://github.com/babelfish-for-postgresql/babelfish_extensions. What AWS says of them:
https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/babelfish-architecture.html.
Names are in a UTF8 database, as every Babelfish is.
"""

import hashlib
import re
import string
from dataclasses import dataclass
from enum import StrEnum

from rdscheck.babelfish.keywords import KEYWORDS

#: Bytes of the longest identifier of PostgreSQL.
LONGEST = 63

#: Bytes that the hash of a name too long leaves for the name itself.
_KEPT = LONGEST - 32

SYSTEM_DATABASES = frozenset({"master", "tempdb", "msdb"})

#: Schemas that belong to no database: they keep their names in both modes.
SHARED_SCHEMAS = frozenset(
    {
        "aws_commons",
        "aws_lambda",
        "aws_s3",
        "information_schema",
        "information_schema_tsql",
        "pg_catalog",
        "pg_toast",
        "pglogical",
        "public",
        "sys",
    }
)

#: Principals of every database that single-db mode leaves without prefix. All but dbo and db_owner came with
#: the fixed database roles of later releases; before, a role of such a name was a user's own, with prefix.
FIXED_PRINCIPALS = frozenset(
    {
        "db_accessadmin",
        "db_datareader",
        "db_datawriter",
        "db_ddladmin",
        "db_owner",
        "db_securityadmin",
        "dbo",
    }
)

_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)
_PLAIN = re.compile(r"[a-z_][a-z0-9_]*")


class Mode(StrEnum):
    """``babelfishpg_tsql.migration_mode``: chosen when a cluster is made, not to be changed later.

    Functions take its members or their texts, and raise ``ValueError`` for another text.
    """

    SINGLE = "single-db"
    MULTI = "multi-db"


@dataclass(frozen=True)
class PhysicalName:
    """A relation or function as PostgreSQL knows it; ``str()`` is what SQL takes, quoted where needed."""

    schema: str
    name: str

    def __str__(self) -> str:
        return f"{quote(self.schema)}.{quote(self.name)}"


def fold(name: str, *, case_sensitive: bool = False) -> str:
    """Return a name in small letters, A to Z alone; as it is where the server's collation tells case apart.

    Brackets and double quotes do not keep capitals, as they would in PostgreSQL.
    """
    return name if case_sensitive else name.translate(_LOWER)


def truncate(name: str, *, case_sensitive: bool = False) -> str:
    """Return a name of at most 63 bytes: a longer one keeps 31 and gets the MD5 of the whole in hex."""
    data = name.encode()
    if len(data) <= LONGEST:
        return name
    whole = fold(name, case_sensitive=case_sensitive).encode()
    digest = hashlib.md5(whole, usedforsecurity=False).hexdigest()
    # A character is kept whole or not at all, so the result may be shorter than 63 bytes.
    return data[:_KEPT].decode(errors="ignore") + digest


def identifier(name: str, *, case_sensitive: bool = False) -> str:
    """Return one identifier as Babelfish stores it, a column or a table: folded, then shortened."""
    return truncate(fold(name, case_sensitive=case_sensitive), case_sensitive=case_sensitive)


def prefixed(database: str, mode: str) -> bool:
    """Tell whether the schemas of a database carry its name: all of multi-db mode, and the system's."""
    return Mode(mode) is Mode.MULTI or identifier(database) in SYSTEM_DATABASES


def physical_schema(database: str, schema: str, mode: str, *, case_sensitive: bool = False) -> str:
    """Return the PostgreSQL schema of a T-SQL schema.

    Database and schema are shortened each by itself, then what the two make: a long name of both is a hash
    over hashes.
    """
    database = identifier(database, case_sensitive=case_sensitive)
    schema = identifier(schema, case_sensitive=case_sensitive)
    if schema == "information_schema":
        return "information_schema_tsql"
    if schema in SHARED_SCHEMAS or not prefixed(database, mode):
        return schema
    return truncate(f"{database}_{schema}", case_sensitive=case_sensitive)


def physical(
    database: str, schema: str, name: str, mode: str, *, case_sensitive: bool = False
) -> PhysicalName:
    """Return where a table, view, procedure or function of T-SQL is in PostgreSQL.

    The schema carries the database's name, never the relation: ``db.schema.table`` is ``db_schema.table``.
    """
    return PhysicalName(
        physical_schema(database, schema, mode, case_sensitive=case_sensitive),
        identifier(name, case_sensitive=case_sensitive),
    )


def physical_user(database: str, user: str, mode: str, *, case_sensitive: bool = False) -> str:
    """Return the PostgreSQL role of a database's user or role; logins keep their names.

    With the database's name in front in both modes. The exceptions are the fixed principals of the one user
    database of single-db mode; its guest is none of them.
    """
    database = identifier(database, case_sensitive=case_sensitive)
    user = identifier(user, case_sensitive=case_sensitive)
    if user in FIXED_PRINCIPALS and not prefixed(database, mode):
        return user
    return truncate(f"{database}_{user}", case_sensitive=case_sensitive)


def physical_index(index: str, table: str, *, case_sensitive: bool = False) -> str:
    """Return the PostgreSQL name of an index: its own, the table's and a hash, shortened.

    T-SQL's names of indexes are unique in a table, PostgreSQL's in a schema.
    """
    index = identifier(index, case_sensitive=case_sensitive)
    table = identifier(table, case_sensitive=case_sensitive)
    digest = hashlib.md5(index.encode(), usedforsecurity=False).hexdigest()
    return truncate(f"{index}{table}{digest}", case_sensitive=case_sensitive)


def flattened(database: str, schema: str, name: str) -> str:
    """Return what AWS's table of names makes of three names; PostgreSQL has no relation of that name."""
    return "_".join((database, schema, name))


def origins(schema: str, mode: str) -> tuple[tuple[str, str], ...]:
    """Return the pairs of T-SQL database and schema that a PostgreSQL schema may stand for.

    Underscores separate without being marked, so ``a_b_c`` is schema ``b_c`` of database ``a`` or ``c`` of
    ``a_b``. The database is empty where any would do: a shared schema, or one of single-db mode's only user
    database. A shortened name cannot be taken apart: ``LOOKUP`` asks the catalog, which always knows.
    """
    if schema in SHARED_SCHEMAS:
        return (("", schema),)
    pairs = [
        (schema[:place], schema[place + 1 :])
        for place, character in enumerate(schema)
        if character == "_" and 0 < place < len(schema) - 1
    ]
    if Mode(mode) is Mode.MULTI:
        return tuple(pairs)
    return ("", schema), *(pair for pair in pairs if pair[0] in SYSTEM_DATABASES)


#: Asks a Babelfish database for T-SQL database and schema of a PostgreSQL schema, a parameter of psycopg.
LOOKUP = (
    "SELECT d.name, n.orig_name FROM sys.babelfish_namespace_ext n"
    " JOIN sys.babelfish_sysdatabases d USING (dbid) WHERE n.nspname = %s"
)


def quote(name: str) -> str:
    """Return a name as SQL takes it: in double quotes where PostgreSQL's ``quote_ident`` puts them."""
    if _PLAIN.fullmatch(name) and name not in KEYWORDS:
        return name
    return '"{}"'.format(name.replace('"', '""'))
