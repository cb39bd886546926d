"""Replication and foreign data."""

from collections.abc import Iterator

from rdscheck.assess.dump.naming import Node, options, role, strings
from rdscheck.assess.dump.scene import Added, Change, Said, Scene, handles
from rdscheck.assess.facts import ForeignDataWrapper, Publication, Server, Subscription, UserMapping
from rdscheck.assess.secrets import masked_conninfo, masked_options

#: Options of CREATE SUBSCRIPTION that a dump sets for the restore, or that have a field of their own.
_NOT_KEPT = frozenset({"connect", "slot_name", "enabled", "create_slot", "copy_data"})


@handles("CreatePublicationStmt")
def create_publication(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a publication."""
    tables, schemas = _objects(scene, node)
    given = options(node.get("options")).get("publish")
    published = tuple(one.strip() for one in (given or "").split(",") if one.strip())
    kept = ("insert", "update", "delete", "truncate")
    yield Publication(
        name=str(node.get("pubname", "")),
        owner=scene.user,
        all_tables=bool(node.get("for_all_tables")),
        schemas=schemas,
        tables=tables,
        publishes=kept if given is None else published,
        **scene.at,
    )


@handles("AlterPublicationStmt")
def alter_publication(scene: Scene, node: Node) -> Iterator[Said]:
    """Read what a publication publishes."""
    tables, schemas = _objects(scene, node)
    key = (str(node.get("pubname", "")),)
    if node.get("action", "AP_AddObjects") == "AP_AddObjects":
        yield Added("publications", key, "tables", tables)
        yield Added("publications", key, "schemas", schemas)


def _objects(scene: Scene, node: Node) -> tuple[tuple[str, ...], tuple[str, ...]]:
    specs = [one["PublicationObjSpec"] for one in node.get("pubobjects", ())]
    tables = tuple(
        ".".join(scene.path.relation(one["pubtable"]["relation"])) for one in specs if "pubtable" in one
    )
    return tables, tuple(str(one["name"]) for one in specs if "name" in one)


@handles("CreateSubscriptionStmt")
def create_subscription(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a subscription; a dump does not tell whether it is enabled."""
    connection, has_password = masked_conninfo(str(node.get("conninfo", "")))
    given = options(node.get("options"))
    name = str(node.get("subname", ""))
    slot = given.get("slot_name", name)
    yield Subscription(
        name=name,
        owner=scene.user,
        enabled=given.get("enabled", "true") == "true",
        connection=connection,
        has_password=has_password,
        slot="" if slot.lower() == "none" else slot,
        publications=tuple(strings(node.get("publication"))),
        options=tuple(sorted(f"{one}={value}" for one, value in given.items() if one not in _NOT_KEPT)),
        **scene.at,
    )


@handles("AlterSubscriptionStmt")
def alter_subscription(_scene: Scene, node: Node) -> Iterator[Said]:
    """Read whether a subscription is enabled."""
    if node.get("kind") == "ALTER_SUBSCRIPTION_ENABLED":
        enabled = options(node.get("options")).get("enabled") == "true"
        yield Change("subscriptions", (str(node.get("subname", "")),), {"enabled": enabled})


@handles("CreateFdwStmt")
def create_wrapper(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a foreign data wrapper."""
    used = {
        one["DefElem"]["defname"]: strings(one["DefElem"].get("arg", {}).get("List", {}).get("items"))
        for one in node.get("func_options", ())
    }
    yield ForeignDataWrapper(
        name=str(node.get("fdwname", "")),
        handler=scene.path.known(used.get("handler", [])),
        validator=scene.path.known(used.get("validator", [])),
        owner=scene.user,
        **scene.at,
    )


def _options(node: Node) -> tuple[str, ...]:
    """Return options in the order of their names, as pg_dump writes them."""
    return masked_options(sorted(f"{name}={value}" for name, value in options(node.get("options")).items()))


@handles("CreateForeignServerStmt")
def create_server(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a foreign server."""
    yield Server(
        name=str(node.get("servername", "")),
        wrapper=str(node.get("fdwname", "")),
        owner=scene.user,
        options=_options(node),
        **scene.at,
    )


@handles("CreateUserMappingStmt")
def create_user_mapping(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a user mapping."""
    server = str(node.get("servername", ""))
    yield UserMapping(server=server, role=role(node.get("user")), options=_options(node), **scene.at)
