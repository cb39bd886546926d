"""What code in the catalog does: bodies of functions, queries of views, expressions of tables."""

from collections.abc import Iterator
from dataclasses import replace

from rdscheck.assess.acts import CALLS, TYPES
from rdscheck.assess.bodies.analysing import acts_of_function, acts_of_statement
from rdscheck.assess.facts import Act, Fact, Function, Relation, Unreadable
from rdscheck.assess.live import sql
from rdscheck.assess.live.look import Look, Part, part
from rdscheck.assess.secrets import masked


def acts_of(function: Function, create: str, body: str) -> Iterator[Act | Unreadable]:
    """Yield what a function does."""
    acts, unreadable = acts_of_function(create, function.language, body, function.signature)
    yield from (replace(one, by_kind="function") for one in acts)
    yield from (replace(one, by_kind="function", text=masked(one.text)) for one in unreadable)


def acts_of_view(view: Relation) -> Iterator[Act]:
    """Yield what the query of a view does."""
    yield from _named(view.definition, view.kind, f"{view.schema}.{view.name}")


def _named(statement: str, kind: str, by: str) -> Iterator[Act]:
    for one in acts_of_statement(statement, by) if statement else ():
        yield replace(one, by_kind=kind, body_line=0)


@part(
    "what defaults, constraints, policies, indexes, rules and conditions of triggers do", "functions", "files"
)
def expressions(look: Look, _part: Part) -> Iterator[Fact]:
    """Read what the expressions of relations do, of those that call something worth a look.

    They are many and nearly all of them harmless: the server itself leaves out those in whose stored form
    no such function stands.
    """
    # A cast to a type is a call of the function that makes it.
    functions = """
        SELECT p.oid::text FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE (n.nspname = 'pg_catalog' AND (p.proname = ANY (%(calls)s) OR p.prorettype IN (
                    SELECT t.oid FROM pg_type t
                     WHERE t.typnamespace = n.oid AND t.typname = ANY (%(types)s))))
            OR p.proname ~ '^dblink' OR n.nspname = 'utl_file'"""
    oids = [row[0] for row in look.rows(functions, calls=sorted(CALLS), types=sorted(TYPES))]
    # In the stored form numbers of functions follow ``:funcid`` or ``:opfuncid``. A regular expression for
    # them takes the server five times as long, one with all of the numbers in it twenty times.
    called = """EXISTS (SELECT FROM unnest(string_to_array({}::text, 'funcid ')) f
                         WHERE split_part(f, ' ', 1) = ANY (%(called)s))"""
    place = f"""
          JOIN pg_class c ON c.oid = {{relation}} AND {sql.owned("c", "pg_class")}
          JOIN pg_namespace n ON n.oid = c.relnamespace AND {sql.USERS}"""
    found = [
        f"""SELECT n.nspname, c.relname, 'table', 'SELECT ' || pg_get_expr({expression}, {relation})
              FROM {catalog} x {place.format(relation=relation)}
             WHERE {expression} IS NOT NULL AND {called.format(expression)}"""
        for catalog, relation, expression in (
            ("pg_attrdef", "x.adrelid", "x.adbin"),
            ("pg_constraint", "x.conrelid", "x.conbin"),
            ("pg_policy", "x.polrelid", "x.polqual"),
            ("pg_policy", "x.polrelid", "x.polwithcheck"),
            ("pg_index", "x.indrelid", "x.indexprs"),
            ("pg_index", "x.indrelid", "x.indpred"),
        )
    ]
    found += [
        f"""SELECT n.nspname, c.relname, 'table', pg_get_triggerdef(x.oid)
              FROM pg_trigger x {place.format(relation="x.tgrelid")}
             WHERE NOT x.tgisinternal AND x.tgqual IS NOT NULL AND {called.format("x.tgqual")}""",
        # A view's own query is seen with the view. There are few other rules: they need no choosing.
        f"""SELECT n.nspname, c.relname, 'rule', pg_get_ruledef(x.oid)
              FROM pg_rewrite x {place.format(relation="x.ev_class")} WHERE x.rulename <> '_RETURN'""",
    ]
    query = " UNION ALL ".join(found) + " ORDER BY 1, 2, 3, 4"
    for schema, relation, kind, statement in look.rows(query, called=oids):
        yield from _named(statement, kind, f"{schema}.{relation}")


PARTS = (expressions,)
