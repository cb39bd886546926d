"""Tables, indexes or a database in a tablespace."""

from collections import Counter
from collections.abc import Iterator

from psycopg import sql

from rdscheck.assess import pages
from rdscheck.assess.facts import Fact, Facts
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move


@rule(
    id="tablespace-used",
    problem="Objects lie in a tablespace that has to exist on the target.",
    why="A dump sets default_tablespace before these objects, or names it in CREATE DATABASE. Where no"
    " tablespace of that name exists the statement fails, and objects go where the last one that worked"
    " said.",
    fix="Restore with --no-tablespaces.",
    severity=Severity.WARNING,
    source=pages.TABLESPACES,
    date=pages.READ,
    effort=Effort(0.25, 0.1),
    fix_on="target",
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="SET allow_in_place_tablespaces = on; CREATE TABLESPACE {new} LOCATION ''; CREATE TABLE orders"
        " (id integer) TABLESPACE {new}",
        subject="tablespace {new}",
        clean="DROP TABLE orders; DROP TABLESPACE {new}",
    ),
    innocent=Example(sql="CREATE TABLE orders (id integer PRIMARY KEY) TABLESPACE pg_default"),
)
def tablespace_used(context: Context) -> Iterator[Hit]:
    """Find tablespaces in use, one finding per tablespace and database."""
    first: dict[tuple[str, str], Fact] = {}
    number: dict[tuple[str, str], Counter[str]] = {}
    for name, kind, fact in _placed(context.facts):
        if name not in {"", "pg_default"}:
            first.setdefault((fact.database, name), fact)
            number.setdefault((fact.database, name), Counter())[kind] += 1
    for (database, name), kinds in number.items():
        lie = ", ".join(f"{kind} ({count})" for kind, count in sorted(kinds.items()))
        yield hit(
            first[database, name],
            f"tablespace {plain(name)}",
            f"In the tablespace {plain(name)} lie: {lie}. {context.target.name} needs a tablespace of that"
            " name, or the dump none.",
            "-- pg_restore --no-tablespaces leaves it out; else as the master user, before the restore:\n"
            f"CREATE TABLESPACE {quoted(name)} LOCATION {_literal('/' + name)};",
        )


def _literal(text: str) -> str:
    return sql.Literal(text).as_string(None)


def _placed(facts: Facts) -> Iterator[tuple[str, str, Fact]]:
    for relation in facts.relations:
        yield relation.tablespace, relation.kind, relation
    for index in facts.indexes:
        yield index.tablespace, "index", index
    for database in facts.databases:
        yield database.tablespace, "database", database
