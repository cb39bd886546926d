"""The schema of a live database, as ``pg_dump`` writes it."""

import os
import subprocess
from pathlib import Path

from psycopg.conninfo import make_conninfo

from rdscheck.assess.dump.programs import contained, images_from, programs
from rdscheck.assess.live.connecting import Limits, connect, parameters_of
from rdscheck.assess.secrets import masked
from rdscheck.errors import RdscheckError, UsageError

#: How long pg_dump may wait for a lock, so that it holds nobody up for long either.
_LOCK_SECONDS = 30
_ARGUMENTS = ("--schema-only", "--format=custom", f"--lock-wait-timeout={_LOCK_SECONDS}s", "--no-password")

#: What is not in --dbname: a service, whose parts are, and the password, which the environment holds.
_LEFT_OUT = frozenset({"password", "service", "servicefile", "application_name", "connect_timeout"})
#: What else a service file and the environment may hold; a libpq older than ours knows no more.
_TAKEN = frozenset(
    {
        "channel_binding", "gssencmode", "hostaddr", "krbsrvname", "options", "passfile", "requirepeer",
        "ssl_min_protocol_version", "sslcert", "sslcrl", "sslkey", "sslmode", "sslpassword", "sslrootcert",
    }
)  # fmt: skip
_SHOWN = frozenset({"oauth_client_secret", "scram_client_key", "scram_server_key", "sslpassword"})


def dump_schema(conninfo: str, path: Path) -> None:
    """Write the schema of a database into an archive, by a ``pg_dump`` that is not older than its server.

    Raises ``RdscheckError`` when the server does not answer, there is none or it fails; a role that may not
    read all of the catalogs' objects makes it fail. No data is read.
    """
    parameters = parameters_of(conninfo)
    with connect(parameters, Limits()) as conn:
        major = conn.info.server_version // 10000
        # What libpq took from a service file or the environment holds for pg_dump in a container, too.
        taken = conn.info.get_parameters()
        given = {**parameters, **{name: taken[name] for name in _TAKEN & taken.keys()}}
        given |= {"host": conn.info.host, "port": str(conn.info.port)}
        given |= {"dbname": conn.info.dbname, "user": conn.info.user}
        password = conn.info.password
    if shown := sorted(_SHOWN & given.keys()):
        raise UsageError(
            f"{shown[0]} cannot be given to pg_dump without showing it to others on this machine",
            hint="make a dump with pg_dump --schema-only --format=custom, and rehearse that",
        )
    where = make_conninfo("", **{k: v for k, v in given.items() if v and k not in _LEFT_OUT})
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    environment |= {"PGPASSWORD": password, "LC_ALL": "C"}
    with path.open("wb") as file:
        command = [*client("pg_dump", major, given["host"]), *_ARGUMENTS, f"--dbname={where}"]
        done = subprocess.run(command, env=environment, stdout=file, stderr=subprocess.PIPE, check=False)
    if done.returncode:
        said = masked(done.stderr.decode(errors="replace").strip()).splitlines() or ["it gives no reason"]
        raise RdscheckError(
            f"pg_dump cannot write the schema of {given['dbname']}: {said[-1]}",
            hint="as a role that may read every object, or rehearse a dump made by one",
        )


def client(name: str, major: int, host: str) -> list[str]:
    """Return the beginning of a command that runs a client program which is not older than its server.

    ``host`` is what it will connect to: in a container, the directory of a socket must be there as well. The
    password comes through ``PGPASSWORD``. Raises ``UsageError`` when there is no such program.
    """
    for program, its_major in programs(name):
        if its_major >= major:
            return [program]
    options = ["--network", "host", "--env", "PGPASSWORD"]
    if host.startswith("/"):
        # A server that asks the system who connects must hear what it hears outside.
        options += ["--volume", f"{host}:{host}", "--user", f"{os.geteuid()}:{os.getegid()}"]
    for image in images_from(major):
        return contained(image, name, *options)
    raise UsageError(
        f"the server is PostgreSQL {major}, and no {name} of {major} or newer is here",
        hint=f"apt-get install postgresql-client-{major}, or start Docker with an image of rdscheck",
    )
