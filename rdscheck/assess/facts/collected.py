"""All facts of one source."""

from dataclasses import dataclass, field

from rdscheck.assess.facts.base import NotSeen, Origin
from rdscheck.assess.facts.code import (
    AccessMethod,
    Act,
    Aggregate,
    Cast,
    Conversion,
    CronJob,
    EventTrigger,
    Extension,
    Function,
    Language,
    Operator,
    OperatorClass,
    TextSearch,
    Transform,
)
from rdscheck.assess.facts.elsewhere import ForeignDataWrapper, Publication, Server, Subscription, UserMapping
from rdscheck.assess.facts.instance import (
    Database,
    DefaultPrivilege,
    Grant,
    LoginRule,
    Membership,
    PreparedTransaction,
    Role,
    SecurityLabel,
    Setting,
    Slot,
    Tablespace,
)
from rdscheck.assess.facts.reading import Refused, Statement, Unreadable
from rdscheck.assess.facts.tables import (
    Collation,
    Column,
    Index,
    LargeObjects,
    NullableChild,
    PartitionSet,
    Relation,
    Schema,
    Trigger,
    Type,
)


@dataclass(slots=True, kw_only=True)
class Facts:
    """All that was collected from one source."""

    origin: Origin
    databases: list[Database] = field(default_factory=list)
    settings: list[Setting] = field(default_factory=list)
    roles: list[Role] = field(default_factory=list)
    memberships: list[Membership] = field(default_factory=list)
    tablespaces: list[Tablespace] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    languages: list[Language] = field(default_factory=list)
    schemas: list[Schema] = field(default_factory=list)
    relations: list[Relation] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    indexes: list[Index] = field(default_factory=list)
    types: list[Type] = field(default_factory=list)
    functions: list[Function] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)
    aggregates: list[Aggregate] = field(default_factory=list)
    operators: list[Operator] = field(default_factory=list)
    operator_classes: list[OperatorClass] = field(default_factory=list)
    casts: list[Cast] = field(default_factory=list)
    transforms: list[Transform] = field(default_factory=list)
    collations: list[Collation] = field(default_factory=list)
    conversions: list[Conversion] = field(default_factory=list)
    text_search: list[TextSearch] = field(default_factory=list)
    access_methods: list[AccessMethod] = field(default_factory=list)
    event_triggers: list[EventTrigger] = field(default_factory=list)
    triggers: list[Trigger] = field(default_factory=list)
    publications: list[Publication] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)
    slots: list[Slot] = field(default_factory=list)
    wrappers: list[ForeignDataWrapper] = field(default_factory=list)
    servers: list[Server] = field(default_factory=list)
    user_mappings: list[UserMapping] = field(default_factory=list)
    grants: list[Grant] = field(default_factory=list)
    default_privileges: list[DefaultPrivilege] = field(default_factory=list)
    security_labels: list[SecurityLabel] = field(default_factory=list)
    login_rules: list[LoginRule] = field(default_factory=list)
    nullable_children: list[NullableChild] = field(default_factory=list)
    large_objects: list[LargeObjects] = field(default_factory=list)
    cron_jobs: list[CronJob] = field(default_factory=list)
    prepared_transactions: list[PreparedTransaction] = field(default_factory=list)
    partition_sets: list[PartitionSet] = field(default_factory=list)
    statements: list[Statement] = field(default_factory=list)
    unreadable: list[Unreadable] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    not_seen: list[NotSeen] = field(default_factory=list)
