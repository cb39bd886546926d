"""Facts put together: what later statements say of an object is folded into its fact."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rdscheck.assess import facts as f
from rdscheck.assess.dump.scene import Added, Change, Said, Typed, Viewed
from rdscheck.assess.facts import Fact, Facts

#: The list of ``Facts`` for each kind of fact, and the fields that tell facts of it apart; none where there
#: is no later word about them.
LISTS: dict[type[Fact], tuple[str, tuple[str, ...]]] = {
    f.AccessMethod: ("access_methods", ("name",)),
    f.Act: ("acts", ()),
    f.Aggregate: ("aggregates", ("schema", "name", "arguments")),
    f.Cast: ("casts", ()),
    f.Collation: ("collations", ("schema", "name")),
    f.Column: ("columns", ()),
    f.Conversion: ("conversions", ("schema", "name")),
    f.CronJob: ("cron_jobs", ("id",)),
    f.Database: ("databases", ("name",)),
    f.DefaultPrivilege: ("default_privileges", ("role", "schema", "kind")),
    f.EventTrigger: ("event_triggers", ("name",)),
    f.Extension: ("extensions", ("name",)),
    f.ForeignDataWrapper: ("wrappers", ("name",)),
    f.Function: ("functions", ("schema", "name", "arguments")),
    f.Grant: ("grants", ("kind", "object", "privilege", "grantee", "grantor")),
    f.Index: ("indexes", ("schema", "name")),
    f.Language: ("languages", ("name",)),
    f.LargeObjects: ("large_objects", ("database",)),
    f.Membership: ("memberships", ("role", "member", "grantor")),
    f.Operator: ("operators", ("schema", "name", "left", "right")),
    f.OperatorClass: ("operator_classes", ("schema", "name", "method", "family")),
    f.PartitionSet: ("partition_sets", ()),
    f.Publication: ("publications", ("name",)),
    f.Relation: ("relations", ("schema", "name")),
    f.Role: ("roles", ("name",)),
    f.Schema: ("schemas", ("name",)),
    f.SecurityLabel: ("security_labels", ("provider", "kind", "object")),
    f.Server: ("servers", ("name",)),
    f.Setting: ("settings", ("name", "value", "scope", "subject")),
    f.Statement: ("statements", ("kind", "detail")),
    f.Subscription: ("subscriptions", ("name",)),
    f.Tablespace: ("tablespaces", ("name",)),
    f.TextSearch: ("text_search", ("schema", "name", "kind")),
    f.Transform: ("transforms", ()),
    f.Trigger: ("triggers", ("schema", "relation", "name")),
    f.Type: ("types", ("schema", "name")),
    f.Unreadable: ("unreadable", ()),
    f.UserMapping: ("user_mappings", ("server", "role")),
}

#: Lists whose facts belong to the whole instance, wherever in the dump they are spoken of.
WHOLE = frozenset({"databases", "roles", "tablespaces", "memberships"})

#: A dump full of what is no SQL says so once, not a million times.
_MOST_UNREADABLE = 1000


class Fold:
    """Takes what statements say, in their order, and keeps the facts that result."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.unreadable = 0
        self._places: dict[tuple[str, str, tuple[str, ...]], int] = {}

    def take(self, said: Iterable[Said], database: str) -> None:
        """Add what a statement said in a database."""
        for one in said:
            if isinstance(one, Change):
                self._change(one, database)
            elif isinstance(one, Added):
                self._extend(one, database)
            elif isinstance(one, Typed):
                self._type(one, database)
            elif isinstance(one, Viewed):
                self._view(one, database)
            else:
                self.add(one)

    def add(self, fact: Fact) -> None:
        """Add a fact; one of the same name is replaced, as by ``CREATE OR REPLACE``."""
        name, key = LISTS[type(fact)]
        facts: list[Any] = getattr(self.facts, name)
        if name == "unreadable":
            self.unreadable += 1
            if self.unreadable > _MOST_UNREADABLE:
                return
        if key:
            place = (name, fact.database, tuple(str(getattr(fact, one)) for one in key))
            at = self._places.setdefault(place, len(facts))
            if at < len(facts):
                self._again(facts, at, fact)
                return
        facts.append(fact)

    def _type(self, typed: Typed, database: str) -> None:
        """Give a table the columns of its type."""
        schema, relation = typed.table
        self.facts.columns += [
            replace(one, schema=schema, relation=relation, relation_kind="table", line=typed.line)
            for one in self.facts.columns
            if (one.database, one.schema, one.relation) == (database, *typed.type)
        ]

    def _view(self, viewed: Viewed, database: str) -> None:
        """Forget the columns of what turned out to be a view."""
        own = (database, *viewed.table)
        columns = self.facts.columns
        columns[:] = [one for one in columns if (one.database, one.schema, one.relation) != own]

    @staticmethod
    def _again(facts: list[Any], at: int, fact: Any) -> None:
        """Put a view for one of its name, and a type for its shell; of anything else the first stays."""
        known = facts[at]
        match fact, known:
            case (f.Relation(), f.Relation()) | (f.Type(), f.Type(kind="shell")):
                facts[at] = replace(fact, owner=fact.owner or known.owner)

    def _find(self, where: str, key: tuple[str, ...], database: str) -> int | None:
        return self._places.get((where, "" if where in WHOLE else database, key))

    def _change(self, change: Change, database: str) -> None:
        at = self._find(change.where, change.key, database)
        if at is None:
            if change.make is not None:
                self.add(change.make)
            return
        facts: list[Any] = getattr(self.facts, change.where)
        fields = dict(change.fields)
        if fields.get("row_security") == "enabled" and facts[at].row_security == "forced":
            del fields["row_security"]  # which is said before
        facts[at] = replace(facts[at], **fields)

    def _extend(self, added: Added, database: str) -> None:
        at = self._find(added.where, added.key, database)
        if at is None:
            return
        facts: list[Any] = getattr(self.facts, added.where)
        held = getattr(facts[at], added.name)
        more = tuple(one for one in dict.fromkeys(added.values) if one not in held)
        both = held + more
        facts[at] = replace(
            facts[at], **{added.name: tuple(sorted(both)) if added.name == "grantees" else both}
        )
