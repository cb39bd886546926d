"""What speaks with other servers: replication and foreign data."""

from dataclasses import dataclass

from rdscheck.assess.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication(Fact):
    """A publication; ``all_tables`` is FOR ALL TABLES, ``schemas`` those of FOR TABLES IN SCHEMA."""

    name: str
    owner: str = ""
    all_tables: bool = False
    schemas: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()  # schema-qualified
    publishes: tuple[str, ...] = ("insert", "update", "delete", "truncate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription(Fact):
    """A subscription; ``connection`` has no password."""

    name: str
    owner: str = ""
    enabled: bool = True
    connection: str = ""
    has_password: bool = False
    slot: str = ""
    publications: tuple[str, ...] = ()
    options: tuple[str, ...] = ()  # as name=value
    pending: int = 0  # relations that are not yet in state ready


@dataclass(frozen=True, slots=True, kw_only=True)
class ForeignDataWrapper(Fact):
    """A foreign data wrapper that no extension brings."""

    name: str
    handler: str = ""
    validator: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server(Fact):
    """A foreign server; the value of a secret option is ``***``."""

    name: str
    wrapper: str
    owner: str = ""
    options: tuple[str, ...] = ()  # as name=value


@dataclass(frozen=True, slots=True, kw_only=True)
class UserMapping(Fact):
    """A user mapping; ``role`` is ``public`` for PUBLIC. The value of a secret option is ``***``."""

    server: str
    role: str
    options: tuple[str, ...] = ()  # as name=value
    options_hidden: bool = False
