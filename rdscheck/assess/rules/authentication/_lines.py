"""Lines of pg_hba.conf as findings speak of them, and how examples add one."""

import ipaddress

from rdscheck.assess.facts import LoginRule

NOT_IN_DUMPS = "pg_hba.conf is in no dump"

#: Appends a line to pg_hba.conf without loading it: the view that shows the file has it at once. ``{new}`` in
#: the line lets ``REMOVE`` find it again.
_RUN = "DO $$BEGIN EXECUTE format({form}, current_setting('hba_file')); END$$"
REMOVE = _RUN.format(form="'COPY (SELECT 1) TO PROGRAM ''sed -i -e /{new}/d %s''' ")


def adding(line: str) -> str:
    """Return the statement that appends a line, which has no quotation marks in it."""
    return _RUN.format(form=f"'COPY (SELECT ''{line}'') TO PROGRAM ''cat >> %s'''")


def subject(line: LoginRule) -> str:
    """Return what findings call a line: ``login host all app 10.0.0.0/8 ldap``."""
    words = (line.kind, ",".join(line.databases), ",".join(line.users), line.address, line.method)
    return " ".join(("login", *filter(None, words)))


def is_loopback(line: LoginRule) -> bool:
    """Tell whether a line is for clients on the server's own machine, which RDS does not have."""
    if line.kind == "local" or line.address in {"samehost", "localhost"}:
        return True
    try:
        return ipaddress.ip_network(line.address.split()[0] if line.address else "", strict=False).is_loopback
    except ValueError:
        return False


def for_replication(line: LoginRule) -> bool:
    """Tell whether a line is for physical replication alone."""
    return line.databases == ("replication",)
