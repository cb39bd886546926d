"""What runs: extensions, languages, functions and what they do, operators, casts."""

from collections.abc import Iterator

from rdscheck.assess.facts import (
    AccessMethod,
    Aggregate,
    Cast,
    Conversion,
    EventTrigger,
    Extension,
    Fact,
    Function,
    Language,
    Operator,
    OperatorClass,
    Setting,
    TextSearch,
    Transform,
)
from rdscheck.assess.live import sql
from rdscheck.assess.live.does import acts_of
from rdscheck.assess.live.look import Look, Part, pairs, part, text
from rdscheck.assess.live.tables import ENABLED
from rdscheck.assess.secrets import masked_options, masked_value

_KINDS = {"f": "function", "p": "procedure", "w": "window"}
_METHODS = {"f": "function", "i": "inout", "b": "binary"}
_CONTEXTS = {"e": "explicit", "a": "assignment", "i": "implicit"}
#: What a type, a range for example, has made for itself is not dumped either.
_UNMADE = (
    "NOT EXISTS (SELECT FROM pg_depend i WHERE i.classid = '{}'::regclass AND i.objid = {}.oid"
    " AND i.deptype = 'i')"
)


@part("extensions", "extensions", "extension upgrades")
def extensions(look: Look, _part: Part) -> Iterator[Extension]:
    """Read the installed extensions."""
    query = f"""
        SELECT e.extname, e.extversion, n.nspname, {sql.owner("e.extowner")}
          FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace ORDER BY 1"""
    for name, version, schema, owner in look.rows(query):
        look.extensions[name] = schema
        yield Extension(name=name, version=version, schema=schema, owner=text(owner))


@part("languages", "languages")
def languages(look: Look, _part: Part) -> Iterator[Language]:
    """Read the procedural languages that users made without an extension."""
    query = f"""
        SELECT l.lanname, l.lanpltrusted, {sql.function_name("l.lanplcallfoid")}, {sql.owner("l.lanowner")}
          FROM pg_language l WHERE l.lanispl AND {sql.owned("l", "pg_language")} ORDER BY 1"""
    for name, trusted, handler, owner in look.rows(query):
        yield Language(name=name, trusted=trusted, handler=text(handler), owner=text(owner))


@part("functions", "functions", "languages", "files")
def functions(look: Look, own: Part) -> Iterator[Fact]:
    """Read functions, procedures and window functions, their settings, and what they do."""
    kind = look.since(11, "p.prokind::text", "CASE WHEN p.proiswindow THEN 'w' ELSE 'f' END")
    plain = look.since(11, "p.prokind <> 'a'", "NOT p.proisagg")
    support = sql.function_name("p.prosupport")
    transforms = f"SELECT {sql.type_name('tr.of')} FROM unnest(p.protrftypes) WITH ORDINALITY tr(of, place)"
    query = f"""
        SELECT n.nspname, p.proname, oidvectortypes(p.proargtypes), l.lanname, {kind},
               {sql.owner("p.proowner")}, p.prosecdef, p.proleakproof, {sql.type_name("p.prorettype")},
               CASE WHEN l.lanname = 'c' THEN p.probin END,
               CASE WHEN l.lanname IN ('c', 'internal') THEN p.prosrc END,
               {look.since(12, f"CASE WHEN p.prosupport <> 0 THEN {support} END", "NULL")},
               CASE WHEN p.protrftypes IS NOT NULL THEN {sql.listed(transforms + " ORDER BY tr.place")} END,
               p.proconfig,
               {{create}}, p.prosrc
          FROM pg_proc p
          JOIN pg_namespace n ON n.oid = p.pronamespace
          JOIN pg_language l ON l.oid = p.prolang
         WHERE {plain} AND {sql.owned("p", "pg_proc")} AND {sql.USERS} AND {_UNMADE.format("pg_proc", "p")}
         ORDER BY 1, 2, 3"""
    full = query.format(create="pg_get_functiondef(p.oid)")
    less = query.format(create="NULL")
    for row in look.many_or(full, less, own, "how functions are defined", 3):
        schema, name, arguments, language, kind, owner, definer, leakproof, returns, *others = row
        library, symbol, support, transforms, settings, create, body = others
        found = Function(
            schema=schema,
            name=name,
            arguments=arguments,
            language=language,
            kind=_KINDS[kind],
            owner=text(owner),
            library=text(library),
            symbol=text(symbol),
            returns="" if kind == "p" else text(returns),
            security_definer=definer,
            leakproof=leakproof,
            support=text(support),
            transforms=tuple(transforms or ()),
        )
        yield found
        for line in settings or ():
            setting, _, value = line.partition("=")
            yield Setting(
                name=setting,
                value=masked_value(setting, value),
                scope="function",
                subject=found.signature,
            )
        yield from acts_of(found, text(create), text(body))


@part("aggregates", "functions", "major upgrade")
def aggregates(look: Look, _part: Part) -> Iterator[Aggregate]:
    """Read the aggregates of users."""
    names = ", ".join(sql.function_name(f"a.{one}") for one in ("aggtransfn", "aggfinalfn", "aggcombinefn"))
    query = f"""
        SELECT n.nspname, p.proname, oidvectortypes(p.proargtypes), array_remove(ARRAY[{names}], NULL),
               {sql.type_name("a.aggtranstype")}, {sql.owner("p.proowner")}
          FROM pg_aggregate a
          JOIN pg_proc p ON p.oid = a.aggfnoid
          JOIN pg_namespace n ON n.oid = p.pronamespace
         WHERE {sql.owned("p", "pg_proc")} AND {sql.USERS} ORDER BY 1, 2, 3"""
    for schema, name, arguments, uses, state, owner in look.rows(query):
        yield Aggregate(
            schema=schema,
            name=name,
            arguments=arguments,
            functions=tuple(uses),
            state=text(state),
            owner=text(owner),
        )


@part("operators", "superuser", "major upgrade")
def operators(look: Look, _part: Part) -> Iterator[Operator]:
    """Read the operators of users; those only named so far, without a function, are none."""
    query = f"""
        SELECT n.nspname, o.oprname, {sql.type_name("o.oprleft")}, {sql.type_name("o.oprright")},
               {sql.function_name("o.oprcode")}, {sql.owner("o.oprowner")}
          FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
         WHERE o.oprcode <> 0 AND {sql.owned("o", "pg_operator")} AND {sql.USERS} ORDER BY 1, 2, 3, 4"""
    for schema, name, left, right, function, owner in look.rows(query):
        yield Operator(
            schema=schema,
            name=name,
            left=text(left),
            right=text(right),
            function=text(function),
            owner=text(owner),
        )


@part("operator classes and families", "superuser")
def operator_classes(look: Look, _part: Part) -> Iterator[OperatorClass]:
    """Read the operator classes and families of users."""
    query = f"""
        SELECT n.nspname, o.opcname, am.amname, false, {sql.owner("o.opcowner")}
          FROM pg_opclass o
          JOIN pg_namespace n ON n.oid = o.opcnamespace
          JOIN pg_am am ON am.oid = o.opcmethod
         WHERE {sql.owned("o", "pg_opclass")} AND {sql.USERS}
         UNION ALL
        SELECT n.nspname, o.opfname, am.amname, true, {sql.owner("o.opfowner")}
          FROM pg_opfamily o
          JOIN pg_namespace n ON n.oid = o.opfnamespace
          JOIN pg_am am ON am.oid = o.opfmethod
         WHERE {sql.owned("o", "pg_opfamily")} AND {sql.USERS}
         ORDER BY 1, 2, 3, 4"""
    for schema, name, method, family, owner in look.rows(query):
        yield OperatorClass(schema=schema, name=name, method=method, family=family, owner=text(owner))


@part("casts", "casts")
def casts(look: Look, _part: Part) -> Iterator[Cast]:
    """Read the casts of users, without those a range type has to its multirange."""
    own = """AND NOT EXISTS (
        SELECT FROM pg_range r WHERE r.rngtypid = c.castsource AND r.rngmultitypid = c.casttarget)"""
    query = f"""
        SELECT {sql.type_name("c.castsource")}, {sql.type_name("c.casttarget")}, c.castmethod::text,
               {sql.function_name("c.castfunc")}, c.castcontext::text
          FROM pg_cast c WHERE {sql.owned("c", "pg_cast")} {look.since(14, own)} ORDER BY 1, 2"""
    for source, target, method, function, context in look.rows(query):
        yield Cast(
            source=text(source),
            target=text(target),
            method=_METHODS[method],
            function=text(function),
            context=_CONTEXTS[context],
        )


@part("transforms", "languages")
def transforms(look: Look, _part: Part) -> Iterator[Transform]:
    """Read the transforms that users made."""
    query = f"""
        SELECT {sql.type_name("t.trftype")}, l.lanname
          FROM pg_transform t JOIN pg_language l ON l.oid = t.trflang
         WHERE {sql.owned("t", "pg_transform")} ORDER BY 1, 2"""
    for of, language in look.rows(query):
        yield Transform(type=text(of), language=language)


@part("conversions", "locale", "superuser")
def conversions(look: Look, _part: Part) -> Iterator[Conversion]:
    """Read the encoding conversions of users."""
    query = f"""
        SELECT n.nspname, c.conname, {sql.function_name("c.conproc")}
          FROM pg_conversion c JOIN pg_namespace n ON n.oid = c.connamespace
         WHERE {sql.owned("c", "pg_conversion")} AND {sql.USERS} ORDER BY 1, 2"""
    for schema, name, function in look.rows(query):
        yield Conversion(schema=schema, name=name, function=text(function))


@part("text search", "files", "superuser")
def text_search(look: Look, _part: Part) -> Iterator[TextSearch]:
    """Read the text search objects of users."""
    named = """(SELECT bn.nspname || '.' || b.{0} FROM {1} b JOIN pg_namespace bn ON bn.oid = b.{2}
                 WHERE b.oid = {3})"""
    parser = named.format("prsname", "pg_ts_parser", "prsnamespace", "x.cfgparser")
    template = named.format("tmplname", "pg_ts_template", "tmplnamespace", "x.dicttemplate")
    query = " UNION ALL ".join(
        f"""SELECT n.nspname, x.{prefix}name::text, '{kind}', {based}, {options}
              FROM {catalog} x JOIN pg_namespace n ON n.oid = x.{prefix}namespace
             WHERE {sql.owned("x", catalog)} AND {sql.USERS}"""
        for kind, catalog, prefix, based, options in (
            ("configuration", "pg_ts_config", "cfg", parser, "NULL"),
            ("dictionary", "pg_ts_dict", "dict", template, "x.dictinitoption"),
            ("parser", "pg_ts_parser", "prs", "NULL", "NULL"),
            ("template", "pg_ts_template", "tmpl", "NULL", "NULL"),
        )
    )
    for schema, name, kind, based, options in look.rows(query + " ORDER BY 1, 2, 3"):
        yield TextSearch(
            schema=schema,
            name=name,
            kind=kind,
            based_on=text(based),
            options=masked_options(pairs(text(options))),
        )


@part("access methods", "superuser")
def access_methods(look: Look, _part: Part) -> Iterator[AccessMethod]:
    """Read the access methods of users."""
    query = f"""
        SELECT a.amname, CASE a.amtype WHEN 't' THEN 'table' ELSE 'index' END,
               {sql.function_name("a.amhandler")}
          FROM pg_am a WHERE {sql.owned("a", "pg_am")} ORDER BY 1"""
    for name, kind, handler in look.rows(query):
        yield AccessMethod(name=name, kind=kind, handler=text(handler))


@part("event triggers", "event triggers", "superuser")
def event_triggers(look: Look, _part: Part) -> Iterator[EventTrigger]:
    """Read the event triggers that no extension brings."""
    query = f"""
        SELECT e.evtname, e.evtevent, {sql.function_name("e.evtfoid")}, {sql.owner("e.evtowner")},
               e.evtenabled::text
          FROM pg_event_trigger e WHERE {sql.owned("e", "pg_event_trigger")} ORDER BY 1"""
    for name, event, function, owner, enabled in look.rows(query):
        yield EventTrigger(
            name=name, event=event, function=text(function), owner=text(owner), enabled=ENABLED[enabled]
        )


PARTS = (
    extensions,
    languages,
    functions,
    aggregates,
    operators,
    operator_classes,
    casts,
    transforms,
    conversions,
    text_search,
    access_methods,
    event_triggers,
)
