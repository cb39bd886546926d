"""What belongs to the instance: databases, settings, roles, tablespaces, slots."""

from dataclasses import dataclass

from rdscheck.assess.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Database(Fact):
    """A database of the instance.

    ``provider`` is libc, icu or builtin, ``tablespace`` empty for pg_default, ``babelfish`` whether it
    holds the catalog of Babelfish (live only).
    """

    name: str
    owner: str = ""
    encoding: str = ""
    collate: str = ""
    ctype: str = ""
    provider: str = "libc"
    locale: str = ""  # of ICU or builtin
    icu_rules: str = ""
    collation_version: str = ""
    tablespace: str = ""
    connection_limit: int = -1  # -2: an interrupted DROP DATABASE
    allows_connections: bool = True
    is_template: bool = False
    comment: str = ""
    babelfish: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Fact):
    """A parameter that differs from its default, and where it was set.

    ``scope`` is ``server`` (postgresql.conf or ALTER SYSTEM: ``source`` tells which), ``database``,
    ``role``, ``role in database`` or ``function``; ``subject`` the role, the database or the function's
    signature. In a dump, ``session`` is a SET statement of the dump itself.
    """

    name: str
    value: str
    scope: str
    subject: str = ""
    source: str = ""  # of scope server: pg_settings.source, or "ALTER SYSTEM"


@dataclass(frozen=True, slots=True, kw_only=True)
class Role(Fact):
    """A role; ``password`` is none, md5, scram, plain or hidden (not seen).

    ``spelled`` are the attributes that only a superuser may mention and the dump does, with or without NO:
    superuser, replication, bypassrls. A live database has none.
    """

    name: str
    superuser: bool = False
    replication: bool = False
    bypass_rls: bool = False
    create_role: bool = False
    create_database: bool = False
    login: bool = False
    inherit: bool = True
    connection_limit: int = -1
    valid_until: str = ""
    password: str = "hidden"  # noqa: S105
    comment: str = ""
    spelled: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership(Fact):
    """``member`` is a member of ``role``."""

    role: str
    member: str
    admin: bool = False
    grantor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tablespace(Fact):
    """A tablespace that is not pg_default or pg_global."""

    name: str
    owner: str = ""
    location: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot(Fact):
    """A replication slot, live only; ``kind`` is logical or physical."""

    name: str
    kind: str
    plugin: str = ""
    active: bool = False
    temporary: bool = False
    two_phase: bool = False
    invalid: bool = False
    behind: int = 0  # bytes of WAL it has not confirmed


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedTransaction(Fact):
    """A prepared transaction, live only."""

    id: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant(Fact):
    """A privilege that deserves a look.

    On an object of the system, to or from a role of the system, or on a parameter.

    ``kind`` is the object's: function, table, schema, language, foreign data wrapper, foreign server,
    parameter, tablespace, type.
    """

    kind: str
    object: str
    privilege: str
    grantee: str
    grantor: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DefaultPrivilege(Fact):
    """ALTER DEFAULT PRIVILEGES of a role."""

    role: str
    schema: str = ""
    kind: str = ""
    grantees: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityLabel(Fact):
    """A security label of a provider."""

    provider: str
    kind: str
    object: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginRule(Fact):
    """A line of ``pg_hba.conf``, live only: how clients log in.

    ``kind`` is local, host, hostssl, hostnossl, hostgssenc or hostnogssenc; ``databases``, ``users`` and
    ``address`` (with its mask, ``all``, empty for local) are as ``pg_hba_file_rules`` shows them. Options,
    which may hold secrets, are left out.
    """

    kind: str
    method: str
    databases: tuple[str, ...] = ()
    users: tuple[str, ...] = ()
    address: str = ""
