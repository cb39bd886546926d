"""What holds data: relations, columns, indexes, types, large objects."""

from dataclasses import dataclass

from rdscheck.assess.facts.base import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema(Fact):
    """A schema of users."""

    name: str
    owner: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation(Fact):
    """A table, view or the like.

    ``kind`` is table, partitioned table, view, materialized view, foreign table, sequence or composite
    type. ``identity`` is default, nothing, full or index; ``has_key`` whether it has a primary key.
    ``definition`` is the text of a view's query.
    """

    schema: str
    name: str
    kind: str
    owner: str = ""
    unlogged: bool = False
    tablespace: str = ""
    access_method: str = ""  # empty: heap
    with_oids: bool = False
    identity: str = "default"
    has_key: bool = False
    is_partition: bool = False
    server: str = ""  # of a foreign table
    options: tuple[str, ...] = ()  # storage parameters and foreign options as name=value
    definition: str = ""
    row_security: str = ""  # "", enabled or forced


@dataclass(frozen=True, slots=True, kw_only=True)
class Column(Fact):
    """A column whose type or collation is not among ``rdscheck.assess.types.PLAIN``.

    ``type`` is schema-qualified (``pg_catalog.regproc``, ``public.mood``), without modifiers, an array's
    element type with ``[]`` behind it. ``relation_kind`` is as of ``Relation``.
    """

    schema: str
    relation: str
    name: str
    type: str
    relation_kind: str = "table"
    collation: str = ""  # schema-qualified, where it is not the type's own


@dataclass(frozen=True, slots=True, kw_only=True)
class Index(Fact):
    """An index that is special: not btree, in a tablespace, with an operator class or collation of its own.

    ``method`` is the access method. ``classes`` are schema-qualified operator classes that are not the
    default, ``collations`` schema-qualified collations that are not the column's.
    """

    schema: str
    name: str
    relation: str
    method: str = "btree"
    tablespace: str = ""
    classes: tuple[str, ...] = ()
    collations: tuple[str, ...] = ()
    valid: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Type(Fact):
    """A type of users; ``kind`` is base, composite, domain, enum, range or shell.

    ``parts`` are the schema-qualified types it is made of: the attributes of a composite type, the base of
    a domain, the subtype of a range, the element of a base type.
    """

    schema: str
    name: str
    kind: str
    owner: str = ""
    parts: tuple[str, ...] = ()
    input: str = ""  # input function of a base type


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger(Fact):
    """A trigger that is not of a constraint; ``enabled`` as for ``EventTrigger``."""

    schema: str
    relation: str
    name: str
    function: str
    enabled: str = "origin"


@dataclass(frozen=True, slots=True, kw_only=True)
class Collation(Fact):
    """A collation of users; ``version`` is the one recorded in the catalog."""

    schema: str
    name: str
    provider: str = "libc"
    locale: str = ""
    deterministic: bool = True
    version: str = ""
    actual_version: str = ""  # of the library that runs, live only
    rules: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LargeObjects(Fact):
    """How many large objects a database has; from a dump, at least."""

    number: int
    owners: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionSet(Fact):
    """A set of partitions that pg_partman maintains (``part_config``)."""

    parent: str
    kind: str  # native, partman, time-static, range, list …
    interval: str = ""
    template: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class NullableChild(Fact):
    """A column that may be null although the table it inherits from forbids it, live only: before 18.

    ``parent`` is schema-qualified.
    """

    schema: str
    relation: str
    column: str
    parent: str
