"""Where a connection string of libpq leads to, and nothing else of it: the rest may hold a password."""

import re
from urllib.parse import parse_qsl, unquote

#: What is said where no host is named: libpq takes the socket of its own machine.
SOCKET = "socket"

_PAIR = re.compile(r"\s*([A-Za-z_]+)\s*=\s*('(?:[^'\\]|\\.)*'|(?:[^\s\\']|\\.)*)", re.DOTALL)
_KEYS = frozenset(
    {
        "application_name",
        "client_encoding",
        "connect_timeout",
        "dbname",
        "fallback_application_name",
        "gssencmode",
        "host",
        "hostaddr",
        "keepalives",
        "options",
        "passfile",
        "password",
        "port",
        "requirepeer",
        "require_auth",
        "service",
        "sslcert",
        "sslkey",
        "sslmode",
        "sslpassword",
        "sslrootcert",
        "target_session_attrs",
        "user",
    }
)


def host(text: str) -> str | None:
    """Return the host of a connection string, ``socket`` where it names none; None for any other text.

    Several hosts are returned as they are written, with commas.
    """
    if re.match(r"postgres(?:ql)?://", text):
        return _of_uri(text)
    pairs, end = {}, 0
    while match := _PAIR.match(text, end):
        pairs[match[1]] = _plain(match[2])
        end = match.end()
    if not pairs or text[end:].strip() or not pairs.keys() & _KEYS:
        return None
    return _chosen(pairs)


def _of_uri(text: str) -> str:
    rest = text.partition("://")[2]
    rest, _, query = rest.partition("?")
    place = rest.partition("/")[0].rpartition("@")[2]
    hosts = [re.sub(r":[^\]:]*\Z", "", one).strip("[]") for one in place.split(",")]
    pairs = dict(parse_qsl(query))
    named = unquote(",".join(hosts))
    return _chosen({"host": named} | pairs if named.strip(",") else pairs)


def _plain(value: str) -> str:
    inner = value[1:-1] if value.startswith("'") else value
    return re.sub(r"\\(.)", r"\1", inner, flags=re.DOTALL)


def _chosen(pairs: dict[str, str]) -> str:
    if named := pairs.get("host") or pairs.get("hostaddr"):
        return named
    return f"service {pairs['service']}" if pairs.get("service") else SOCKET
