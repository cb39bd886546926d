"""COMMENT ON EXTENSION, which pg_dump writes and the owner of the extension alone may do."""

from collections.abc import Iterator

from rdscheck.assess.facts import Via
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.extensions._offers import Standing, on, standing
from rdscheck.assess.rules.extensions._pages import READ
from rdscheck.assess.target import Move
from rdscheck.catalog.extensions import trusted
from rdscheck.model import Certainty


@rule(
    id="extension-comment-refused",
    problem="The comment that a dump puts on the extension is refused.",
    why="An extension that is not trusted belongs to rdsadmin, whoever creates it. pg_dump writes a COMMENT"
    " ON EXTENSION for each, which fails with 'must be owner of extension'. Nothing is lost, as CREATE"
    " EXTENSION makes the same comment; but a restore that stops at errors or runs as one transaction ends"
    " there.",
    fix="Restore with pg_restore --no-comments, or without --exit-on-error and --single-transaction.",
    severity=Severity.NOTE,
    source="https://github.com/chef/automate/pull/4759",
    date=READ,
    certainty=Certainty.OBSERVED,
    moves=(Move.RESTORE,),
    effort=Effort(0.1),
    guilty=Example(
        sql="CREATE EXTENSION pg_buffercache", subject="extension pg_buffercache", needs=("pg_buffercache",)
    ),
    innocent=Example(sql="CREATE EXTENSION citext", needs=("citext",)),
)
def extension_comment_refused(context: Context) -> Iterator[Hit]:
    """Find extensions the target offers and does not trust; plpgsql has a rule of its own."""
    target = context.target
    written = {(one.database, one.detail) for one in context.facts.statements if one.kind == "comment"}
    from_dump = context.facts.origin.via is Via.DUMP
    for one in context.facts.extensions:
        if one.name in trusted(target.major) | {"plpgsql"}:
            continue
        if from_dump and (one.database, f"extension {one.name}") not in written:
            continue  # a dump without comments
        if standing(one.name, target) is Standing.OFFERED:
            yield on(
                one,
                f"{plain(one.name)} belongs to rdsadmin on {target.name}: COMMENT ON EXTENSION is refused.",
            )
