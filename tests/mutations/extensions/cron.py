"""Faults in the procedures of pg_cron."""

from tests.mutations.extensions.fault import Fault

_HERE, _JOBS = "test_cron.py::", "test_cron_jobs.py::"

FAULTS = (
    Fault(
        "the instance is not rebooted for pg_cron",
        _HERE + "test_library_needs_a_reboot",
        (("        instance.reboot()", "        pass"),),
    ),
    Fault(
        "pg_cron is created where it belongs",
        _HERE + "test_one_database_only",
        (("cron.database.recorded()", "cron.database.recorded(dbname=HOME)"),),
    ),
    Fault(
        "cron.database_name keeps its default",
        _HERE + "test_database_name",
        (('{**LOADED, "cron.database_name": "jobs"}', "LOADED"),),
    ),
    Fault(
        "the ordinary user of pg_cron is a member of rds_superuser",
        _HERE + "test_extension_needs_rds_superuser",
        (
            (
                "ROLE plain LOGIN PASSWORD 'open-sesame'",
                "ROLE plain LOGIN PASSWORD 'x' IN ROLE rds_superuser",
            ),
            ('user="plain", password="open-sesame"', 'user="plain", password="x"'),
        ),
    ),
    Fault(
        "USAGE on the schema cron is never granted",
        _HERE + "test_usage_lets_others_schedule",
        (('cron.grant("USAGE", "SCHEMA cron", user.info.user)', "pass"),),
    ),
    Fault(
        "USAGE on the schema cron is there from the start",
        _HERE + "test_usage_lets_others_schedule",
        (("granted=False", "granted=True"),),
    ),
    Fault(
        "the second job takes the first one's name",
        _HERE + "test_schedule_has_two_forms",
        (("cron.schedule('0 15 * * *'", "cron.schedule('manual vacuum', '0 15 * * *'"),),
    ),
    Fault(
        "the owner himself unschedules his job",
        _HERE + "test_unschedule_needs_the_owner",
        (('other.execute(f"SELECT', 'owner.execute(f"SELECT'),),
    ),
    Fault(
        "wrong schedules are right ones",
        _HERE + "test_wrong_schedules_are_refused",
        (("'{schedule}', 'VACUUM'", "'@daily', 'VACUUM'"),),
    ),
    Fault(
        "the job stays in the database postgres",
        _HERE + "test_another_database",
        (("SET database = '{name}' WHERE", "SET active = true WHERE"),),
    ),
    Fault(
        "users were granted everything on cron.job",
        _HERE + "test_users_do_not_update_jobs",
        (
            (
                "    for statement in (",
                (
                    '    cron.master.execute(f"GRANT ALL ON cron.job TO {user.info.user}")\n'
                    "    for statement in ("
                ),
            ),
        ),
    ),
    Fault(
        "schedule_in_database names the database postgres",
        _HERE + "test_schedule_in_database",
        (("'VACUUM', '{cron.database.name}')", "'VACUUM', 'postgres')"),),
    ),
    Fault(
        "the group lets four jobs run at once",
        _HERE + "test_parameters",
        (
            (
                'LOADED = {"shared_preload_libraries": "pg_cron"}',
                'LOADED = {"shared_preload_libraries": "pg_cron", "cron.max_running_jobs": "4"}',
            ),
        ),
    ),
    Fault(
        "the table of the job is not there",
        _JOBS + "test_history",
        (('            "CREATE TABLE pgbench_accounts (aid int)",\n', ""),),
    ),
    Fault(
        "the user has rights on the table",
        _JOBS + "test_user_needs_rights",
        (
            (
                '"CREATE TABLE open (who text)")',
                '"CREATE TABLE open (who text)", "GRANT ALL ON pgbench_accounts TO PUBLIC")',
            ),
        ),
    ),
    Fault(
        "the master user schedules the job of another",
        _JOBS + "test_user_needs_rights",
        (
            (
                "user.execute(\"SELECT cron.schedule('@reboot', 'INSERT",
                "scheduler.master(\"SELECT cron.schedule('@reboot', 'INSERT",
            ),
        ),
    ),
    Fault(
        "the job that runs stays in the database postgres",
        _JOBS + "test_another_database",
        (("SET database = 'database1' WHERE", "SET active = true WHERE"),),
    ),
    Fault(
        "the purge keeps seven years",
        _JOBS + "test_purge",
        (("interval '7 days'", "interval '7 years'"),),
    ),
    Fault(
        "the history is written",
        _JOBS + "test_nothing_is_written",
        (('"cron.log_run": "0"', '"cron.log_run": "1"'),),
    ),
    Fault(
        "three jobs may run at once",
        _JOBS + "test_one_at_a_time",
        (('"cron.max_running_jobs": "1"', '"cron.max_running_jobs": "3"'),),
    ),
    Fault(
        "the job is not unscheduled",
        _JOBS + "test_inactive_jobs_do_not_run",
        (("        \"SELECT cron.unschedule('unscheduled')\",\n", ""), ("begin(1)", "begin(2)")),
    ),
)
