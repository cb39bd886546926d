"""The queries of the checks that do not fit on a line; see ``checks.py``.

Objects of users have OIDs from 16384 on. Like pg_upgrade they leave system and temporary schemas out.
"""

#: Columns of certain types (``%(types)s``), also by way of domains, arrays, ranges and composite types.
COLUMNS_OF_TYPES = """
WITH RECURSIVE stuck(oid) AS (
    SELECT t.oid FROM pg_catalog.pg_type t
     WHERE t.typnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
       AND t.typname = ANY (%(types)s)
  UNION
    SELECT made.oid
      FROM stuck
     CROSS JOIN LATERAL (
            SELECT d.oid FROM pg_catalog.pg_type d WHERE d.typtype = 'd' AND d.typbasetype = stuck.oid
         UNION ALL
            SELECT e.oid FROM pg_catalog.pg_type e WHERE e.typtype = 'b' AND e.typelem = stuck.oid
         UNION ALL
            SELECT r.rngtypid FROM pg_catalog.pg_range r WHERE r.rngsubtype = stuck.oid
         UNION ALL
            SELECT c.reltype FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
             WHERE a.atttypid = stuck.oid AND NOT a.attisdropped AND c.reltype <> 0
           ) made
)
SELECT concat_ws('.', quote_ident(n.nspname), quote_ident(c.relname), quote_ident(a.attname))
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'm')
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN stuck ON stuck.oid = a.atttypid
 WHERE NOT a.attisdropped
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'
 ORDER BY 1
"""

#: Columns whose type is the row type of a system catalog, or an array of it.
COLUMNS_OF_SYSTEM_ROWS = """
SELECT concat_ws('.', quote_ident(n.nspname), quote_ident(c.relname), quote_ident(a.attname))
  FROM pg_catalog.pg_attribute a
  JOIN pg_catalog.pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'm')
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
  JOIN pg_catalog.pg_type e
    ON e.oid = CASE WHEN t.typtype = 'b' AND t.typelem <> 0 THEN t.typelem ELSE t.oid END
 WHERE NOT a.attisdropped AND e.typtype = 'c'
   AND (e.oid < 16384 OR e.typnamespace = 'information_schema'::regnamespace)
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'
 ORDER BY 1
"""

#: Aggregates and operators on functions of arrays whose arguments became anycompatible with 14.
POLYMORPHICS = """
WITH old AS (
    SELECT p.oid FROM pg_catalog.pg_proc p
     WHERE p.pronamespace = 'pg_catalog'::regnamespace
       AND p.proname IN ('array_append', 'array_cat', 'array_prepend', 'array_remove', 'array_replace',
                         'array_position', 'array_positions', 'width_bucket')
)
SELECT 'aggregate ' || g.aggfnoid::oid::regprocedure
  FROM pg_catalog.pg_aggregate g
 WHERE g.aggfnoid::oid >= 16384
   AND (g.aggtransfn::oid IN (SELECT oid FROM old) OR g.aggfinalfn::oid IN (SELECT oid FROM old))
   AND g.aggtranstype IN ('anyarray'::regtype, 'anyelement'::regtype)
UNION ALL
SELECT 'operator ' || o.oid::regoperator
  FROM pg_catalog.pg_operator o
 WHERE o.oid >= 16384 AND o.oprcode::oid IN (SELECT oid FROM old)
   AND o.oprleft IN ('anyarray'::regtype, 'anyelement'::regtype)
 ORDER BY 1
"""

#: Columns that may be null although the table they inherit from forbids it.
NULL_BY_INHERITANCE = """
SELECT DISTINCT concat_ws('.', quote_ident(n.nspname), quote_ident(c.relname), quote_ident(a.attname))
  FROM pg_catalog.pg_inherits i
  JOIN pg_catalog.pg_attribute p ON p.attrelid = i.inhparent AND p.attnum > 0 AND p.attnotnull
  JOIN pg_catalog.pg_attribute a ON a.attrelid = i.inhrelid AND a.attname = p.attname AND NOT a.attnotnull
  JOIN pg_catalog.pg_class c ON c.oid = i.inhrelid AND c.relkind IN ('r', 'p', 'f')
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE NOT p.attisdropped
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'
 ORDER BY 1
"""

#: Views on columns of system views (``%(gone)s``, as ``view.column``).
VIEWS_ON_COLUMNS = """
SELECT DISTINCT concat_ws('.', quote_ident(n.nspname), quote_ident(v.relname))
       || ' (' || s.relname || '.' || a.attname || ')'
  FROM pg_catalog.pg_depend d
  JOIN pg_catalog.pg_rewrite r ON r.oid = d.objid AND d.classid = 'pg_catalog.pg_rewrite'::regclass
  JOIN pg_catalog.pg_class v ON v.oid = r.ev_class AND v.relkind IN ('v', 'm')
  JOIN pg_catalog.pg_namespace n ON n.oid = v.relnamespace
  JOIN pg_catalog.pg_class s ON s.oid = d.refobjid AND d.refclassid = 'pg_catalog.pg_class'::regclass
  JOIN pg_catalog.pg_attribute a ON a.attrelid = s.oid AND a.attnum = d.refobjsubid
 WHERE s.relname || '.' || a.attname = ANY (%(gone)s)
   AND s.relnamespace IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace)
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'
 ORDER BY 1
"""

#: Tables with an oid column; its mark in the catalog went with 12, so it is read from the whole row.
TABLES_WITH_OIDS = """
SELECT concat_ws('.', quote_ident(n.nspname), quote_ident(c.relname))
  FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE to_jsonb(c) ->> 'relhasoids' = 'true'
   AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') AND n.nspname !~ '^pg_(toast_)?temp_'
 ORDER BY 1
"""

CONVERSIONS = """
SELECT concat_ws('.', quote_ident(n.nspname), quote_ident(c.conname))
  FROM pg_catalog.pg_conversion c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.connamespace
 WHERE c.oid >= 16384
 ORDER BY 1
"""

#: Operators without a right side; one that was only named so far has neither.
POSTFIX_OPERATORS = """
SELECT o.oid::regoperator::text FROM pg_catalog.pg_operator o
 WHERE o.oid >= 16384 AND o.oprright = 0 AND o.oprleft <> 0
 ORDER BY 1
"""

#: Logical slots that lost what they need. The column came with 17, so it is read from the whole row.
INVALID_SLOTS = """
SELECT s.slot_name::text FROM pg_catalog.pg_replication_slots s
 WHERE s.slot_type = 'logical'
   AND (to_jsonb(s) ->> 'invalidation_reason' IS NOT NULL OR s.wal_status = 'lost')
 ORDER BY 1
"""

COPYING_SUBSCRIPTIONS = """
SELECT quote_ident(s.subname) || ': ' || r.srrelid::regclass
  FROM pg_catalog.pg_subscription_rel r
  JOIN pg_catalog.pg_subscription s ON s.oid = r.srsubid
 WHERE r.srsubstate NOT IN ('i', 'r')
   AND s.subdbid = (SELECT oid FROM pg_catalog.pg_database WHERE datname = current_database())
 ORDER BY 1
"""

#: Event triggers that users made, and those that came with an extension.
EVENT_TRIGGERS = """
SELECT quote_ident(t.evtname) FROM pg_catalog.pg_event_trigger t
 WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.classid = 'pg_catalog.pg_event_trigger'::regclass AND d.objid = t.oid
                      AND d.deptype = 'e')
 ORDER BY 1
"""
EVENT_TRIGGERS_OF_EXTENSIONS = """
SELECT quote_ident(e.extname) || ': ' || quote_ident(t.evtname)
  FROM pg_catalog.pg_event_trigger t
  JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_event_trigger'::regclass AND d.objid = t.oid
   AND d.deptype = 'e' AND d.refclassid = 'pg_catalog.pg_extension'::regclass
  JOIN pg_catalog.pg_extension e ON e.oid = d.refobjid
 ORDER BY 1
"""

#: rdkit up to 4.6.0.
OLD_RDKIT = r"""
SELECT extname::text FROM pg_catalog.pg_extension
 WHERE extname = 'rdkit'
   AND string_to_array(substring(extversion, '^[0-9]+(?:\.[0-9]+)*'), '.')::int[] <= '{4,6,0}'
"""
