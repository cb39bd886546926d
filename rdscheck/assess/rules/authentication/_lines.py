"""Lines of pg_hba.conf as findings speak of them, and how examples add one."""

import ipaddress

from rdscheck.assess.facts import LoginRule

NOT_IN_DUMPS = "pg_hba.conf is in no dump"

#: Appends a line to pg_hba.conf without loading it: the view that shows the file has it at once. ``{new}`` in
#: the line lets ``REMOVE`` find it again.
_RUN = "DO $$BEGIN EXECUTE format({form}, current_setting('hba_file')); END$$"
REMOVE = _RUN.format(form="'COPY (SELECT 1) TO PROGRAM ''cat > /dev/null && sed -i -e /{new}/d %s''' ")


def adding(line: str) -> str:
    """Return the statement that appends a line, which has no quotation marks in it."""
    return _RUN.format(form=f"'COPY (SELECT ''{line}'') TO PROGRAM ''cat >> %s'''")


def subject(line: LoginRule) -> str:
    """Return what findings call a line: ``login host all app 10.0.0.0/8 ldap``."""
    network = _network(line)
    words = (
        line.kind,
        ",".join(line.databases),
        ",".join(line.users),
        str(network) if network else line.address,
        line.method,
    )
    return " ".join(("login", *filter(None, words)))


def _is_loopback(line: LoginRule) -> bool:
    """Tell whether a line is for clients on the server's own machine, which RDS does not have."""
    if line.kind == "local" or line.address in {"samehost", "localhost"}:
        return True
    network = _network(line)
    return network is not None and network.is_loopback


def _network(line: LoginRule) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    address, _, mask = line.address.partition("/")
    try:
        if ":" in mask:  # the server writes masks of IPv6 in full, which Python does not read
            mask = str(int(ipaddress.IPv6Address(mask)).bit_count())
        return ipaddress.ip_network(f"{address}/{mask}" if mask else address, strict=False)
    except ValueError:
        return None


def of_clients(line: LoginRule) -> bool:
    """Tell whether a line lets clients in: not one for physical replication, nor for roles of the service."""
    users = [user.removeprefix("+") for user in line.users]
    own = bool(users) and all(user.startswith("rds") for user in users)
    return (
        line.method != "reject" and line.databases != ("replication",) and not own and not _is_loopback(line)
    )
