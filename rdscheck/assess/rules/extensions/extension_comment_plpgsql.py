"""COMMENT ON EXTENSION plpgsql, which pg_dump wrote up to 10."""

from collections.abc import Iterator

from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.rules.extensions._pages import MANUAL, READ
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

_DUMP = (
    "CREATE EXTENSION IF NOT EXISTS {name} WITH SCHEMA pg_catalog;\n\n\n"
    "COMMENT ON EXTENSION {name} IS 'PL/pgSQL procedural language';\n"
)


@rule(
    id="extension-comment-plpgsql",
    problem="The dump puts a comment on the extension plpgsql, which belongs to the service.",
    why="plpgsql is in every database of RDS and owned by rdsadmin. The statement fails with 'must be"
    " owner of extension plpgsql'. Nothing is lost, as the comment is there already; but a restore that stops"
    " at errors or runs as one transaction ends there. pg_dump up to 10 writes it into every dump.",
    fix="Dump with pg_dump 11 or later, or leave the comment out: pg_restore --no-comments.",
    severity=Severity.NOTE,
    source=f"{MANUAL}/sql-comment.html",
    date=READ,
    certainty=Certainty.DERIVED,
    moves=(Move.RESTORE,),
    effort=Effort(0.1),
    guilty=Example(dump=_DUMP.format(name="plpgsql"), subject="extension plpgsql", source_major=10),
    innocent=Example(dump=_DUMP.format(name="plperl"), source_major=10),
)
def extension_comment_plpgsql(context: Context) -> Iterator[Hit]:
    """Find the statement; later versions of pg_dump write it only where somebody changed the comment."""
    for one in context.facts.statements:
        if one.kind == "comment" and one.detail == "extension plpgsql":
            yield hit(one, "extension plpgsql")
