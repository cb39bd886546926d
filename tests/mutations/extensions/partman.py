"""Faults in the procedure of pg_partman."""

from tests.mutations.extensions.fault import Fault

_HERE = "test_partman.py::"

FAULTS = (
    Fault(
        "rds_superuser is never granted",
        _HERE + "test_extension_needs_rds_superuser",
        (('rds.execute(f"GRANT rds_superuser TO {role}")', "pass"),),
    ),
    Fault(
        "pg_partman 5 is called in its own words",
        _HERE + "test_create_parent_of_4_in_5",
        (("        partman.execute(OF_4)", "        partman.execute(OF_5)"),),
    ),
    Fault(
        "partitions are made for twenty days",
        _HERE + "test_create_parent_of_5",
        (("p_premake => 30", "p_premake => 20"),),
    ),
    Fault(
        "pg_partman 4 makes partitions for twenty days",
        _HERE + "test_create_parent_of_4",
        (("p_premake => 30", "p_premake => 20"),),
        pg=13,
    ),
    Fault(
        "pg_partman 4 is called in its own words",
        _HERE + "test_create_parent_of_5_in_4",
        (("partman.execute(OF_5)", "partman.execute(OF_4)"),),
        pg=13,
    ),
    Fault(
        "the parent has one index less",
        _HERE + "test_partitions_inherit",
        (("CREATE INDEX idx_org_id ON data_mart.events (org_id);", ""),),
    ),
    Fault(
        "the parent checks nothing",
        _HERE + "test_checks_hold_in_partitions",
        (("CHECK (operation = 'C' OR operation = 'D')", "CHECK (true)"),),
    ),
    Fault(
        "all rows are of days that have a partition",
        _HERE + "test_rows_are_routed",
        (("interval '2 years'", "interval '2 days'"),),
    ),
    Fault(
        "partitions are made while there is data only",
        _HERE + "test_infinite_time_partitions",
        (("infinite_time_partitions = true, retention", "infinite_time_partitions = false, retention"),),
    ),
    Fault(
        "the retention is three years",
        _HERE + "test_retention",
        (("retention = '3 months'", "retention = '3 years'"),),
    ),
    Fault(
        "what is to be kept is dropped, and the other way round",
        _HERE + "test_retention",
        (("retention_keep_table = {keep}", "retention_keep_table = {not keep}"),),
    ),
    Fault(
        "a retention ends within the partitions that are there",
        _HERE + "test_young_partitions_stay",
        (("\"'8 months'\"", "\"'2 months'\""),),
    ),
    Fault(
        "the control column is a time",
        _HERE + "test_control_column",
        (("(at text NOT NULL)", "(at timestamp NOT NULL)"),),
    ),
    Fault(
        "the tables of the schema are not granted",
        _HERE + "test_ordinary_user",
        (('        "ALL ON ALL TABLES IN SCHEMA partman",\n', ""),),
    ),
    Fault(
        "the maintenance is never due",
        _HERE + "test_scheduled_maintenance",
        (("SET schedule = '@reboot'", "SET active = true"),),
    ),
    Fault(
        "the maintenance of another database stays in postgres",
        _HERE + "test_maintenance_of_another_database",
        (("SET database = 'app' WHERE", "SET active = true WHERE"),),
    ),
)
