"""RDS refuses clients without TLS, since a certain major."""

from collections.abc import Iterator

from rdscheck.assess.facts import Flavour
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.majors import from_service
from rdscheck.assess.pages import TLS
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.rules.parameters._restored import default_of, is_on
from rdscheck.assess.rules.parameters._settings import of_server
from rdscheck.assess.target import AURORA, Move
from rdscheck.catalog.parameters import parameters

_NAME = "rds.force_ssl"


@rule(
    id="tls-required",
    problem="Clients without TLS are refused by default on the target.",
    why="rds.force_ssl is 1 from RDS 15 and Aurora 17 on: a client with sslmode=disable gets no pg_hba.conf "
    "entry, no encryption.",
    fix="Have clients use TLS (sslmode=verify-full with AWS's bundle), or set rds.force_ssl = 0 in the "
    "parameter group.",
    severity=Severity.NOTE,
    source=TLS,
    date="2026-10-01",
    effort=Effort(1),
    guilty=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY)",
        subject=f"setting {_NAME}",
        until=14,
        target="rds-17",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
    innocent=Example(
        sql="CREATE TABLE public.t (a int PRIMARY KEY)",
        since=15,
        until=17,
        target="rds-18",
        move=Move.UPGRADE,
        flavour=Flavour.RDS,
    ),
)
def tls_required(context: Context) -> Iterator[Hit]:
    """Say it once, where the default changes on the way, or nobody uses TLS at the source."""
    if not is_on(default_of(context, _NAME)):
        return
    here = {one.name.lower(): one.value for one in of_server(context)}
    if from_service(context):
        source, known = int(context.source_major), here.get(_NAME)
        engine = AURORA if context.facts.origin.flavour is Flavour.AURORA else "rds"
        before = known if known is not None else _default(source, engine)
        changed = not is_on(before)
    else:
        changed = bool(here) and not is_on(here.get("ssl", "off"))
    if changed:
        yield Hit(f"setting {_NAME}", f"{context.target.name} refuses clients without TLS by default.")


def _default(major: int, engine: str) -> str:
    found = parameters(str(major), engine).get(_NAME) if major >= 11 else None
    return found.default if found else "0"
