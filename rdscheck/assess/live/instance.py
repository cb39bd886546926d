"""What belongs to the instance: databases, settings, roles, tablespaces, slots."""

from collections.abc import Iterator

from rdscheck.assess.facts import (
    Database,
    LoginRule,
    Membership,
    PreparedTransaction,
    Role,
    Setting,
    Slot,
    Tablespace,
)
from rdscheck.assess.live import sql
from rdscheck.assess.live.look import Look, Part, Row, part, text
from rdscheck.assess.secrets import masked_conninfo, masked_value

_PROVIDERS = {"c": "libc", "i": "icu", "b": "builtin", "d": "libc"}

#: Settings that we set ourselves in the transaction; what they were before is their ``reset_val``.
_OURS = "source = 'session'"


@part("databases", "locale", "names")
def databases(look: Look, _part: Part) -> Iterator[Database]:
    """Read the databases, or the one we are in."""
    locale = look.since(17, "d.datlocale", look.since(15, "d.daticulocale", "NULL"))
    # The setting is that of the instance; who may not see it sees the extension in the database itself.
    marked = look.rows(
        """
        SELECT setting FROM pg_settings WHERE name = 'babelfishpg_tsql.database_name'
         UNION SELECT current_database()::text FROM pg_extension WHERE extname = 'babelfishpg_tsql'"""
    )
    query = f"""
        SELECT d.datname, {sql.owner("d.datdba")}, pg_encoding_to_char(d.encoding), d.datcollate, d.datctype,
               {look.since(15, "d.datlocprovider::text", "'c'")}, {locale},
               {look.since(16, "d.daticurules", "NULL")}, {look.since(15, "d.datcollversion", "NULL")},
               CASE t.spcname WHEN 'pg_default' THEN '' ELSE t.spcname END,
               d.datconnlimit, d.datallowconn, d.datistemplate, shobj_description(d.oid, 'pg_database')
          FROM pg_database d LEFT JOIN pg_tablespace t ON t.oid = d.dattablespace
         {"" if look.whole else "WHERE d.datname = current_database()"}
         ORDER BY d.datname"""
    for row in look.rows(query):
        name, owner, encoding, collate, ctype, provider, locale, rules, version, space, *others = row
        limit, allowed, template, comment = others
        yield Database(
            name=name,
            owner=text(owner),
            encoding=text(encoding),
            collate=text(collate),
            ctype=text(ctype),
            provider=_PROVIDERS[provider],
            locale=text(locale),
            icu_rules=text(rules),
            collation_version=text(version),
            tablespace=text(space),
            connection_limit=limit,
            allows_connections=allowed,
            is_template=template,
            comment=text(comment),
            babelfish=(name,) in marked,
        )


@part("settings of the server", "parameters", "extensions", "replication", "superuser")
def settings(look: Look, own: Part) -> Iterator[Setting]:
    """Read the settings of the server that are not the default, and where they come from."""
    # What a setting of the database or role hides, it hides from us as well.
    query = f"""
        SELECT s.name, CASE WHEN {_OURS} THEN s.reset_val ELSE s.setting END,
               CASE WHEN s.sourcefile ~ 'postgresql[.]auto[.]conf$' THEN 'ALTER SYSTEM'
                    WHEN {_OURS} THEN 'configuration file' ELSE s.source END
          FROM pg_settings s
         WHERE (s.source IN ('configuration file', 'environment variable', 'command line', 'global')
                AND s.setting IS DISTINCT FROM s.boot_val)
            OR ({_OURS} AND s.name <> 'application_name' AND s.reset_val IS DISTINCT FROM s.boot_val
                AND NOT EXISTS (
                    SELECT FROM pg_db_role_setting r CROSS JOIN LATERAL unnest(r.setconfig) c(line)
                     WHERE r.setrole IN (0, (SELECT oid FROM pg_roles WHERE rolname = session_user))
                       AND r.setdatabase IN (
                           0, (SELECT oid FROM pg_database WHERE datname = current_database()))
                       AND lower(split_part(c.line, '=', 1)) = lower(s.name)))
         ORDER BY s.name"""
    for name, value, source in look.rows(query):
        yield Setting(name=name, value=_shown(name, text(value)), scope="server", source=text(source))
    if not look.service:
        yield from _own_time_zone(look)
    may = look.since(
        10, "pg_has_role('pg_read_all_settings', 'USAGE')", "current_setting('is_superuser')::bool"
    )
    if look.rows(f"SELECT {may}") != [(True,)]:
        why = "only superusers and members of pg_read_all_settings see settings of superusers"
        look.miss("settings of the server that only superusers see", why, own.groups)


def _own_time_zone(look: Look) -> Iterator[Setting]:
    """Read the server's own time zone where the role, the database or the client has another."""
    hidden = """
        SELECT current_setting('is_superuser')::bool FROM pg_settings
         WHERE name = 'TimeZone' AND source IN ('database', 'user', 'database user', 'client')"""
    for (superuser,) in look.rows(hidden):
        if not superuser:
            why = "the role, the database or the client has one of its own"
            look.miss("the time zone of the server", why, ("locale",))
            continue
        query = """
            SELECT f.name, f.setting, f.sourcefile ~ 'postgresql[.]auto[.]conf$' FROM pg_file_settings f
             WHERE lower(f.name) = 'timezone' AND f.error IS NULL ORDER BY f.seqno DESC LIMIT 1"""
        for name, value, altered in look.rows(query):
            source = "ALTER SYSTEM" if altered else "configuration file"
            yield Setting(name=name, value=text(value), scope="server", source=source)


def _shown(name: str, value: str) -> str:
    if name in {"primary_conninfo", "synchronized_standby_conninfo"}:
        return masked_conninfo(value)[0]
    return masked_value(name, value)


@part("settings of databases and roles", "parameters")
def settings_of_some(look: Look, _part: Part) -> Iterator[Setting]:
    """Read what ALTER DATABASE and ALTER ROLE have set."""
    query = f"""
        SELECT coalesce(d.datname, ''), coalesce(r.rolname, ''), c.line
          FROM pg_db_role_setting s
          LEFT JOIN pg_database d ON d.oid = s.setdatabase
          LEFT JOIN pg_roles r ON r.oid = s.setrole
         CROSS JOIN LATERAL unnest(s.setconfig) WITH ORDINALITY c(line, place)
         WHERE (s.setdatabase = 0 OR d.oid IS NOT NULL) AND (s.setrole = 0 OR r.oid IS NOT NULL)
           {"" if look.whole else "AND (s.setdatabase = 0 OR d.datname = current_database())"}
         ORDER BY 1, 2, c.place"""
    for database, role, line in look.rows(query):
        name, _, value = line.partition("=")
        scope = " in ".join(word for word, given in (("role", role), ("database", database)) if given)
        yield Setting(
            name=name,
            value=_shown(name, value),
            scope=scope or "server",
            subject=role or database,
            source="" if scope else "ALTER ROLE ALL",
            database=database if role else "",
        )


@part("roles", "roles", "authentication", "names")
def roles(look: Look, own: Part) -> Iterator[Role]:
    """Read the roles that are not PostgreSQL's own; of a password only what kind it is."""
    # Not to_char: it asks for the names of the months first, which not every encoding can hold.
    query = """
        SELECT r.rolname, r.rolsuper, r.rolreplication, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb,
               r.rolcanlogin, r.rolinherit, r.rolconnlimit,
               CASE WHEN isfinite(r.rolvaliduntil)
                    THEN date_trunc('second', r.rolvaliduntil AT TIME ZONE 'UTC')::text || '+00'
                    ELSE r.rolvaliduntil::text END,
               {password}, shobj_description(r.oid, 'pg_authid')
          FROM {catalog} r WHERE r.rolname !~ '^pg_' ORDER BY r.rolname"""
    kind = """CASE WHEN r.rolpassword IS NULL THEN 'none'
                   WHEN r.rolpassword ~ '^SCRAM-SHA-256[$]' THEN 'scram'
                   WHEN r.rolpassword ~ '^md5[0-9a-f]{32}$' THEN 'md5' ELSE 'plain' END"""
    full = query.format(password=kind, catalog="pg_authid")
    less = query.format(password="'hidden'", catalog="pg_roles")  # noqa: S106
    for row in look.either(full, less, own, "kinds of passwords of roles"):
        name, superuser, replication, bypass, create_role, create_database, *others = row
        login, inherit, limit, until, password, comment = others
        yield Role(
            name=name,
            superuser=superuser,
            replication=replication,
            bypass_rls=bypass,
            create_role=create_role,
            create_database=create_database,
            login=login,
            inherit=inherit,
            connection_limit=limit,
            valid_until=text(until),
            password=password,
            comment=text(comment),
        )


@part("memberships of roles", "roles")
def memberships(look: Look, _part: Part) -> Iterator[Membership]:
    """Read who is a member of which role; what PostgreSQL's own roles are among themselves is left out."""
    query = """
        SELECT r.rolname, m.rolname, a.admin_option, g.rolname
          FROM pg_auth_members a
          JOIN pg_roles r ON r.oid = a.roleid
          JOIN pg_roles m ON m.oid = a.member
          LEFT JOIN pg_roles g ON g.oid = a.grantor
         WHERE NOT (r.rolname ~ '^pg_' AND m.rolname ~ '^pg_')
         ORDER BY 1, 2, 4"""
    for role, member, admin, grantor in look.rows(query):
        yield Membership(role=role, member=member, admin=admin, grantor=text(grantor))


@part("tablespaces", "files")
def tablespaces(look: Look, _part: Part) -> Iterator[Tablespace]:
    """Read the tablespaces that users made."""
    query = f"""
        SELECT t.spcname, {sql.owner("t.spcowner")}, pg_tablespace_location(t.oid)
          FROM pg_tablespace t WHERE t.spcname !~ '^pg_' ORDER BY 1"""
    for name, owner, location in look.rows(query):
        yield Tablespace(name=name, owner=text(owner), location=text(location))


@part("replication slots", "replication", "major upgrade")
def slots(look: Look, own: Part) -> Iterator[Slot]:
    """Read the replication slots, logical ones of other databases only with these."""
    now = look.since(
        10,
        "CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END",
        "CASE WHEN pg_is_in_recovery() THEN pg_last_xlog_replay_location()"
        " ELSE pg_current_xlog_location() END",
    )
    distance = look.since(10, "pg_wal_lsn_diff", "pg_xlog_location_diff")
    invalid = look.since(
        17,
        "s.invalidation_reason IS NOT NULL OR coalesce(s.wal_status = 'lost', false)",
        look.since(13, "coalesce(s.wal_status = 'lost', false)", "false"),
    )
    query = f"""
        SELECT s.slot_name, s.slot_type, s.plugin, s.active, {look.since(10, "s.temporary", "false")},
               {look.since(14, "s.two_phase", "false")}, {invalid}, {{behind}}, s.database
          FROM pg_replication_slots s
         {"" if look.whole else "WHERE coalesce(s.database, current_database()) = current_database()"}
         ORDER BY 1"""
    full = query.format(behind=f"{distance}({now}, coalesce(s.confirmed_flush_lsn, s.restart_lsn))::int8")
    less = query.format(behind="0::int8")
    # Where the service keeps its WAL elsewhere, it has no position to tell.
    for row in look.either(full, less, own, "how far replication slots are behind"):
        name, kind, plugin, active, temporary, two_phase, lost, behind, database = row
        yield Slot(
            name=name,
            kind=kind,
            plugin=text(plugin),
            active=active,
            temporary=temporary,
            two_phase=bool(two_phase),
            invalid=lost,
            behind=max(0, behind or 0),
            database=text(database),
        )


@part("prepared transactions", "major upgrade")
def prepared_transactions(look: Look, _part: Part) -> Iterator[PreparedTransaction]:
    """Read the prepared transactions, those of other databases only with these."""
    query = f"""
        SELECT gid, owner, database FROM pg_prepared_xacts
         {"" if look.whole else "WHERE database = current_database()"} ORDER BY gid"""
    for gid, owner, database in look.rows(query):
        yield PreparedTransaction(id=gid, owner=text(owner), database=text(database))


@part("lines of pg_hba.conf", "authentication")
def login_rules(look: Look, own: Part) -> Iterator[LoginRule]:
    """Read how clients log in; only superusers may, whom RDS does not have: its lines are its own affair."""
    if look.service and look.rows("SELECT current_setting('is_superuser')") != [("on",)]:
        return
    if not look.since(10, "there"):
        look.miss(own.what, "before 10 no view shows them", own.groups)
        return
    query = """
        SELECT type, auth_method, database, user_name, concat_ws('/', address, netmask)
          FROM pg_hba_file_rules WHERE error IS NULL ORDER BY line_number"""
    for kind, method, names, users, address in look.rows(query):
        yield LoginRule(
            kind=kind,
            method=text(method),
            databases=tuple(names or ()),
            users=tuple(users or ()),
            address=address,
        )


def others(look: Look) -> list[Row]:
    """Return the name of each database and why it cannot be entered, empty where it can."""
    return look.rows(
        """
        SELECT datname,
               CASE WHEN datconnlimit = -2 THEN 'it is being dropped, or that was interrupted'
                    WHEN NOT datallowconn THEN 'it accepts no connections' ELSE '' END
          FROM pg_database WHERE datname NOT IN ('template0', 'rdsadmin') ORDER BY datname"""
    )


PARTS = (
    databases,
    settings,
    settings_of_some,
    roles,
    memberships,
    tablespaces,
    slots,
    prepared_transactions,
    login_rules,
)
