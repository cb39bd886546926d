"""Variables of a page's command lines: which of them its programs get, and why the others are left out.

Values are never told: they may be secrets.
"""

import re

from rdscheck.runbook.lab.aws import SEEN
from rdscheck.runbook.lab.programs import PG_VARIABLES

#: What programs of a page get. https://www.postgresql.org/docs/current/libpq-envars.html
TAKEN = frozenset(PG_VARIABLES) | SEEN

_FILES = (
    r"HOME|TMPDIR|PSQLRC|PSQL_HISTORY|PG(?:PASSFILE|SERVICE\w*|SYSCONFDIR|LOCALEDIR|SSL(?:ROOT)?CERT\w*|SSLKEY)"
    r"|AWS_(?:(?:DEFAULT_)?PROFILE|CONFIG_FILE|SHARED_CREDENTIALS_FILE|CA_BUNDLE|ROLE_\w+)"
)
#: Names that programs look at by themselves, and why a page does not set them.
_REASONS = (
    (
        r"PATH|LD_\w+|DYLD_\w+|PYTHON\w*|BASH_ENV|IFS|(?:PSQL_|PG)?(?:EDITOR|PAGER)|VISUAL|COMSPEC",
        "rdscheck alone decides what is started",
    ),
    (
        r"AWS_ENDPOINT_URL\w*|AWS_IGNORE_CONFIGURED_ENDPOINT_URLS|(?i:(?:HTTPS?|ALL|NO)_PROXY)",
        "programs reach the sandbox and nothing else",
    ),
    (
        _FILES,
        "the sandbox has files and an account of its own",
    ),
    (r"LANG|LANGUAGE|LC_\w+|TZ|PGTZ|PGDATESTYLE", "the same page shall print the same everywhere"),
    (r"PG[A-Z]+|AWS_\w+", "it is none of those that the sandbox's programs get"),
)
_OTHER = "programs get variables of libpq and AWS only"


def why_left_out(name: str, *, given: bool) -> str:
    """Return in a sentence why programs do not get a variable; empty where they do, or nobody has to know.

    ``given`` tells that it stands before a program, which makes it one for that program; a variable that
    is only exported may be the page's own, for its later lines.
    """
    if name in TAKEN:
        return ""
    usual = _OTHER if given else ""
    reason = next((told for names, told in _REASONS if re.fullmatch(names, name)), usual)
    return f"{name} is not taken over: {reason}" if reason else ""
