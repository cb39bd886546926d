"""CREATE EXTENSION in a function."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.catalog.extensions import trusted


@rule(
    id="function-creates-extension",
    problem="A function creates an extension that the target lacks, or that takes rds_superuser.",
    why="What the target does not offer cannot be created there; what is not trusted is for members of"
    " rds_superuser, so the function fails for other callers.",
    fix="Create the extension once, as the master user, and take the statement out of the function.",
    severity=Severity.BLOCKER,
    source=pages.EXTENSIONS,
    date=pages.READ,
    effort=Effort(0.5, 0.5),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION set_up() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE EXTENSION"
        " IF NOT EXISTS file_fdw'; END $$",
        subject="function public.set_up()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION set_up() RETURNS void LANGUAGE plpgsql AS $$ BEGIN EXECUTE 'CREATE EXTENSION"
        " IF NOT EXISTS hstore'; END $$",
    ),
)
def function_creates_extension(context: Context) -> Iterator[Hit]:
    """Find extensions that functions create; a warning where they are offered and not trusted."""
    target = context.target
    open_to_all = trusted(target.major) | {"plpgsql"}
    for one in doings(context, "create extension", statements=False):
        lacking = [name for name in one.what if name not in target.extensions and name not in open_to_all]
        untrusted = [name for name in one.what if name in target.extensions and name not in open_to_all]
        if lacking:
            yield hit(
                one.first,
                one.subject,
                f"{one.who} creates {', '.join(lacking)}, which {target.name} does not offer.",
            )
        elif untrusted:
            yield hit(
                one.first,
                one.subject,
                f"{one.who} creates {', '.join(untrusted)}; on {target.name} that is for members of"
                " rds_superuser.",
                "\n".join(
                    f'CREATE EXTENSION IF NOT EXISTS "{name}"; -- as the master user' for name in untrusted
                ),
                severity=Severity.WARNING,
            )
