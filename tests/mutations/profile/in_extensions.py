"""Faults in what decides about extensions: extensions.c, grants.c, owners.c."""

from tests.mutations.profile.fault import Fault, c

FAULTS = (
    Fault(
        "dependencies-unchecked",
        "CASCADE brings extensions that rds.allowed_extensions does not list",
        ("test_allowed_extensions.py::test_dependencies_need_listing",),
        c("extensions.c", "check_offered(name);\n\t\tif (creation", "if (creation"),
    ),
    Fault(
        "supported-list-ignored",
        "rds.extensions does not count",
        (
            "extensions/unsupported-xml2-master",
            "extensions/unsupported-timescaledb-owner",
            "extensions/unsupported-cascade-master",
            "objects/language-plpython-master",
        ),
        c("extensions.c", "if (!rds_listed(rds_extensions, name))", "if (false)"),
    ),
    Fault(
        "allowed-list-ignored",
        "rds.allowed_extensions does not count",
        (
            "test_allowed_extensions.py::test_unlisted_is_refused",
            "test_allowed_extensions.py::test_trusted_needs_listing",
            "test_allowed_extensions.py::test_empty_list_allows_nothing",
        ),
        c("extensions.c", "if (!rds_listed(rds_allowed_extensions, name))", "if (false)"),
    ),
    Fault(
        "trusted-list-ignored",
        "what the community trusts, RDS trusts",
        (
            "extensions/untrusted-lo-refused-owner",
            "extensions/untrusted-seg-refused-owner",
            "extensions/untrusted-tcn-refused-owner",
        ),
        c(
            "extensions.c",
            'if (!trusted)\n\t\trefuse_creation(name, "Must',
            'if (0)\n\t\trefuse_creation(name, "Must',
        ),
    ),
    Fault(
        "created-by-anybody",
        "trusted extensions are created by who has no CREATE on the database",
        ("extensions/trusted-hstore-refused-ordinary", "extensions/trusted-cube-refused-ordinary"),
        c("extensions.c", "return RIGHT_OF_CORE;\n}\n\n/* May", "return RIGHT_OF_ADMIN;\n}\n\n/* May"),
    ),
    Fault(
        "superuser-asked-for",
        "members of rds_superuser create what the server lets them create",
        ("extensions/dblink-master", "extensions/dblink-second"),
        c("extensions.c", "? RIGHT_OF_CORE : RIGHT_OF_ADMIN;", "? RIGHT_OF_CORE : RIGHT_OF_CORE;"),
    ),
    Fault(
        "delegated-list-ignored",
        "members of rds_extension create everything",
        ("extensions/delegated-create-refused-delegate", "extensions/delegated-none-delegate"),
        c("extensions.c", "return rds_listed(rds_allowed_delegated_extensions, name) &&", "return"),
    ),
    Fault(
        "undelegable-ignored",
        "extensions that cannot be delegated are",
        ("extensions/delegated-never-delegate",),
        c("extensions.c", " && !rds_listed(rds_undelegable_extensions, name)", ""),
    ),
    Fault(
        "delegates-without-role",
        "rds_extension is not asked for",
        ("extensions/delegated-without-role-owner",),
        c("extensions.c", 'if (rds_has_role("rds_extension"))\n', "if (true)\n"),
    ),
    Fault(
        "drop-cascade-always",
        "rds.delegated_extension_allow_drop_cascade does not count",
        ("extensions/delegated-drop-cascade-refused-delegate",),
        c("extensions.c", "&& !rds_delegated_drop_cascade)", "&& false)"),
    ),
    Fault(
        "drop-cascade-never",
        "rds.delegated_extension_allow_drop_cascade allows nothing",
        ("extensions/delegated-drop-cascade-delegate",),
        c("extensions.c", "&& !rds_delegated_drop_cascade)", "&& true)"),
    ),
    Fault(
        "managed-by-anybody",
        "everybody updates, moves and drops extensions",
        (
            "extensions/drop-refused-ordinary",
            "extensions/drop-refused-owner",
            "extensions/update-refused-ordinary",
        ),
        c("extensions.c", "if (rds_is_rds_superuser() || (is_delegate()", "if (true || (is_delegate()"),
    ),
    Fault(
        "managed-by-nobody",
        "members of rds_superuser cannot update, move and drop extensions",
        (
            "extensions/drop-master",
            "extensions/drop-second",
            "extensions/update-master",
            "extensions/move-master",
        ),
        c("extensions.c", "if (rds_is_rds_superuser() || (is_delegate()", "if (false || (is_delegate()"),
    ),
    Fault(
        "objects-forgotten",
        "rds_superuser gets nothing on the objects of an extension",
        ("extensions/server-master", "extensions/check-index-master", "extensions/statements-reset-master"),
        c("extensions.c", "if (right == RIGHT_OF_ADMIN)\n\t\tforeach", "if (false)\n\t\tforeach"),
    ),
    Fault(
        "objects-for-everybody",
        "everybody gets the objects of an extension",
        (
            "extensions/server-refused-ordinary",
            "extensions/check-index-refused-ordinary",
            "extensions/statements-reset-refused-ordinary",
            "extensions/delegated-use-delegate",
        ),
        c("grants.c", "TO rds_superuser WITH GRANT OPTION'", "TO PUBLIC'"),
    ),
    Fault(
        "objects-not-passed-on",
        "rds_superuser cannot pass on what it gets on the objects of an extension",
        ("extensions/server-granted-ordinary", "extensions/check-index-granted-ordinary"),
        c("grants.c", "TO rds_superuser WITH GRANT OPTION'", "TO rds_superuser'"),
    ),
    Fault(
        "grants-dumped",
        "pg_dump prints the grants on the objects of an extension",
        ("test_dumps.py::test_extension_is_one_line",),
        c("grants.c", "creating_extension = true;", ";"),
    ),
    Fault(
        "owner-of-any-schema",
        "rdsadmin's schemas can be taken over",
        (
            "extensions/catalog-schema-master",
            "extensions/information-schema-master",
            "extensions/foreign-schema-master",
        ),
        c(
            "owners.c",
            "if (!OidIsValid(extension))\n\t\treturn false;",
            "if (!OidIsValid(extension))\n\t\treturn true;",
        ),
    ),
    Fault(
        "names-by-their-beginning",
        "a name counts as listed when the list has one that begins alike",
        ("test_allowed_extensions.py::test_names_count_whole",),
        c("settings.c", "(size_t) (end - first) == wanted && ", "(size_t) (end - first) >= wanted && "),
    ),
    Fault(
        "into-pg-catalog",
        "any extension may go into pg_catalog",
        ("extensions/into-pg-catalog-master", "extensions/into-pg-catalog-second"),
        c("extensions.c", "if (creation->elevated)\n\t\t\tcheck_schema(name, schema);", ""),
    ),
    Fault(
        "moved-anywhere",
        "an extension is moved into a schema where one may not create things",
        ("extensions/move-into-foreign-schema-second",),
        c("extensions.c", "(void) LookupCreationNamespace(statement->newschema);", ""),
    ),
    Fault(
        "delegated-dependencies",
        "CASCADE brings what was not delegated",
        ("extensions/delegated-cascade-delegate",),
        c("extensions.c", "if (creation->delegated && ", "if (false && "),
    ),
    Fault(
        "update-without-grants",
        "what an update of an extension brings is nobody's",
        ("extensions/objects-after-update-master", "extensions/objects-after-update-second"),
        c("extensions.c", "rds_grant_extension(get_extension_oid(statement->extname, false));", ""),
    ),
)
