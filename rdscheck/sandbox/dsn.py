"""A server of the user's own, given by a connection string: nothing of it is set up or changed."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from rdscheck.errors import UsageError
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.server import Server, describe


def server_from_dsn(dsn: str) -> Server:
    """Return a server reached by ``postgresql://…`` or ``service=…``.

    The role of the string takes the place of the master user; there is no
    rdsadmin. Raises ``UsageError`` when the string cannot be read or nobody answers.
    """
    try:
        conninfo_to_dict(dsn)
        with psycopg.connect(dsn, autocommit=True, connect_timeout=10) as conn:
            info = ServerInfo(
                version=str(conn.info.server_version // 10000),
                server_version="0",
                engine="dsn",
                base="given by --rds-dsn",
                host=conn.info.host or conn.info.hostaddr,
                port=conn.info.port,
                master_user=conn.info.user,
                master_password=conn.info.password,
            )
            return Server(describe(info, conn))
    except psycopg.ProgrammingError as error:
        raise UsageError(f"--rds-dsn: {error}", hint="the form is postgresql://user@host:port/db") from error
    except psycopg.OperationalError as error:
        # libpq names host, port and reason, never the password.
        raise UsageError(f"--rds-dsn: {str(error).strip()}", hint="check host, port and password") from error
