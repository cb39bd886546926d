"""A security label."""

from collections import Counter
from collections.abc import Iterator

from rdscheck.assess import pages
from rdscheck.assess.facts import SecurityLabel
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain
from rdscheck.assess.rule import Context, Example, Hit, hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty


@rule(
    id="security-label",
    problem="Objects carry security labels of a provider that RDS does not load.",
    why="SECURITY LABEL fails where its provider is not loaded. Masking rules (anon) or mandatory access"
    " control (sepgsql) that live in labels are gone with them, and data they hid is shown.",
    fix="Restore with --no-security-labels, and protect the columns by views and grants.",
    severity=Severity.BLOCKER,
    source=pages.postgresql("sql-security-label"),
    date=pages.READ,
    certainty=Certainty.DERIVED,
    effort=Effort(4, 0.5),
    moves=(Move.RESTORE,),
    # No provider is installed in a sandbox.
    guilty=Example(
        dump="CREATE TABLE public.people (name text);\n"
        "SECURITY LABEL FOR anon ON COLUMN public.people.name IS 'MASKED WITH VALUE NULL';\n",
        subject="security labels anon",
    ),
    innocent=Example(
        sql="CREATE TABLE people (name text); COMMENT ON COLUMN people.name IS 'MASKED WITH VALUE NULL'"
    ),
)
def security_label(context: Context) -> Iterator[Hit]:
    """Find security labels, one finding per provider and database."""
    first: dict[tuple[str, str], SecurityLabel] = {}
    number: Counter[tuple[str, str]] = Counter()
    for one in context.facts.security_labels:
        first.setdefault((one.database, one.provider), one)
        number[one.database, one.provider] += 1
    for key, one in first.items():
        yield hit(
            one,
            f"security labels {plain(one.provider)}",
            f"Security labels of {plain(one.provider)}: {number[key]}, the first on the {one.kind}"
            f" {one.object}; {context.target.name} does not load that provider.",
        )
