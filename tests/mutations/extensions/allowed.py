"""Faults in the procedures of allowed and trusted extensions."""

from tests.mutations.extensions.fault import Fault

_HERE = "test_allowed.py::"

FAULTS = (
    Fault(
        "the list has one extension more than RDS",
        _HERE + "test_list",
        (("sorted(supported(rds)) ==", "sorted([*supported(rds), 'xml2']) =="),),
    ),
    Fault(
        "the list of allowed extensions is never set",
        _HERE + "test_procedure",
        (('instance.modify({"rds.allowed_extensions"', 'dict({"rds.allowed_extensions"'),),
    ),
    Fault(
        "the list allows what the procedure leaves out",
        _HERE + "test_every_database",
        (('"rds.allowed_extensions": "hstore"', '"rds.allowed_extensions": "hstore,dblink"'),),
    ),
    Fault(
        "the reset of the list is left out",
        _HERE + "test_procedure",
        (('instance.reset("rds.allowed_extensions")', "pass"),),
    ),
    Fault(
        "the list does not wait for the reboot",
        _HERE + "test_pending",
        (('apply_method="pending-reboot"', 'apply_method="immediate"'),),
    ),
    Fault(
        "the reboot that the list waits for is left out",
        _HERE + "test_pending",
        (("instance.reboot()", "pass"),),
    ),
    Fault(
        "the extension that is updated is not on the instance",
        _HERE + "test_update_of_unlisted",
        (('create(master, "hstore", " VERSION \'1.4\'")', "pass"),),
    ),
    Fault(
        "an ordinary role has no CREATE on the database",
        _HERE + "test_another_database",
        (("GRANT CREATE ON DATABASE", "GRANT CONNECT ON DATABASE"),),
    ),
    Fault(
        "the ordinary role is a member of rds_superuser",
        _HERE + "test_untrusted",
        (('create_role("app")', 'create_role("app", options="IN ROLE rds_superuser")'),),
    ),
    Fault(
        "CASCADE finds the untrusted extension there already",
        _HERE + "test_trusted_is_not_enough",
        (("    session = login(app)", '    session = login(app)\n    create(rds, "cube")'),),
    ),
)
