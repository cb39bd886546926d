"""Rows of the few tables whose data are facts: jobs of pg_cron, partition sets of pg_partman."""

import re
from collections.abc import Iterator, Mapping, Sequence

from rdscheck.assess.dump.naming import Node, strings, text
from rdscheck.assess.dump.scene import Scene
from rdscheck.assess.facts import CronJob, Fact, PartitionSet
from rdscheck.assess.secrets import masked

_WANTED = re.compile(
    rb'(?:COPY|INSERT\s+INTO)\s+(?:"?cron"?\."?job"?|(?:(?:"[^"]+"|[\w$]+)\.)?"?part_config"?)[\s(]',
    re.IGNORECASE,
)

#: Tables whose rows are facts themselves.
FACTS = frozenset({"job", "part_config"})

#: The order of columns of a statement that names none, as far as all versions of pg_cron agree.
_JOB = ("jobid", "schedule", "command", "nodename", "nodeport", "database", "username")
_ESCAPES = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}
_ESCAPE = re.compile(r"\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))", re.DOTALL)


def wanted(statement: bytes) -> bool:
    """Tell whether the rows of a COPY or INSERT are facts."""
    return _WANTED.match(statement) is not None


def table_of(node: Node) -> tuple[str, list[str]]:
    """Return the table that a CopyStmt or InsertStmt is about, and the columns it names."""
    columns = strings(node.get("attlist"))
    columns += [str(one["ResTarget"].get("name", "")) for one in node.get("cols", ())]
    table = str(node.get("relation", {}).get("relname", ""))
    return table, columns or (list(_JOB) if table == "job" else ["parent_table"])


def copied(line: str, columns: Sequence[str]) -> dict[str, str]:
    """Return the values of a line of COPY data by column; a null is left out."""
    values = (None if one == "\\N" else _ESCAPE.sub(_unescaped, one) for one in line.split("\t"))
    return {name: value for name, value in zip(columns, values, strict=False) if value is not None}


def _unescaped(match: re.Match[str]) -> str:
    octal, hexadecimal, other = match.groups()
    if octal or hexadecimal:
        return chr(int(octal or hexadecimal, 8 if octal else 16) & 0xFF)
    return _ESCAPES.get(other, other)


def inserted(node: Node, columns: Sequence[str]) -> Iterator[dict[str, str]]:
    """Return the rows of an INSERT."""
    for row in node.get("selectStmt", {}).get("SelectStmt", {}).get("valuesLists", ()):
        values = [text(one) for one in row["List"].get("items", ())]
        yield dict(zip(columns, values, strict=False))


def fact_of(scene: Scene, table: str, row: Mapping[str, str]) -> Iterator[Fact]:
    """Return the fact that a row is."""
    if table == "job" and row.get("jobid", "").isdigit():
        yield CronJob(
            id=int(row["jobid"]),
            schedule=row.get("schedule", ""),
            command=masked(row.get("command", "")),
            in_database=row.get("database", ""),
            user=row.get("username", ""),
            node=row.get("nodename", ""),
            **scene.at,
        )
    elif table == "part_config" and row.get("parent_table"):
        yield PartitionSet(
            parent=row["parent_table"],
            kind=row.get("partition_type", ""),
            interval=row.get("partition_interval", ""),
            template=row.get("template_table", ""),
            **scene.at,
        )
