"""Faults in what DuckDB is told; tried where the extra duckdb is installed."""

from tests.mutations.extensions.fault import Fault

_ATTACH, _DATA, _IAM = (
    "duckdb_client/test_attach.py::",
    "duckdb_client/test_data.py::",
    "duckdb_client/test_iam.py::",
)
_TOKENS = "rdscheck/aws/tokens.py"

FAULTS = (
    Fault(
        "the changed extension is the unchanged one",
        _ATTACH + "test_extension_is_signed",
        (("content[len(content) // 2] ^= 1", "pass"),),
    ),
    Fault(
        "the secret is never created",
        _ATTACH + "test_secret",
        (('secret(duck, "rds_secret", database)', "pass"),),
    ),
    Fault(
        "the string names the master user again",
        _ATTACH + "test_string_wins_over_secret",
        (("'user={name} password={password}'", "''"),),
    ),
    Fault(
        "the file of passwords is not written",
        _ATTACH + "test_password_file",
        (("file.chmod(0o600)", "file.write_text('')"),),
    ),
    Fault(
        "the host is given after all",
        _ATTACH + "test_default_host",
        (("'dbname=postgresscanner port=1'", "'host=127.0.0.1 dbname=postgresscanner port=1'"),),
    ),
    Fault(
        "READ_ONLY is left out",
        _DATA + "test_read_only",
        (('items.attach("ro", "READ_ONLY")', 'items.attach("ro")'),),
    ),
    Fault(
        "the file is copied into the table it came from",
        _DATA + "test_copy",
        (("COPY postgres_db.again FROM '{file}'", "COPY postgres_db.item FROM '{file}'"),),
    ),
    Fault(
        "the transaction is committed",
        _DATA + "test_transaction",
        (('items.run("ROLLBACK")', 'items.run("COMMIT")'),),
    ),
    Fault(
        "one value changes on its way",
        _DATA + "test_types",
        (
            (
                "local AS FROM postgres_db.source",
                "local AS SELECT * REPLACE (i + 1 AS i) FROM postgres_db.source",
            ),
        ),
    ),
    Fault(
        "the reader may write",
        _DATA + "test_rights",
        (("GRANT SELECT ON item", "GRANT ALL ON item"),),
    ),
    Fault(
        "the Postgres secret names no secret of TYPE rds",
        _IAM + "test_secret",
        (("SSLMODE require, AWS_RDS_SECRET aws_rds)", "SSLMODE require)"),),
    ),
    Fault(
        "the access key of the moment is still the old one",
        _IAM + "test_token_is_made_anew",
        (("    use(keys, monkeypatch)\n", ""),),
    ),
    Fault(
        "the policy is not told",
        _IAM + "test_policy",
        (('("allow", self.allow), ("deny", self.deny)', '("allow", self.allow), ("deny", ())'),),
        file=_TOKENS,
    ),
)
