"""A fresh database for one test, with roles of its own and the rights of its associated roles."""

from collections.abc import Callable
from secrets import token_hex
from typing import Any
from urllib.parse import quote

from psycopg import sql

from rdscheck.sandbox.associations import Associations
from rdscheck.sandbox.server import Connection, Server, unique_name
from rdscheck.sandbox.verifier import stored


class Database(Associations):
    """One database of a server, removed with everything in it by ``drop``.

    Roles belong to the whole server, which other tests use at the same time:
    ``create_role`` therefore makes names unique and remembers what was wished for.
    Associated roles hold for this database only, for the same reason.
    """

    def __init__(self, server: Server, name: str) -> None:
        super().__init__(server, name)
        self.server = server
        self.name = name
        self.roles: dict[str, str] = {}  # real name -> wished name
        self.on_new_role: Callable[[str, str], None] | None = None  # told real and wished name
        self._passwords: dict[str, str] = {}

    @classmethod
    def create(cls, server: Server, prefix: str = "rdscheck") -> "Database":
        """Create a fresh database owned by the master user."""
        return cls(server, server.create_database(prefix))

    def connect(
        self, user: str | None = None, password: str | None = None, *, autocommit: bool = True, **options: Any
    ) -> Connection:
        """Log in as the master user, a role of ``create_role``, or anybody with a password."""
        return self.server.connect(
            self.name, user, self._password(user, password), autocommit=autocommit, **options
        )

    def login(self, user: str | None = None, password: str | None = None) -> dict[str, Any]:
        """Return libpq parameters for the same log-ins as ``connect``."""
        return self.server.login(self.name, user, self._password(user, password))

    def _password(self, user: str | None, password: str | None) -> str | None:
        return self._passwords.get(user) if password is None and user is not None else password

    def admin(self) -> Connection:
        """Log in as rdsadmin, for set-up only."""
        return self.server.admin(self.name)

    def dsn(self, user: str | None = None) -> str:
        """Return a connection URI with its password: for programs, not for printing."""
        login = {key: quote(str(value), safe="") for key, value in self.login(user).items() if key != "host"}
        return (
            f"postgresql://{login['user']}:{login['password']}"
            f"@{self.server.info.host}:{login['port']}/{login['dbname']}"
        )

    def create_role(self, wish: str, *, login: bool = True, options: str = "") -> str:
        """Create a role as the master user would and return its real, unique name.

        ``options`` is SQL of the caller's own, for example ``"CREATEDB IN ROLE rds_superuser"``.
        """
        name, password = unique_name(wish), token_hex(12)
        parts = [sql.SQL("CREATE ROLE {}").format(sql.Identifier(name))]
        if login:
            parts.append(
                sql.SQL("LOGIN PASSWORD {}").format(sql.Literal(stored(password, self.server.major)))
            )
        if options:
            parts.append(sql.SQL(options))  # type: ignore[arg-type]  # written in a test, not by a user
        with self.server.as_master() as conn:
            conn.execute(sql.SQL(" ").join(parts))
        self._know(name, wish)
        self._passwords[name] = password
        return name

    def role_name(self, wish: str) -> str:
        """Return a real, unique name for a role that a test makes itself; it goes with the database."""
        name = unique_name(wish)
        self._know(name, wish)
        return name

    def _know(self, name: str, wish: str) -> None:
        self.roles[name] = wish
        if self.on_new_role:
            self.on_new_role(name, wish)

    def split_bytes(self, size: int) -> None:
        """Set the size at which an export goes on in the next part file (RDS: about 6 GB)."""
        self.change(split_bytes=size)

    def part_bytes(self, size: int) -> None:
        """Set the size of the parts of a multipart upload (S3 takes 5 MiB and more)."""
        self.change(part_bytes=size)

    def drop(self) -> None:
        """Remove the database, what the stand-ins were told about it, and its roles."""
        self.forget()
        self.server.drop_database(self.name)
        with self.server.maintenance() as conn:
            there = conn.execute("SELECT rolname FROM pg_roles WHERE rolname = ANY(%s)", [list(self.roles)])
            names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in there.fetchall())
            if names.as_string():
                conn.execute(sql.SQL("DROP OWNED BY {}").format(names))
                # All at once: one may have granted another to a third.
                conn.execute(sql.SQL("DROP ROLE {}").format(names))
