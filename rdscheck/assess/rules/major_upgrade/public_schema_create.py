"""The right to create in schema public, which new databases of PostgreSQL 15 do not give to all."""

from collections.abc import Iterator

from rdscheck.assess.facts import Function, Relation, Type
from rdscheck.assess.finding import Effort, Severity
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.pages import release
from rdscheck.assess.rule import Context, Example, Hit, rule
from rdscheck.assess.target import Move
from rdscheck.model import Certainty

#: Roles that own or restore databases on either side: they may create in public anyway.
_MASTERS = frozenset({"", "pg_database_owner", "postgres", "rdsadmin", "rds_superuser"})
_MANY = 5


@rule(
    id="public-schema-create",
    problem="Roles that do not own the database own objects in schema public.",
    why="In databases made by 15 and later only the owner of the database may create in public. On RDS "
    "nobody is a superuser, so ALTER TABLE … OWNER TO such a role is refused in the restore, and later its "
    "CREATE TABLE.",
    fix="Grant CREATE on schema public before the restore, or make the role the owner of the database.",
    severity=Severity.BLOCKER,
    source=release("15"),
    date="2026-10-01",
    certainty=Certainty.DERIVED,
    effort=Effort(0.5),
    moves=(Move.RESTORE,),
    fix_on="target",
    sources=(0, 14),
    targets=(15, 0),
    guilty=Example(
        sql="CREATE ROLE {new}; CREATE TABLE public.t (a int PRIMARY KEY); ALTER TABLE public.t OWNER TO "
        "{new}",
        clean="DROP TABLE public.t; DROP ROLE {new}",
        subject="schema public",
        until=14,
        target="rds-17",
        with_roles=True,
    ),
    innocent=Example(
        sql="CREATE ROLE {new}; CREATE SCHEMA app AUTHORIZATION {new}; CREATE TABLE app.t (a int PRIMARY "
        "KEY);"
        " ALTER TABLE app.t OWNER TO {new}",
        clean="DROP SCHEMA app CASCADE; DROP ROLE {new}",
        until=14,
        target="rds-17",
        with_roles=True,
    ),
)
def public_schema_create(context: Context) -> Iterator[Hit]:
    """Find the owners of objects in public, by database; superusers and owners of the database apart."""
    facts = context.facts
    superusers = {role.name for role in facts.roles if role.superuser}
    owners = {(one.name, one.owner) for one in facts.databases}
    found: dict[str, set[str]] = {}
    owned: list[Relation | Function | Type] = [*facts.relations, *facts.functions, *facts.types]
    for one in owned:
        allowed = one.owner in _MASTERS | superusers or (one.database, one.owner) in owners
        if one.schema == "public" and not allowed:
            found.setdefault(one.database, set()).add(one.owner)
    for database, names in sorted(found.items()):
        roles = sorted(names)
        shown = ", ".join(plain(name) for name in roles[:_MANY])
        more = f" and {len(roles) - _MANY} more" if len(roles) > _MANY else ""
        yield Hit(
            "schema public",
            f"Objects in schema public belong to {shown}{more}, who may not create there on "
            f"{context.target.name}.",
            f"GRANT CREATE ON SCHEMA public TO {', '.join(quoted(name) for name in roles)};",
            database,
        )
