"""What holds data: schemas, relations, columns, indexes, types, triggers."""

from collections.abc import Iterator
from dataclasses import replace

from rdscheck.assess.bodies.tree import Unparsable, parsed
from rdscheck.assess.facts import (
    Collation,
    Column,
    Fact,
    Index,
    LargeObjects,
    NullableChild,
    Relation,
    Schema,
    Trigger,
    Type,
)
from rdscheck.assess.live import sql
from rdscheck.assess.live.does import acts_of_view
from rdscheck.assess.live.look import Look, Part, in_order, part, text
from rdscheck.assess.secrets import masked, masked_options
from rdscheck.assess.types import PLAIN

RELATIONS = {
    "r": "table",
    "p": "partitioned table",
    "v": "view",
    "m": "materialized view",
    "f": "foreign table",
    "S": "sequence",
    "c": "composite type",
}
ENABLED = {"O": "origin", "D": "disabled", "R": "replica", "A": "always"}
_IDENTITIES = {"d": "default", "n": "nothing", "f": "full", "i": "index"}
_TYPES = {"b": "base", "c": "composite", "d": "domain", "e": "enum", "r": "range", "p": "shell"}
_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin", "d": "libc"}
_PLAIN = sorted(name.removeprefix("pg_catalog.") for name in PLAIN)


@part("schemas", "names")
def schemas(look: Look, _part: Part) -> Iterator[Schema]:
    """Read the schemas of users, without ``public``."""
    query = f"""
        SELECT n.nspname, {sql.owner("n.nspowner")} FROM pg_namespace n
         WHERE {sql.USERS} AND n.nspname <> 'public' AND {sql.no_member("n", "pg_namespace")} ORDER BY 1"""
    for name, owner in look.rows(query):
        yield Schema(name=name, owner=text(owner))


def _relations(look: Look, own: Part, kinds: str, definition: str = "") -> Iterator[Relation]:
    method = look.since(12, "CASE am.amname WHEN 'heap' THEN '' ELSE am.amname END", "''")
    method_of = look.since(12, "LEFT JOIN pg_am am ON am.oid = c.relam AND c.relkind <> 'S'")
    # What an identity column made goes with the column.
    made = """AND NOT (c.relkind = 'S' AND EXISTS (
        SELECT FROM pg_depend i
         WHERE i.classid = 'pg_class'::regclass AND i.objid = c.oid AND i.deptype = 'i'))"""
    query = f"""
        SELECT n.nspname, c.relname, c.relkind::text, {sql.owner("c.relowner")}, c.relpersistence = 'u',
               ts.spcname, {method}, {look.since(12, "false", "c.relhasoids")}, c.relreplident::text,
               k.indrelid IS NOT NULL, {look.since(10, "c.relispartition", "false")}, fs.srvname,
               c.reloptions, ft.ftoptions,
               CASE WHEN c.relrowsecurity AND c.relforcerowsecurity THEN 'forced'
                    WHEN c.relrowsecurity THEN 'enabled' ELSE '' END, {{definition}}
          FROM pg_class c
          JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_tablespace ts ON ts.oid = c.reltablespace
          {method_of}
          LEFT JOIN (SELECT indrelid FROM pg_index WHERE indisprimary) k ON k.indrelid = c.oid
          LEFT JOIN pg_foreign_table ft ON ft.ftrelid = c.oid
          LEFT JOIN pg_foreign_server fs ON fs.oid = ft.ftserver
         WHERE c.relkind IN ({", ".join(f"'{kind}'" for kind in kinds)})
           AND {sql.owned("c", "pg_class")} AND {sql.USERS}
           {look.since(10, made)}
         ORDER BY 1, 2"""
    less = query.format(definition="''")
    full = query.format(definition=definition)
    rows = look.many_or(full, less, own, "queries of views") if definition else look.many(less)
    for row in rows:
        schema, name, kind, owner, unlogged, space, method, oids, identity, *others = row
        has_key, is_partition, server, options, foreign, secured, defined = others
        yield Relation(
            schema=schema,
            name=name,
            kind=RELATIONS[kind],
            owner=text(owner),
            unlogged=unlogged,
            tablespace=text(space),
            access_method=text(method),
            with_oids=oids,
            # Only what holds rows of its own has one.
            identity=_IDENTITIES.get(identity, "default") if kind in "rpm" else "default",
            has_key=has_key,
            is_partition=is_partition,
            server=text(server),
            options=masked_options(options) + in_order(foreign),
            row_security=secured,
            definition=text(defined).strip().removesuffix(";"),
        )


@part("tables and sequences", "types", "replication", "files", "names")
def tables(look: Look, own: Part) -> Iterator[Relation]:
    """Read tables, partitioned and foreign ones too, and sequences."""
    yield from _relations(look, own, "rpfS")


@part("views", "superuser", "functions", "major upgrade")
def views(look: Look, own: Part) -> Iterator[Fact]:
    """Read views, materialized ones too, with the text of their queries, and what these do."""
    for one in _relations(look, own, "vm", "pg_get_viewdef(c.oid)"):
        yield replace(one, definition=masked(one.definition))
        yield from acts_of_view(one)


@part("columns of special types", "types", "locale")
def columns(look: Look, _part: Part) -> Iterator[Column]:
    """Read columns whose type is not plain or that have a collation of their own, but not those of views."""
    kept = look.since(10, "(a.attislocal OR c.relispartition)", "a.attislocal")
    query = f"""
        WITH plain AS (
            SELECT unnest(ARRAY[t.oid, t.typarray]) AS oid FROM pg_type t
             WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typname = ANY (%(plain)s)
        )
        SELECT n.nspname, c.relname, a.attname, tn.nspname || '.' || coalesce(te.typname || '[]', t.typname),
               c.relkind::text,
               CASE WHEN a.attcollation <> t.typcollation THEN cn.nspname || '.' || co.collname END
          FROM pg_attribute a
          JOIN pg_type t ON t.oid = a.atttypid
          LEFT JOIN pg_type te ON te.oid = t.typelem AND te.typarray = t.oid
          JOIN pg_namespace tn ON tn.oid = coalesce(te.typnamespace, t.typnamespace)
          JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p', 'm', 'f', 'c')
          JOIN pg_namespace n ON n.oid = c.relnamespace
          LEFT JOIN pg_collation co ON co.oid = a.attcollation
          LEFT JOIN pg_namespace cn ON cn.oid = co.collnamespace
         WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attrelid >= {sql.FIRST}
           AND (a.atttypid NOT IN (SELECT oid FROM plain)
                OR (a.attcollation <> 0 AND a.attcollation <> t.typcollation))
           AND {kept} AND {sql.owned("c", "pg_class")} AND {sql.USERS}
         ORDER BY 1, 2, a.attnum"""
    for schema, relation, name, kind, of, collation in look.many(query, plain=_PLAIN):
        yield Column(
            schema=schema,
            relation=relation,
            name=name,
            type=kind,
            relation_kind=RELATIONS[of],
            collation=text(collation),
        )


@part("special indexes", "locale", "files", "superuser")
def indexes(look: Look, own: Part) -> Iterator[Index]:
    """Read the indexes that are special; see ``Index``."""
    # Nearly all indexes have default classes and the default collation: the columns of the others only are
    # looked at. OFFSET keeps the planner from doing that first.
    suspect = f"""
        SELECT i.indexrelid, i.indrelid, i.indkey, i.indclass, i.indcollation, i.indisvalid, am.amname,
               c.relname, c.reltablespace, c.relnamespace, t.relname AS of,
               am.amname <> 'btree' OR c.reltablespace <> 0 OR NOT i.indisvalid AS special
          FROM pg_index i
          JOIN pg_class c ON c.oid = i.indexrelid
          JOIN pg_class t ON t.oid = i.indrelid AND t.relkind IN ('r', 'p', 'm')
          JOIN pg_am am ON am.oid = c.relam
         WHERE {sql.owned("c", "pg_class")}
           AND (am.amname <> 'btree' OR c.reltablespace <> 0 OR NOT i.indisvalid
                OR i.indclass::oid[] && (SELECT array_agg(oid) FROM pg_opclass WHERE NOT opcdefault)
                OR NOT i.indcollation::oid[] <@ ARRAY[0,100]::oid[])
        OFFSET 0"""
    class_name = """SELECT n.nspname || '.' || o.opcname FROM pg_opclass o
                      JOIN pg_namespace n ON n.oid = o.opcnamespace
                     WHERE o.oid = k.class AND NOT o.opcdefault"""
    collation = """SELECT n.nspname || '.' || o.collname FROM pg_collation o
                     JOIN pg_namespace n ON n.oid = o.collnamespace
                     JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.attribute
                    WHERE o.oid = k.coll AND k.attribute <> 0 AND a.attcollation <> k.coll"""
    query = f"""
        SELECT n.nspname, i.relname, i.of, i.amname, ts.spcname, s.classes, s.collations,
               {{definition}}, i.indisvalid
          FROM ({suspect}) i
          JOIN pg_namespace n ON n.oid = i.relnamespace
          LEFT JOIN pg_tablespace ts ON ts.oid = i.reltablespace
         CROSS JOIN LATERAL (
            SELECT array_remove(array_agg(({class_name}) ORDER BY k.place), NULL)::text[] AS classes,
                   array_remove(array_agg(({collation}) ORDER BY k.place), NULL)::text[] AS collations,
                   coalesce(bool_or(k.attribute = 0 AND k.coll NOT IN (0, 100)), false) AS computed
              FROM unnest(i.indkey::int2[], i.indclass::oid[], i.indcollation::oid[])
                   WITH ORDINALITY k(attribute, class, coll, place)
         ) s
         WHERE {sql.USERS}
           AND (i.special OR s.classes <> ARRAY[]::text[] OR s.collations <> ARRAY[]::text[] OR s.computed)
         ORDER BY 1, 2"""
    full = query.format(definition="CASE WHEN s.computed THEN pg_get_indexdef(i.indexrelid) END")
    less = query.format(definition="NULL")
    for row in look.many_or(full, less, own, "collations of indexes on expressions"):
        schema, name, relation, method, space, classes, of_columns, definition, valid = row
        collations = _collations(definition) if definition else of_columns
        found = Index(
            schema=schema,
            name=name,
            relation=relation,
            method=method,
            tablespace=text(space),
            classes=tuple(classes),
            collations=tuple(collations),
            valid=valid,
        )
        # What an expression has of its own accord is not the index's.
        if found.method != "btree" or space or classes or collations or not valid:
            yield found


def _collations(definition: str) -> list[str]:
    """Return the collations that the text of an index names; the server leaves out those of its columns."""
    try:
        (statement,) = parsed(definition)
    except Unparsable:
        return []
    elements = statement["stmt"]["IndexStmt"]["indexParams"]
    names = [one["IndexElem"].get("collation", []) for one in elements]
    found = (".".join(part["String"].get("sval", "") for part in name) for name in names if name)
    return [name if "." in name else f"pg_catalog.{name}" for name in found]


@part("types", "types", "languages")
def types(look: Look, _part: Part) -> Iterator[Type]:
    """Read the types of users; arrays and the row types of relations go with what they belong to."""
    attributes = f"""
        SELECT {sql.type_name("a.atttypid")} FROM pg_attribute a
         WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum"""
    subtype = f"SELECT {sql.type_name('r.rngsubtype')} FROM pg_range r WHERE r.rngtypid = t.oid"
    query = f"""
        SELECT n.nspname, t.typname, t.typtype::text, {sql.owner("t.typowner")},
               CASE t.typtype WHEN 'c' THEN {sql.listed(attributes)}
                              WHEN 'd' THEN ARRAY[{sql.type_name("t.typbasetype")}]
                              WHEN 'r' THEN {sql.listed(subtype)}
                              WHEN 'b' THEN array_remove(ARRAY[{sql.type_name("t.typelem")}], NULL)
                              ELSE '{{}}' END::text[],
               CASE t.typtype WHEN 'b' THEN {sql.function_name("t.typinput")} END
          FROM pg_type t
          JOIN pg_namespace n ON n.oid = t.typnamespace
         WHERE t.typinput <> 'array_in'::regproc AND {sql.owned("t", "pg_type")} AND {sql.USERS}
           AND (t.typrelid = 0 OR t.typrelid IN (SELECT oid FROM pg_class WHERE relkind = 'c'))
           AND (t.typtype IN ('b', 'c', 'd', 'e', 'r') OR NOT t.typisdefined)
         ORDER BY 1, 2"""
    for schema, name, kind, owner, parts, reads in look.many(query):
        yield Type(
            schema=schema,
            name=name,
            kind=_TYPES[kind],
            owner=text(owner),
            parts=tuple(parts),
            input=text(reads),
        )


@part("triggers", "replication", "functions")
def triggers(look: Look, _part: Part) -> Iterator[Trigger]:
    """Read the triggers that somebody made, once for all partitions."""
    query = f"""
        SELECT n.nspname, c.relname, t.tgname, {sql.function_name("t.tgfoid")}, t.tgenabled::text
          FROM pg_trigger t
          JOIN pg_class c ON c.oid = t.tgrelid
          JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE NOT t.tgisinternal {look.since(13, "AND t.tgparentid = 0")}
           AND {sql.owned("t", "pg_trigger")} AND {sql.no_member("c", "pg_class")} AND {sql.USERS}
         ORDER BY 1, 2, 3"""
    for schema, relation, name, function, enabled in look.many(query):
        yield Trigger(
            schema=schema, relation=relation, name=name, function=text(function), enabled=ENABLED[enabled]
        )


@part("collations", "locale")
def collations(look: Look, _part: Part) -> Iterator[Collation]:
    """Read the collations of users."""
    locale = look.since(17, "coalesce(c.colllocale, c.collcollate)", "")
    locale = locale or look.since(15, "coalesce(c.colliculocale, c.collcollate)", "c.collcollate")
    query = f"""
        SELECT n.nspname, c.collname, {look.since(10, "c.collprovider::text", "'c'")}, {locale},
               {look.since(12, "c.collisdeterministic", "true")}, {look.since(10, "c.collversion", "NULL")},
               {look.since(10, "pg_collation_actual_version(c.oid)", "NULL")},
               {look.since(16, "c.collicurules", "NULL")}
          FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace
         WHERE {sql.owned("c", "pg_collation")} AND {sql.USERS} ORDER BY 1, 2"""
    for schema, name, provider, locale, deterministic, version, actual, rules in look.rows(query):
        yield Collation(
            schema=schema,
            name=name,
            provider=_PROVIDERS[provider],
            locale=text(locale),
            deterministic=deterministic,
            version=text(version),
            actual_version=text(actual),
            rules=text(rules),
        )


@part("large objects", "large objects")
def large_objects(look: Look, _part: Part) -> Iterator[LargeObjects]:
    """Count the large objects, where there are any."""
    for number, owners in look.rows("SELECT count(*), count(DISTINCT lomowner) FROM pg_largeobject_metadata"):
        if number:
            yield LargeObjects(number=number, owners=owners)


@part("columns that may be null against their parent", "major upgrade")
def nullable_children(look: Look, _part: Part) -> Iterator[NullableChild]:
    """Read columns that may be null although the table they inherit from forbids it; none from 18 on."""
    if look.since(18, "never"):
        return
    query = f"""
        SELECT n.nspname, c.relname, a.attname, pn.nspname || '.' || pc.relname
          FROM pg_inherits i
          JOIN pg_attribute p
            ON p.attrelid = i.inhparent AND p.attnum > 0 AND p.attnotnull AND NOT p.attisdropped
          JOIN pg_attribute a ON a.attrelid = i.inhrelid AND a.attname = p.attname AND NOT a.attnotnull
          JOIN pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p', 'f')
          JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_class pc ON pc.oid = i.inhparent
          JOIN pg_namespace pn ON pn.oid = pc.relnamespace
         WHERE {sql.USERS} ORDER BY 1, 2, 3"""
    for schema, relation, column, parent in look.many(query):
        yield NullableChild(schema=schema, relation=relation, column=column, parent=parent)


PARTS = (
    schemas,
    tables,
    views,
    columns,
    indexes,
    types,
    triggers,
    collations,
    large_objects,
    nullable_children,
)
