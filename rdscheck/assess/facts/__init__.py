"""What is known of a database before it moves: one form for a live database and for a dump.

Both collectors fill the same lists, so that a rule need not ask where a fact comes from. Members of
extensions and objects of the system are left out on both sides, as ``pg_dump`` leaves them out. Names are
as in the catalogs: folded, without quotes. ``line`` is the line of the dump that says so, 0 for a live
database. ``database`` is empty for what belongs to the whole instance.

Secrets never get here: passwords are replaced by what kind they are of before a fact is made.
"""

from rdscheck.assess.facts.base import Fact, Flavour, NotSeen, Origin, Via
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
from rdscheck.assess.facts.collected import Facts
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

__all__ = [
    "AccessMethod",
    "Act",
    "Aggregate",
    "Cast",
    "Collation",
    "Column",
    "Conversion",
    "CronJob",
    "Database",
    "DefaultPrivilege",
    "EventTrigger",
    "Extension",
    "Fact",
    "Facts",
    "Flavour",
    "ForeignDataWrapper",
    "Function",
    "Grant",
    "Index",
    "Language",
    "LargeObjects",
    "LoginRule",
    "Membership",
    "NotSeen",
    "NullableChild",
    "Operator",
    "OperatorClass",
    "Origin",
    "PartitionSet",
    "PreparedTransaction",
    "Publication",
    "Refused",
    "Relation",
    "Role",
    "Schema",
    "SecurityLabel",
    "Server",
    "Setting",
    "Slot",
    "Statement",
    "Subscription",
    "Tablespace",
    "TextSearch",
    "Transform",
    "Trigger",
    "Type",
    "Unreadable",
    "UserMapping",
    "Via",
]
