"""A function that does what only members of rds_superuser may."""

from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.doing import doings
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move

_KINDS = ("create event trigger", "create subscription", "create tablespace")


@rule(
    id="function-needs-rds-superuser",
    problem="A function creates an event trigger, a subscription or a tablespace.",
    why="On RDS that is for members of rds_superuser: for other callers, and for a SECURITY DEFINER"
    " function that belongs to somebody else, it fails.",
    fix="Let a member of rds_superuser call or own the function.",
    severity=Severity.WARNING,
    source=pages.ROLES,
    date=pages.READ,
    effort=Effort(0.5, 0.25),
    moves=(Move.RESTORE,),
    guilty=Example(
        sql="CREATE FUNCTION watch_it() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE EVENT TRIGGER"
        " watcher ON sql_drop EXECUTE FUNCTION public.watch(); END $$",
        subject="function public.watch_it()",
    ),
    innocent=Example(
        sql="CREATE FUNCTION watch_it() RETURNS void LANGUAGE plpgsql AS $$ BEGIN CREATE TRIGGER watcher"
        " BEFORE INSERT ON public.orders FOR EACH ROW EXECUTE FUNCTION public.watch(); END $$",
    ),
)
def function_needs_rds_superuser(context: Context) -> Iterator[Hit]:
    """Find such statements in what is stored; those of a dump are the master user's."""
    for one in doings(context, *_KINDS, statements=False):
        yield hit(
            one.first,
            one.subject,
            f"{one.who} runs {one.first.kind.upper()} ({one.list}); on {context.target.name} that is for"
            " members of rds_superuser.",
            "GRANT rds_superuser TO some_role; -- who calls it, or who owns it as SECURITY DEFINER",
        )
