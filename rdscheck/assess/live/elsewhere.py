"""What speaks with other servers: replication, foreign data; and the tables where extensions keep jobs."""

from collections.abc import Iterator

from rdscheck.assess.facts import (
    CronJob,
    ForeignDataWrapper,
    PartitionSet,
    Publication,
    Server,
    Subscription,
    UserMapping,
)
from rdscheck.assess.live import sql
from rdscheck.assess.live.look import Look, Part, in_order, part, text
from rdscheck.assess.secrets import masked, masked_conninfo

#: Options of subscriptions: column, first major, and the words pg_dump writes for values not the default.
_OPTIONS = (
    ("subbinary", 14, {"t": "binary=true", "true": "binary=true"}),
    ("substream", 14, {"true": "streaming=on", "t": "streaming=on", "p": "streaming=parallel"}),
    ("subtwophasestate", 15, {"p": "two_phase=on", "e": "two_phase=on"}),
    ("subdisableonerr", 15, {"true": "disable_on_error=true"}),
    ("subpasswordrequired", 16, {"false": "password_required=false"}),
    ("subrunasowner", 16, {"true": "run_as_owner=true"}),
    ("suborigin", 16, {"none": "origin=none"}),
    ("subfailover", 17, {"true": "failover=true"}),
)


@part("publications", "replication", since=10)
def publications(look: Look, _part: Part) -> Iterator[Publication]:
    """Read the publications of users."""
    of_schemas = """SELECT n.nspname FROM pg_publication_namespace r JOIN pg_namespace n ON n.oid = r.pnnspid
                     WHERE r.pnpubid = p.oid ORDER BY 1"""
    tables = """SELECT n.nspname || '.' || c.relname FROM pg_publication_rel r
                  JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace
                 WHERE r.prpubid = p.oid ORDER BY 1"""
    query = f"""
        SELECT p.pubname, {sql.owner("p.pubowner")}, p.puballtables,
               {look.since(15, sql.listed(of_schemas), "'{}'::text[]")}, {sql.listed(tables)},
               p.pubinsert, p.pubupdate, p.pubdelete, {look.since(11, "p.pubtruncate", "false")}
          FROM pg_publication p WHERE {sql.owned("p", "pg_publication")} ORDER BY 1"""
    for name, owner, everything, schemas, members, *which in look.rows(query):
        words = ("insert", "update", "delete", "truncate")
        yield Publication(
            name=name,
            owner=text(owner),
            all_tables=everything,
            schemas=tuple(schemas),
            tables=tuple(members),
            publishes=tuple(word for word, published in zip(words, which, strict=True) if published),
        )


@part("subscriptions", "replication", "major upgrade", since=10)
def subscriptions(look: Look, own: Part) -> Iterator[Subscription]:
    """Read the subscriptions of this database; where they lead to is for superusers alone."""
    options = ", ".join(look.since(major, f"s.{column}::text", "NULL") for column, major, _ in _OPTIONS)
    query = f"""
        SELECT s.subname, {sql.owner("s.subowner")}, s.subenabled, {{connection}}, s.subslotname,
               s.subpublications, {{commit}},
               (SELECT count(*) FROM pg_subscription_rel r WHERE r.srsubstate <> 'r' AND r.srsubid IN (
                    SELECT w.subid FROM pg_stat_subscription w WHERE w.subname = s.subname)),
               {{options}}
          FROM pg_subscription s
         WHERE s.subdbid = (SELECT oid FROM pg_database WHERE datname = current_database()) ORDER BY 1"""
    full = query.format(connection="s.subconninfo", commit="s.subsynccommit", options=options)
    # The columns that everybody may read; before 14 the row's own OID is not one of them.
    less = query.format(connection="NULL", commit="NULL", options=", ".join(["NULL"] * len(_OPTIONS)))
    if not look.rows(less):
        return
    for row in look.either(full, less, own, "connections of subscriptions"):
        name, owner, enabled, connection, slot, published, commit, pending, *others = row
        shown, secret = masked_conninfo(connection or "")
        found = [
            words[value] for value, (_, _, words) in zip(others, _OPTIONS, strict=True) if value in words
        ]
        if commit not in {None, "off"}:
            found.append(f"synchronous_commit={commit}")
        yield Subscription(
            name=name,
            owner=text(owner),
            enabled=enabled,
            connection=shown,
            has_password=secret,
            slot=text(slot),
            publications=tuple(published),
            options=tuple(sorted(found)),
            pending=pending,
        )


@part("foreign data wrappers", "foreign servers", "superuser")
def wrappers(look: Look, _part: Part) -> Iterator[ForeignDataWrapper]:
    """Read the foreign data wrappers that no extension brings."""
    query = f"""
        SELECT w.fdwname, {sql.function_name("w.fdwhandler")}, {sql.function_name("w.fdwvalidator")},
               {sql.owner("w.fdwowner")}
          FROM pg_foreign_data_wrapper w WHERE {sql.owned("w", "pg_foreign_data_wrapper")} ORDER BY 1"""
    for name, handler, validator, owner in look.rows(query):
        yield ForeignDataWrapper(
            name=name, handler=text(handler), validator=text(validator), owner=text(owner)
        )


@part("foreign servers", "foreign servers", "files")
def servers(look: Look, _part: Part) -> Iterator[Server]:
    """Read the foreign servers, without secret options."""
    query = f"""
        SELECT s.srvname, w.fdwname, {sql.owner("s.srvowner")}, s.srvoptions
          FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw
         WHERE {sql.owned("s", "pg_foreign_server")} ORDER BY 1"""
    for name, wrapper, owner, options in look.rows(query):
        yield Server(name=name, wrapper=wrapper, owner=text(owner), options=in_order(options))


@part("user mappings", "foreign servers")
def user_mappings(look: Look, own: Part) -> Iterator[UserMapping]:
    """Read the user mappings, without secret options; who is no owner does not see the others either."""
    query = """
        SELECT m.srvname, CASE WHEN m.umuser = 0 THEN 'public' ELSE m.usename END, m.umoptions,
               m.umoptions IS NULL AND NOT (
                   u.rolsuper OR (m.umuser = 0 AND pg_has_role(s.srvowner, 'USAGE'))
                   OR (m.umuser = u.oid
                       AND (pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE'))))
          FROM pg_user_mappings m
          JOIN pg_foreign_server s ON s.oid = m.srvid
          JOIN pg_roles u ON u.rolname = current_user
         ORDER BY 1, 2"""
    hidden = 0
    for server, role, options, unseen in look.rows(query):
        hidden += unseen
        yield UserMapping(server=server, role=text(role), options=in_order(options), options_hidden=unseen)
    if hidden:
        look.miss("options of user mappings", "only their owner and superusers see them", own.groups)


@part("jobs of pg_cron", "scheduled")
def cron_jobs(look: Look, own: Part) -> Iterator[CronJob]:
    """Read the jobs of pg_cron; a policy shows everybody only those of their own."""
    if "pg_cron" not in look.extensions:
        return
    # Whoever owns what is read decides what runs with it: only a superuser's own table is read by a query.
    trusted = """
        SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          JOIN pg_roles r ON r.oid = c.relowner
         WHERE n.nspname = 'cron' AND c.relname = 'job' AND c.relkind = 'r' AND r.rolsuper"""
    if not look.rows(trusted):
        look.miss(
            own.what, "cron.job is no table of a superuser, so reading it could run anything", own.groups
        )
        return
    # Which columns there are depends on the extension's version.
    query = "SELECT j.jobid, j.schedule, j.command, j.nodename, to_jsonb(j) FROM cron.job j ORDER BY j.jobid"
    for number, schedule, command, node, row in look.rows(query):
        yield CronJob(
            id=number,
            schedule=schedule,
            command=masked(command),
            in_database=text(row.get("database")),
            user=text(row.get("username")),
            node=text(node),
        )
    if look.rows("SELECT row_security_active('cron.job'::regclass)") == [(True,)]:
        look.miss("jobs of other roles in pg_cron", "everybody sees only their own", own.groups)


@part("partition sets of pg_partman", "extension upgrades", "scheduled")
def partition_sets(look: Look, own: Part) -> Iterator[PartitionSet]:
    """Read what pg_partman maintains."""
    schema = look.extensions.get("pg_partman")
    if schema is None:
        return
    there = """
        SELECT a.attname FROM pg_attribute a
          JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE n.nspname = %(schema)s AND c.relname = 'part_config' AND a.attname = ANY (%(names)s)
         ORDER BY a.attnum"""
    names = ["parent_table", "partition_type", "partition_interval", "template_table"]
    columns = [name for (name,) in look.rows(there, schema=schema, names=names)]
    if "parent_table" not in columns:
        look.miss(own.what, "its table part_config is not there", own.groups)
        return
    rows = (dict(zip(columns, row, strict=True)) for row in look.copied(schema, "part_config", columns))
    for row in sorted(rows, key=lambda row: text(row["parent_table"])):
        yield PartitionSet(
            parent=text(row["parent_table"]),
            kind=text(row.get("partition_type")),
            interval=text(row.get("partition_interval")),
            template=text(row.get("template_table")),
        )


PARTS = (
    publications,
    subscriptions,
    wrappers,
    servers,
    user_mappings,
    cron_jobs,
    partition_sets,
)
