"""IAM database authentication: what decides about tokens, and tokens themselves.

A log-in of a member of ``rds_iam`` is decided inside the server, by the PAM module ``pam_rds`` of
``fixtures/images/pam_rds``. ``IamLogin`` tells it what AWS knows on RDS: whether the instance has IAM
authentication, how it is called, which access keys there are and what their policies allow, the time.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/UsingWithRDS.IAMDBAuth.html
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, unquote

from rdscheck.errors import UsageError
from rdscheck.sandbox.access import Credentials, as_word
from rdscheck.sandbox.programs import run_program, write_file
from rdscheck.sandbox.server import Server

#: The account, the region and the instance's DbiResourceId that a sandbox has unless told otherwise.
ACCOUNT = "123456789012"
REGION = "us-east-1"
RESOURCE_ID = "db-RDSCHECKSANDBOX"

ACTION = "rds-db:connect"

_DIRECTORY = "rdscheck/aws"
_ERRORS = f"{_DIRECTORY}/iam-db-auth-error.log"
_LONGEST_NAME = 63  # bytes of a role's name


@dataclass(frozen=True)
class Holder:
    """Who has an access key: until when it is valid, and the policies as pairs of action and resource.

    Patterns are those of IAM, with ``*`` and ``?``. ``expires`` is for keys with a session token.
    """

    credentials: Credentials
    allow: tuple[tuple[str, str], ...] = ()
    deny: tuple[tuple[str, str], ...] = ()
    expires: datetime | None = None

    def lines(self) -> list[str]:
        """Return the lines of the module's configuration, see ``pam_rds/conf.c``."""
        keys = self.credentials
        until = int(self.expires.timestamp()) if self.expires else 0
        words = (keys.access_key, keys.secret_key, keys.session_token)
        lines = [f"key {' '.join(map(as_word, words))} {until}"]
        for verb, rules in (("allow", self.allow), ("deny", self.deny)):
            lines += [f"{verb} {as_word(keys.access_key)} {as_word(act)} {as_word(on)}" for act, on in rules]
        return lines


@dataclass(frozen=True)
class Known:
    """Everything the module is told; immutable, so that it can be handed on."""

    enabled: bool = False
    region: str = REGION
    account: str = ACCOUNT
    resource_id: str = RESOURCE_ID
    endpoints: tuple[str, ...] = ()  # host:port
    holders: tuple[Holder, ...] = field(default=(), repr=False)
    ahead: int = 0  # seconds the clock is ahead of the machine's
    stopped: datetime | None = None  # where it stands instead

    def lines(self) -> list[str]:
        """Return the configuration, line by line."""
        lines = [
            f"enabled {int(self.enabled)}",
            f"region {as_word(self.region)}",
            f"account {as_word(self.account)}",
            f"resource {as_word(self.resource_id)}",
            *(f"endpoint {as_word(one)}" for one in self.endpoints),
            f"stopped {int(self.stopped.timestamp())}" if self.stopped else f"ahead {self.ahead}",
        ]
        return [*lines, *(line for one in self.holders for line in one.lines())]

    def holder(self, credentials: Credentials) -> Holder:
        """Return what is known of an access key, a new holder without any right where nothing is."""
        for one in self.holders:
            if one.credentials.access_key == credentials.access_key:
                return replace(one, credentials=credentials)
        return Holder(credentials)

    def with_holder(self, holder: Holder) -> "Known":
        """Put a holder in place of the one with the same access key."""
        return replace(
            self.without(holder.credentials), holders=(*self.without(holder.credentials).holders, holder)
        )

    def without(self, credentials: Credentials) -> "Known":
        """Forget an access key."""
        key = credentials.access_key
        return replace(self, holders=tuple(one for one in self.holders if one.credentials.access_key != key))


class IamLogin:
    """IAM database authentication of a server, off until ``enable``.

    ``user`` limits it to one database user, who then is not affected by what the instance has: for
    tests that share a server. Changes count from the next log-in on.
    """

    def __init__(
        self,
        server: Server,
        user: str | None = None,
        *,
        known: Known | None = None,
    ) -> None:
        if user is not None and not 0 < len(user.encode()) <= _LONGEST_NAME:
            raise UsageError(f"{user!r} is no name of a role")
        self._server = server
        self._user = user
        own = tuple(f"{host}:{server.info.port}" for host in dict.fromkeys((server.info.host, "localhost")))
        self.known = known or Known(endpoints=own)

    def enable(self) -> None:
        """Turn it on, as ``aws rds modify-db-instance --enable-iam-database-authentication`` does."""
        self.change(enabled=True)

    def disable(self) -> None:
        """Turn it off."""
        self.change(enabled=False)

    def change(self, **changes: Any) -> None:
        """Change fields of ``Known``."""
        self.known = replace(self.known, **changes)
        self._write()

    def arn(self, user: str = "*") -> str:
        """Return the resource a policy names for a database user of this instance."""
        known = self.known
        return f"arn:aws:rds-db:{known.region}:{known.account}:dbuser:{known.resource_id}/{user}"

    def allow(
        self, credentials: Credentials, user: str = "*", *, resource: str = "", action: str = ACTION
    ) -> None:
        """Allow whoever has an access key to connect as a user, a pattern, or on another ``resource``."""
        holder = self.known.holder(credentials)
        self.put(replace(holder, allow=(*holder.allow, (action, resource or self.arn(user)))))

    def deny(
        self, credentials: Credentials, user: str = "*", *, resource: str = "", action: str = ACTION
    ) -> None:
        """Deny it explicitly, which wins over every permission."""
        holder = self.known.holder(credentials)
        self.put(replace(holder, deny=(*holder.deny, (action, resource or self.arn(user)))))

    def put(self, holder: Holder) -> None:
        """Say all that is known of an access key; it takes the place of what was said before."""
        self.known = self.known.with_holder(holder)
        self._write()

    def revoke(self, credentials: Credentials) -> None:
        """Forget an access key: nobody has it any more."""
        self.known = self.known.without(credentials)
        self._write()

    def move_clock(self, seconds: int) -> None:
        """Let the module's clock be ahead of the machine's by so much; negative for behind."""
        self.change(ahead=seconds, stopped=None)

    def stop_clock(self, at: datetime) -> None:
        """Let the module's clock stand."""
        self.change(stopped=at, ahead=0)

    def errors(self) -> list[str]:
        """Return why tokens were refused, oldest first; on RDS the log ``iam-db-auth-error`` tells.

        All of the instance, or of the one user.
        """
        with self._server.maintenance() as admin:
            row = admin.execute("SELECT pg_read_file(%s, 0, 4194304, true)", [_ERRORS]).fetchone()
        lines = [line.partition(" ") for line in ((row and row[0]) or "").splitlines()]
        return [why for name, _, why in lines if self._user in {None, unquote(name)}]

    def forget(self) -> None:
        """Remove what was written: nothing is enabled any more."""
        with self._server.maintenance() as admin:
            run_program(admin, f"rm -f {self._path()}")

    def _path(self) -> str:
        # Percent-encoded the name holds nothing a shell would read, nor a slash.
        name = "login" if self._user is None else f"login-{quote(self._user, safe='')}"
        return f"{_DIRECTORY}/{name}.conf"

    def _write(self) -> None:
        """Put the file into the data directory."""
        with self._server.maintenance() as admin:
            write_file(admin, self._path(), self.known.lines())


def generate(credentials: Credentials, *, host: str, port: int, user: str, region: str = REGION) -> str:
    """Return a token as boto3 makes it: signed here, nothing is sent. Valid for 15 minutes."""
    from rdscheck.aws.client import local_session  # noqa: PLC0415  boto3 loads slowly; who only decides needs none

    client = local_session().client(
        "rds",
        region_name=region,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.session_token or None,
    )
    token: str = client.generate_db_auth_token(DBHostname=host, Port=port, DBUsername=user)
    return token


def made_at(token: str) -> datetime:
    """Return when a token was made; raises ``UsageError`` for what is none."""
    for part in token.partition("?")[2].split("&"):
        name, _, value = part.partition("=")
        if name == "X-Amz-Date":
            return datetime.strptime(value, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    raise UsageError("this is no token: it has no X-Amz-Date")
