"""What belongs to the instance: roles, databases, tablespaces and their settings."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from rdscheck.assess.dump.handlers.session import value_of
from rdscheck.assess.dump.naming import Node, options, role, roles, text
from rdscheck.assess.dump.scene import Change, Said, Scene, handles
from rdscheck.assess.facts import Database, Membership, Role, Setting, Statement, Tablespace
from rdscheck.assess.secrets import masked_value

_FLAGS = {
    "superuser": "superuser",
    "isreplication": "replication",
    "bypassrls": "bypass_rls",
    "createrole": "create_role",
    "createdb": "create_database",
    "canlogin": "login",
    "inherit": "inherit",
}

#: Those that only a superuser may mention, NO before them or not.
_SPELLED = {"superuser": "superuser", "isreplication": "replication", "bypassrls": "bypassrls"}


def password_kind(password: str) -> str:
    """Return what kind a stored password is of: none, md5, scram or plain."""
    if not password:
        return "none"
    if password.startswith("SCRAM-SHA-256$"):
        return "scram"
    return "md5" if password.startswith("md5") and len(password) == 35 else "plain"


def _until(said: str) -> str:
    """Return a time as in UTC, ``infinity`` and what is no time as it is."""
    try:
        when = datetime.fromisoformat(said)
    except ValueError:
        return said
    return when.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S+00") if when.tzinfo else said


def _role_fields(node: Node) -> dict[str, object]:
    found: dict[str, object] = {}
    given = options(node.get("options"))
    for option, field in _FLAGS.items():
        if option in given:
            found[field] = given[option] == "true"
    if spelled := tuple(name for option, name in _SPELLED.items() if option in given):
        found["spelled"] = spelled
    if "connectionlimit" in given:
        found["connection_limit"] = int(given["connectionlimit"])
    if "validUntil" in given:
        found["valid_until"] = _until(given["validUntil"])
    if "password" in given:
        found["password"] = password_kind(given["password"])
    return found


@handles("CreateRoleStmt")
def create_role(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a role."""
    fields: dict[str, Any] = _role_fields(node)
    if node.get("stmt_type") == "ROLESTMT_USER":
        fields.setdefault("login", True)
    name = str(node.get("role", ""))
    yield Role(name=name, line=scene.line, **fields)
    if fields:
        yield Change("roles", (name,), fields)


@handles("AlterRoleStmt")
def alter_role(scene: Scene, node: Node) -> Iterator[Said]:
    """Read what a role may do, or who its members are."""
    name = role(node.get("role"))
    fields = _role_fields(node)
    if fields:
        # This is the statement that may be refused: pg_dumpall creates roles without any right.
        made: dict[str, Any] = fields | {"line": scene.line}
        yield Change("roles", (name,), made, Role(name=name, **made))


@handles("GrantRoleStmt")
def grant_role(scene: Scene, node: Node) -> Iterator[Said]:
    """Read memberships."""
    if not node.get("is_grant"):
        return
    given = options(node.get("opt"))
    for granted in roles(node.get("granted_roles")):
        for member in roles(node.get("grantee_roles")):
            yield Membership(
                role=granted,
                member=member,
                admin=given.get("admin") == "true",
                grantor=role(node.get("grantor")),
                line=scene.line,
            )


@handles("AlterRoleSetStmt")
def alter_role_set(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a setting of a role, of all roles, or of a role in a database."""
    who = role(node.get("role"))
    database = str(node.get("database", ""))
    if who:
        scope = "role in database" if database else "role"
        yield from _setting(scene, node["setstmt"], scope, who, database=database)
    elif database:
        yield from _setting(scene, node["setstmt"], "database", database)
    else:
        yield from _setting(scene, node["setstmt"], "server", "", source="ALTER ROLE ALL")


@handles("AlterDatabaseSetStmt")
def alter_database_set(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a setting of a database."""
    yield from _setting(scene, node["setstmt"], "database", str(node.get("dbname", "")))


def _setting(
    scene: Scene, node: Node, scope: str, subject: str, *, database: str = "", source: str = ""
) -> Iterator[Setting]:
    if node.get("kind", "VAR_SET_VALUE") == "VAR_SET_VALUE":
        name = str(node.get("name", ""))
        yield Setting(
            name=name,
            value=masked_value(name, value_of(node)),
            scope=scope,
            subject=subject,
            source=source,
            database=database,
            line=scene.line,
        )


@handles("CreatedbStmt", "AlterDatabaseStmt")
def create_database(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a database, which one that is only altered is too."""
    name = str(node.get("dbname", ""))
    fields: dict[str, Any] = {"owner": scene.user} if scene.user else {}
    fields |= _database_fields(options(node.get("options")))
    yield Change("databases", (name,), fields, Database(name=name, line=scene.line, **fields))


def _database_fields(given: dict[str, str]) -> dict[str, object]:
    found: dict[str, object] = {}
    locale = given.get("locale")
    if locale is not None:
        found |= {"collate": locale, "ctype": locale}
    for option, field in (
        ("owner", "owner"),
        ("encoding", "encoding"),
        ("lc_collate", "collate"),
        ("lc_ctype", "ctype"),
        ("locale_provider", "provider"),
        ("icu_locale", "locale"),
        ("builtin_locale", "locale"),
        ("icu_rules", "icu_rules"),
        ("collation_version", "collation_version"),
    ):
        if option in given:
            found[field] = given[option]
    if "tablespace" in given:
        found["tablespace"] = "" if given["tablespace"] == "pg_default" else given["tablespace"]
    if "connection_limit" in given:
        found["connection_limit"] = int(given["connection_limit"])
    for option, field in (("allow_connections", "allows_connections"), ("is_template", "is_template")):
        if option in given:
            found[field] = given[option].lower() in {"true", "on", "1", "yes"}
    return found


@handles("CommentStmt")
def comment(scene: Scene, node: Node) -> Iterator[Said]:
    """Read the comment of a database or role, and note one of an extension, which only its owner may give."""
    if node.get("objtype") == "OBJECT_EXTENSION":
        yield Statement(kind="comment", detail=f"extension {text(node.get('object'))}", **scene.at)
    where = {"OBJECT_DATABASE": "databases", "OBJECT_ROLE": "roles"}.get(str(node.get("objtype")))
    if where:
        said = str(node.get("comment", ""))
        name = text(node.get("object"))
        make = Database(name=name, comment=said, line=scene.line) if where == "databases" else None
        yield Change(where, (name,), {"comment": said}, make)


@handles("CreateTableSpaceStmt")
def create_tablespace(scene: Scene, node: Node) -> Iterator[Said]:
    """Read a tablespace."""
    yield Tablespace(
        name=str(node.get("tablespacename", "")),
        owner=role(node.get("owner")),
        location=str(node.get("location", "")),
        line=scene.line,
    )


@handles("UpdateStmt")
def update(_scene: Scene, node: Node) -> Iterator[Said]:
    """Read ``UPDATE pg_database SET datistemplate``, as dumps before 11 write it, and connection limits."""
    relation = node.get("relation", {})
    if relation.get("relname") != "pg_database":
        return
    where = node.get("whereClause", {}).get("A_Expr", {})
    name = text(where.get("rexpr"))
    for target in node.get("targetList", ()):
        one = target["ResTarget"]
        value = text(one.get("val")).lower()
        if one.get("name") == "datistemplate":
            yield Change("databases", (name,), {"is_template": value in {"t", "true"}})
        elif one.get("name") == "datallowconn":
            yield Change("databases", (name,), {"allows_connections": value in {"t", "true"}})
        elif one.get("name") == "datconnlimit" and value.lstrip("-").isdigit():
            yield Change("databases", (name,), {"connection_limit": int(value)})
