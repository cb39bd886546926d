"""Privileges that deserve a look, default privileges, security labels."""

from collections.abc import Iterator

from rdscheck.assess.facts import DefaultPrivilege, Grant, SecurityLabel
from rdscheck.assess.live import sql
from rdscheck.assess.live.look import Look, Part, part, text
from rdscheck.assess.roles import PATTERN

_OBJECTS = {
    "r": "tables",
    "S": "sequences",
    "f": "functions",
    "T": "types",
    "n": "schemas",
    "L": "large objects",
}


def _query(
    kind: str, catalog: str, *, acl: str, name: str, owner: str, default: str, schema: str = ""
) -> str:
    """Return the query for one catalog.

    Of an object of the system, what is beyond what it came with; of others, what a role of the system gives
    or gets. Who made the object itself is not asked.
    """
    joined = f"JOIN pg_namespace n ON n.oid = {schema}" if schema else ""
    within = "AND n.nspname !~ '^(pg_t|information_schema$)'" if schema else ""
    public = "AND o.nspname NOT IN ('public', 'information_schema')" if catalog == "pg_namespace" else ""
    return f"""
        SELECT '{kind}', {name}, x.privilege_type, coalesce(g.rolname, 'public'), r.rolname
          FROM {catalog} o {joined}
         CROSS JOIN LATERAL aclexplode({acl}) x
          LEFT JOIN pg_roles g ON g.oid = x.grantee
          LEFT JOIN pg_roles r ON r.oid = x.grantor
         WHERE {acl} IS NOT NULL {within} {public} AND (x.grantee = 0 OR g.oid IS NOT NULL)
           AND {sql.no_member("o", catalog)} AND x.grantee <> {owner}
           AND (g.rolname ~ %(system)s AND o.oid >= {sql.FIRST}
                OR r.rolname ~ %(system)s AND {owner} <> x.grantor AND o.oid >= {sql.FIRST}
                OR o.oid < {sql.FIRST} AND NOT EXISTS (
                    SELECT FROM aclexplode(coalesce(
                           (SELECT i.initprivs FROM pg_init_privs i WHERE i.classoid = '{catalog}'::regclass
                             AND i.objoid = o.oid AND i.objsubid = 0), acldefault('{default}', {owner}))) d
                     WHERE d.grantee = x.grantee AND d.privilege_type = x.privilege_type))"""


@part("privileges on objects of the system, or of its roles", "superuser", "roles")
def grants(look: Look, _part: Part) -> Iterator[Grant]:
    """Read the privileges in this database that deserve a look."""
    queries = [
        _query(
            "table",
            "pg_class",
            acl="o.relacl",
            name="n.nspname || '.' || o.relname",
            owner="o.relowner",
            default="r",
            schema="o.relnamespace",
        ),
        _query(
            "function",
            "pg_proc",
            acl="o.proacl",
            name="n.nspname || '.' || o.proname || '(' || oidvectortypes(o.proargtypes) || ')'",
            owner="o.proowner",
            default="f",
            schema="o.pronamespace",
        ),
        _query(
            "type",
            "pg_type",
            acl="o.typacl",
            name="n.nspname || '.' || o.typname",
            owner="o.typowner",
            default="T",
            schema="o.typnamespace",
        ),
        *(
            _query(
                kind,
                catalog,
                acl=f"o.{prefix}acl",
                name=f"o.{prefix}name::text",
                owner=f"o.{prefix}owner",
                default=default,
            )
            for kind, catalog, prefix, default in (
                ("schema", "pg_namespace", "nsp", "n"),
                ("language", "pg_language", "lan", "l"),
                ("foreign data wrapper", "pg_foreign_data_wrapper", "fdw", "F"),
                ("foreign server", "pg_foreign_server", "srv", "S"),
            )
        ),
        f"""
        SELECT DISTINCT 'table', n.nspname || '.' || o.relname, x.privilege_type,
               coalesce(g.rolname, 'public'), r.rolname
          FROM pg_attribute a
          JOIN pg_class o ON o.oid = a.attrelid
          JOIN pg_namespace n ON n.oid = o.relnamespace
         CROSS JOIN LATERAL aclexplode(a.attacl) x
          LEFT JOIN pg_roles g ON g.oid = x.grantee
          LEFT JOIN pg_roles r ON r.oid = x.grantor
         WHERE a.attacl IS NOT NULL AND NOT a.attisdropped AND n.nspname !~ '^(pg_t|information_schema$)'
           AND {sql.no_member("o", "pg_class")}
           AND (o.oid >= {sql.FIRST} AND (g.rolname ~ %(system)s OR r.rolname ~ %(system)s
                                          AND o.relowner <> x.grantor)
                OR o.oid < {sql.FIRST} AND NOT EXISTS (
                    SELECT FROM pg_init_privs i CROSS JOIN LATERAL aclexplode(i.initprivs) d
                     WHERE i.classoid = 'pg_class'::regclass AND i.objoid = o.oid AND i.objsubid = a.attnum
                       AND d.grantee = x.grantee AND d.privilege_type = x.privilege_type))""",
    ]
    yield from _grants(look, queries)


@part("privileges on tablespaces and parameters", "superuser", "files")
def grants_of_instance(look: Look, _part: Part) -> Iterator[Grant]:
    """Read the privileges on tablespaces, and from 15 on those on parameters."""
    queries = [
        f"""
        SELECT 'tablespace', o.spcname::text, x.privilege_type, coalesce(g.rolname, 'public'), r.rolname
          FROM pg_tablespace o
         CROSS JOIN LATERAL aclexplode(o.spcacl) x
          LEFT JOIN pg_roles g ON g.oid = x.grantee
          LEFT JOIN pg_roles r ON r.oid = x.grantor
         WHERE x.grantee <> o.spcowner AND (g.rolname ~ %(system)s OR o.oid < {sql.FIRST})"""
    ]
    if look.since(15, "there"):
        queries.append(
            """
        SELECT 'parameter', o.parname, x.privilege_type, coalesce(g.rolname, 'public'), r.rolname
          FROM pg_parameter_acl o
         CROSS JOIN LATERAL aclexplode(o.paracl) x
          LEFT JOIN pg_roles g ON g.oid = x.grantee
          LEFT JOIN pg_roles r ON r.oid = x.grantor
         WHERE x.grantee <> 10 AND %(system)s <> ''"""
        )
    yield from _grants(look, queries)


def _grants(look: Look, queries: list[str]) -> Iterator[Grant]:
    query = " UNION ALL ".join(queries) + " ORDER BY 1, 2, 3, 4"
    for kind, name, privilege, grantee, grantor in look.rows(query, system=PATTERN):
        yield Grant(
            kind=kind,
            object=text(name),
            privilege=privilege,
            grantee=grantee,
            grantor=text(grantor),
        )


@part("default privileges", "roles")
def default_privileges(look: Look, _part: Part) -> Iterator[DefaultPrivilege]:
    """Read ALTER DEFAULT PRIVILEGES: who gains beside the owner and beyond what everybody has anyway."""
    kind = "CASE d.defaclobjtype WHEN 'S' THEN 's' ELSE d.defaclobjtype END"
    gained = f"""
        SELECT DISTINCT coalesce(g.rolname, 'public')
          FROM aclexplode(d.defaclacl) x LEFT JOIN pg_roles g ON g.oid = x.grantee
         WHERE x.grantee <> d.defaclrole AND (x.grantee = 0 OR g.oid IS NOT NULL)
           AND (d.defaclnamespace <> 0 OR NOT EXISTS (
                SELECT FROM aclexplode(acldefault({kind}, d.defaclrole)) b
                 WHERE b.grantee = x.grantee AND b.privilege_type = x.privilege_type))
         ORDER BY 1"""
    query = f"""
        SELECT r.rolname, n.nspname, d.defaclobjtype::text, {sql.listed(gained)}
          FROM pg_default_acl d
          JOIN pg_roles r ON r.oid = d.defaclrole
          LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace
         ORDER BY 1, 2, 3"""
    for role, schema, of, grantees in look.rows(query):
        yield DefaultPrivilege(
            role=role, schema=text(schema), kind=_OBJECTS[of], grantees=tuple(sorted(grantees))
        )


@part("security labels", "superuser")
def security_labels(look: Look, _part: Part) -> Iterator[SecurityLabel]:
    """Read the security labels of this database's objects."""
    yield from _labels(look, "pg_seclabel", "l.objsubid")


@part("security labels of roles, databases and tablespaces", "superuser")
def security_labels_of_instance(look: Look, _part: Part) -> Iterator[SecurityLabel]:
    """Read the security labels of what belongs to the instance."""
    yield from _labels(look, "pg_shseclabel", "0")


def _labels(look: Look, catalog: str, part_of: str) -> Iterator[SecurityLabel]:
    query = f"""
        SELECT l.provider, a.type, array_to_string(a.object_names, '.'), array_to_string(a.object_args, ', ')
          FROM {catalog} l
         CROSS JOIN LATERAL pg_identify_object_as_address(l.classoid, l.objoid, {part_of}) a
         ORDER BY 1, 2, 3, 4"""
    for provider, kind, name, arguments in look.rows(query):
        shown = f"{name}({arguments})" if kind in {"function", "procedure", "aggregate"} else name
        yield SecurityLabel(provider=provider, kind=kind, object=shown)


PARTS: tuple[Part, ...] = (grants, default_privileges, security_labels)
INSTANCE: tuple[Part, ...] = (grants_of_instance, security_labels_of_instance)
