"""Faults in what PostgreSQL calls a table of T-SQL, and in using S3 and Lambda from Babelfish."""

from tests.mutations.extensions.fault import Fault

_NAMING = "babelfish/test_naming.py::"
_S3 = "babelfish/test_s3.py::"
_LAMBDA = "babelfish/test_lambda.py::"
_ACCESS = "babelfish/test_cluster.py::"
_RULES = "rdscheck/babelfish/naming.py"

_NAMES_AND_S3 = (
    Fault(
        "the table's name carries database and schema, as the document has it",
        _NAMING + "test_table_is_found",
        (
            (
                "        identifier(name, case_sensitive=case_sensitive),\n    )",
                '        identifier(f"{database}_{schema}_{name}", case_sensitive=case_sensitive),\n    )',
            ),
        ),
        file=_RULES,
    ),
    Fault(
        "the document's name stands for the table where rows are imported",
        _S3 + "test_import",
        (
            (
                "relation = str(physical_name(name, cluster.mode))",
                'relation = name.replace(".", "_").replace("[", "").replace("]", "")',
            ),
        ),
    ),
    Fault(
        "the grant to master_dbo is left out",
        _S3 + "test_master_dbo_creates_extensions_after_the_grant",
        (("        grant(multi)\n", "        pass\n"),),
    ),
    Fault(
        "the flattened name is tried as schema and table",
        _S3 + "test_flattened_name_in_an_import",
        (('flattened("MyDB", "Sales", "Orders")', 'str(physical_name("MyDB.Sales.Orders", cluster.mode))'),),
    ),
    Fault(
        "master_dbo gets USAGE and not EXECUTE",
        _S3 + "test_execute_is_enough",
        (
            (
                '("USAGE ON SCHEMA aws_s3", "EXECUTE ON ALL FUNCTIONS IN SCHEMA aws_s3")',
                '("USAGE ON SCHEMA aws_s3",)',
            ),
        ),
    ),
    Fault(
        "a long name is cut and gets no hash",
        _NAMING + "test_table_is_found",
        (('data[:_KEPT].decode(errors="ignore") + digest', 'data[:LONGEST].decode(errors="ignore")'),),
        file=_RULES,
    ),
    Fault(
        "schemas carry the database's name in single-db mode",
        _NAMING + "test_table_is_found",
        (("return Mode(mode) is Mode.MULTI or identifier", "return True or identifier"),),
        file=_RULES,
    ),
    Fault(
        "letters other than A to Z become small too",
        _NAMING + "test_table_is_found",
        (("name if case_sensitive else name.translate(_LOWER)", "name.lower()"),),
        file=_RULES,
    ),
    Fault(
        "capitals in brackets are kept",
        _NAMING + "test_capitals_are_not_kept",
        (("name if case_sensitive else name.translate(_LOWER)", "name"),),
        file=_RULES,
    ),
    Fault(
        "database and schema are joined before either is shortened",
        _NAMING + "test_table_of_another_database_is_found",
        (
            (
                (
                    "    database = identifier(database, case_sensitive=case_sensitive)\n"
                    "    schema = identifier(schema"
                ),
                "    schema = identifier(schema",
            ),
        ),
        file=_RULES,
    ),
    Fault(
        "the hash is of what is kept, not of the whole name",
        _NAMING + "test_long_name_is_not_cut",
        (("hashlib.md5(whole, usedforsecurity=False)", "hashlib.md5(data[:_KEPT], usedforsecurity=False)"),),
        file=_RULES,
    ),
    Fault(
        "reserved words are not quoted",
        _NAMING + "test_quotes_are_those_of_postgresql",
        ((" and name not in KEYWORDS", ""),),
        file=_RULES,
    ),
    Fault(
        "double quotes inside a name are not doubled",
        _NAMING + "test_quotes_are_those_of_postgresql",
        (("""name.replace('"', '""')""", "name"),),
        file=_RULES,
    ),
    Fault(
        "the guest of single-db mode has no prefix",
        _NAMING + "test_users_are_roles",
        (('        "dbo",\n    }', '        "dbo",\n        "guest",\n    }'),),
        file=_RULES,
    ),
    Fault(
        "schemas of extensions carry the database's name",
        _NAMING + "test_shared_schemas",
        (("if schema in SHARED_SCHEMAS or not prefixed", "if not prefixed"),),
        file=_RULES,
    ),
    Fault(
        "an index is named without its table",
        _NAMING + "test_indexes",
        (('truncate(f"{index}{table}{digest}"', 'truncate(f"{index}{digest}"'),),
        file=_RULES,
    ),
    Fault(
        "both databases of a collision have the same schema",
        _NAMING + "test_schemas_of_two_databases_collide",
        (('physical_name("a.b_c.t", "multi-db")', 'physical_name("a.b.t", "multi-db")'),),
    ),
    Fault(
        "the other mode's name is the same mode's",
        _NAMING + "test_other_mode_finds_nothing",
        (('if cluster.mode == "single-db" else', 'if cluster.mode != "single-db" else'),),
    ),
    Fault(
        "an ordinary role that grants is a member of rds_superuser",
        _S3 + "test_grant_takes_rds_superuser",
        (('create_role("app")', 'create_role("app", options="IN ROLE rds_superuser")'),),
    ),
    Fault(
        "the dbo of MyDB has the grant from the start",
        _S3 + "test_grant_does_not_reach_other_databases",
        (("    session = cluster.in_my_db()\n", "    session = cluster.in_master()\n"),),
    ),
    Fault(
        "the query of the export names the other mode's table",
        _S3 + "test_export",
        (("physical_name(name, cluster.mode)", "physical_name(name, 'multi-db')"),),
    ),
    Fault(
        "a view has the flattened name",
        _S3 + "test_flattened_name_in_an_export",
        (
            (
                '    with (\n        step(f"1. As',
                (
                    '    cluster.master.execute(f"CREATE VIEW public.{name} AS SELECT * FROM {right}")\n'
                    '    with (\n        step(f"1. As'
                ),
            ),
        ),
    ),
    Fault(
        "the master user's search path has the schema of MyDB",
        _S3 + "test_bare_name_goes_by_the_search_path",
        (
            (
                "    grant_to_my_dbo(cluster)\n    rds_s3",
                (
                    '    schema = physical_name("MyDB.dbo.Orders", cluster.mode).schema\n'
                    '    cluster.master.execute(f"SET search_path = {schema}")\n'
                    "    grant_to_my_dbo(cluster)\n    rds_s3"
                ),
            ),
        ),
    ),
    Fault(
        "the roles for S3 stay associated",
        _S3 + "test_role_is_needed",
        (('    rds_db.remove_role("s3Import")\n    rds_db.remove_role("s3Export")\n', ""),),
    ),
    Fault(
        "the brace of the handler is closed",
        _LAMBDA + "test_handler",
        (('compile(HANDLER, "lambda', 'compile(HANDLER + "    }", "lambda'),),
    ),
)

_CALLS = (
    Fault(
        "the wrapper returns the status in place of the payload",
        _LAMBDA + "test_wrapper",
        (("   SELECT payload INTO", "   SELECT status_code INTO"),),
    ),
    Fault(
        "master_dbo may call Lambda from the start",
        _LAMBDA + "test_wrapper_runs_as_its_caller",
        (("    wrapper()\n", '    wrapper()\n    grant(multi, "master_dbo")\n'),),
    ),
    Fault(
        "the bare name is looked for in master once more",
        _LAMBDA + "test_bare_name_is_found_in_master_only",
        (("multi.in_my_db()", "multi.in_master()"),),
    ),
    Fault(
        "the dbo of MyDB is a member of rds_superuser as well",
        _LAMBDA + "test_grant_does_not_reach_other_databases",
        (("multi.in_my_db()", "multi.in_master()"),),
    ),
    Fault(
        "the grant before aws_lambda is created is left out",
        _LAMBDA + "test_master_dbo_creates_it_after_the_grant",
        (
            (
                'multi.master.execute(sql.SQL("GRANT rds_superuser TO {}").format(multi.role("master_dbo")))',
                "pass",
            ),
        ),
    ),
)

_CLUSTER = (
    Fault(
        "the role is not attached to the cluster",
        _ACCESS + "test_procedure",
        (("            typist.add()\n", "            pass\n"),),
    ),
    Fault(
        "the role is attached for imports from S3",
        _ACCESS + "test_procedure",
        (("typist.add()", 'typist.add("--feature-name s3Import")'),),
    ),
    Fault(
        "the feature's name is written as it should be from the start",
        _ACCESS + "test_feature_is_needed",
        (("--feature-name lambda", "--feature-name Lambda"),),
    ),
    Fault(
        "the account of the document is one's own",
        _ACCESS + "test_account_is_ones_own",
        (('account="444455556666"', "account=ACCOUNT"),),
    ),
)

FAULTS = _NAMES_AND_S3 + _CALLS + _CLUSTER
