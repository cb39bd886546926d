"""Small runs by hand, and one as large as a real scenario."""

from typing import Any

from rdscheck.model import (
    Basis,
    Deviation,
    DocumentationFinding,
    Environment,
    Guide,
    GuideStep,
    NotRun,
    Outcome,
    Run,
    Scenario,
    Status,
    Step,
)

GUIDE = "https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/"

EXPORT = Scenario(
    id="s3/export",
    title="Export query results to S3",
    docs=GUIDE + "postgresql-s3-export.html",
    document="Export Data to S3 Using a Stored Procedure",
    since=13,
    needs=("aws_s3",),
)
TRUSTED = Scenario(id="extensions/trusted", title="Install a trusted extension", docs=GUIDE + "trusted.html")


def outcome(claim: str = "test_it", status: Status = Status.PASSED, **more: Any) -> Outcome:
    values: dict[str, Any] = {
        "scenario": "s3/export",
        "title": "It holds",
        "version": "15",
        "basis": Basis.STAND_IN,
        **more,
    }
    return Outcome(claim=claim, status=status, **values)


def run(*outcomes: Outcome, **more: Any) -> Run:
    values: dict[str, Any] = {"scenarios": (EXPORT,), "environments": (environment("15"),), **more}
    return Run(outcomes=outcomes, **values)


def environment(version: str, **more: Any) -> Environment:
    values: dict[str, Any] = {
        "server": f"{version}.18",
        "engine": "docker",
        "base": "debian:bookworm-slim",
        "s3": "moto 5.2.5",
        "extensions": (("aws_s3", "1.2, stand-in"), ("aws_commons", "1.2, stand-in")),
        "emulates": f"RDS for PostgreSQL {version}.19",
        **more,
    }
    return Environment(version=version, **values)


DEVIATION = Deviation(
    key="s3-region-unchecked",
    subject="Exporting to a bucket in another Region",
    rds="refuses with PermanentRedirect, see " + GUIDE + "postgresql-s3-export.html",
    ours="moto accepts the object whatever the Region",
    certainty="known",
    evidence="tests/aws/test_differences.py against moto 5.2.5",
)
GUESS = Deviation(
    key="empty-export-writes-object",
    subject="Exporting no rows",
    rds="not documented",
    ours="one object of 0 bytes is written, files_uploaded is 1",
    certainty="guessed",
    evidence="no report from a real instance was found",
)
WRONG_FEATURE = DocumentationFinding(
    key="s3-export-feature-name",
    document="Export Data to S3 Using a Stored Procedure, section 1",
    says="--feature-name S3_EXPORT",
    observed="InvalidFeatureName: the engine offers s3Export, s3Import and Lambda",
    advice="write --feature-name s3Export; the name is case-sensitive",
    source=GUIDE + "postgresql-s3-export-access-bucket.html",
)
WRONG_SUFFIX = DocumentationFinding(
    key="s3-export-part-suffix",
    document="Export Data to S3 Using a Stored Procedure, section 5",
    says="files after a split are named `_partXX`, the first included",
    observed="the first file keeps the key as given, the second is key_part2",
    advice="list the prefix and expect key, key_part2, key_part3",
    source=GUIDE + "postgresql-s3-export.html",
)

EXPORT_GUIDE = Guide(
    id="s3/procedure",
    title="Export to S3 with a stored procedure",
    docs=GUIDE + "postgresql-s3-export.html",
    steps=(
        GuideStep("1", "a", "Associate a role", ("s3/export::test_feature_name",)),
        GuideStep("1", "b", "Look at the console", (), "nothing of it can be run"),
        GuideStep("2", "a", "Export | import", ("s3/export::test_kms_key", "s3/export::test_claim_00")),
        GuideStep("2", "b", "Wait", ("s3/export::test_never_written",)),
    ),
)

_CREATE = Step(
    "1. Install the extension as the master user", ("CREATE EXTENSION IF NOT EXISTS aws_s3 CASCADE",)
)
_EXPORT = """SELECT rows_uploaded, files_uploaded, bytes_uploaded
  FROM aws_s3.query_export_to_s3(
         'SELECT * FROM public.orders',
         aws_commons.create_s3_uri('my-export-bucket', 'exports/orders.csv', 'us-east-1'),
         options := 'format csv, header true')"""
_TITLES = (
    "The export writes every row the query returns",
    "An existing object of that name is overwritten",
    "A role without EXECUTE on the procedure is refused",
    "The query runs with the rights of the caller, not of the extension's owner",
    "options takes COPY options without parentheses",
    "A CSV header is written into the first file only",
    "A cancelled export leaves no object and no multipart upload",
    "statement_timeout ends an export that S3 keeps waiting",
)


def realistic() -> Run:
    """Two versions of one procedure with forty claims, and another one beside it."""
    outcomes = []
    for version in ("15", "17"):
        outcomes += [
            outcome(
                f"test_claim_{number:02}",
                title=_TITLES[number] if number < len(_TITLES) else f"COPY option set {number} is passed on",
                version=version,
                basis=Basis.REAL if number % 9 == 4 else Basis.STAND_IN,
                steps=(_CREATE, Step("2. Export the table", (_EXPORT, "-- rows 3, files 1, bytes 61"))),
            )
            for number in range(34)
        ]
        outcomes += _unusual(version)
        outcomes.append(
            outcome(
                "test_ordinary_role_installs_hstore",
                scenario="extensions/trusted",
                title="An ordinary role with CREATE on the database installs hstore",
                version=version,
                basis=Basis.REAL,
                steps=(Step("1. Create the extension", ("create extension hstore",)),),
            )
        )
    return Run(
        scenarios=(EXPORT, TRUSTED),
        outcomes=tuple(outcomes),
        environments=(environment("17"), environment("15")),
        not_run=(NotRun("14", "no engine offers it: no image postgres:14 and no server found"),),
        documentation_findings=(WRONG_SUFFIX, WRONG_FEATURE),
        deviations=(GUESS, DEVIATION),
        guides=(EXPORT_GUIDE,),
        rdscheck_version="0.1.0",
    )


def _unusual(version: str) -> list[Outcome]:
    failed = Status.FAILED if version == "15" else Status.PASSED
    return [
        outcome(
            "test_large_export_is_split",
            failed,
            title="An export past the limit is split at row borders",
            version=version,
            reason="AssertionError: the second file begins in the middle of a row\n"
            "assert 'ders,2024' == '1001,orders,2024'\n  - 1001,orders,2024\n  + ders,2024"
            if failed is Status.FAILED
            else "",
            steps=(
                _CREATE,
                Step(
                    "2. Export 20 MB with parts of 5 MB", (_EXPORT, "-- rows 200000, files 4, bytes 20971520")
                ),
            ),
        ),
        outcome(
            "test_wrong_region_is_refused",
            Status.DEVIATED,
            title="A bucket in another Region is refused",
            version=version,
            reason="AssertionError: no error was raised",
            deviations=(DEVIATION.key,),
            basis=Basis.EMULATED,
        ),
        outcome(
            "test_empty_result",
            title="An export of no rows says rows_uploaded 0",
            version=version,
            deviations=(GUESS.key,),
        ),
        outcome(
            "test_feature_name",
            title="The feature is named s3Export",
            version=version,
            basis=Basis.EMULATED,
            documentation_findings=(WRONG_FEATURE.key,),
            steps=(Step("1. Associate the role as the guide writes it", ("-- feature S3_EXPORT: refused",)),),
        ),
        outcome(
            "test_part_names",
            title="Later files are named _part2, _part3 and so on",
            version=version,
            documentation_findings=(WRONG_SUFFIX.key,),
        ),
        outcome(
            "test_kms_key",
            Status.ERRORED if version == "15" else Status.PASSED,
            title="kms_key encrypts the object with that key",
            version=version,
            reason="S3Unavailable: the S3 backend stopped answering" if version == "15" else "",
        ),
        outcome(
            "test_cross_account",
            Status.SKIPPED,
            title="A bucket of another account is refused",
            version=version,
            reason="moto knows one account only",
        ),
    ]
