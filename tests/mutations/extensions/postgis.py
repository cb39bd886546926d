"""Faults in setting up PostGIS and in using it."""

from tests.mutations.extensions.fault import Fault

_HERE = "test_postgis.py::"

FAULTS = (
    Fault(
        "the schemas of PostGIS are not handed over",
        _HERE + "test_procedure",
        (("hand_over(session, admin)", "pass"),),
    ),
    Fault(
        "the tables of PostGIS are not handed over",
        _HERE + "test_procedure",
        (("session.execute(TRANSFER.format(admin)).fetchall()", "[None] * 30"),),
    ),
    Fault(
        "only the tables of topology are handed over",
        _HERE + "test_procedure",
        (("WHERE nspname in ('tiger','topology') AND", "WHERE nspname in ('topology') AND"),),
    ),
    Fault(
        "gis_admin may create in the schema public from the start",
        _HERE + "test_exec_function",
        (
            (
                "    return Gis(database, admin)",
                (
                    "    with database.connect() as master:\n"
                    '        master.execute(sql.SQL("GRANT CREATE ON SCHEMA public TO {}").format(role))\n'
                    "    return Gis(database, admin)"
                ),
            ),
        ),
    ),
    Fault(
        "schemas and tables are gis_admin's before the transfer",
        _HERE + "test_before_the_transfer",
        (
            (
                "    yield gis\n",
                (
                    "    with gis.database.connect(gis.admin) as session:\n"
                    "        hand_over(session, gis.admin)\n"
                    "    yield gis\n"
                ),
            ),
        ),
    ),
    Fault(
        "tiger_data is not handed over",
        _HERE + "test_tiger_data",
        (("session.execute(HAND_OVER_DATA.format(sql.Identifier(shared.admin)))", "pass"),),
    ),
    Fault(
        "the ordinary role that meets PostGIS is a member of rds_superuser",
        _HERE + "test_ordinary_role",
        (('create_role("app")', 'create_role("app", options="IN ROLE rds_superuser")'),),
    ),
    Fault(
        "what postgis_topology needs is brought along",
        _HERE + "test_order_of_creation",
        (
            (
                'rds.execute("CREATE EXTENSION postgis_topology")',
                'rds.execute("CREATE EXTENSION postgis_topology CASCADE")',
            ),
        ),
    ),
    Fault(
        "the places have no index",
        _HERE + "test_spatial_query",
        (('session.execute("CREATE INDEX ON place USING gist (at)")', "pass"),),
    ),
    Fault(
        "the farthest neighbours are asked for",
        _HERE + "test_nearest_neighbours",
        (("LIMIT 2", "DESC LIMIT 2"),),
    ),
    Fault(
        "the column of places takes any geometry",
        _HERE + "test_types_are_checked",
        (("at geometry(Point, 4326)", "at geometry"),),
    ),
)
