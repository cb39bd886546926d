"""Log files through the API: listed, downloaded whole and in portions."""

import re
from typing import Any

import psycopg
import pytest

from rdscheck import Basis, claim, rests_on, scenario

API = "https://docs.aws.amazon.com/AmazonRDS/latest/APIReference"
PORTION = f"{API}/API_DownloadDBLogFilePortion.html"
pytestmark = scenario(
    "aws/logs",
    title="Read the server log through the API",
    docs="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.Viewing.html",
    since=13,
    needs=("rdsutils",),
    basis=Basis.EMULATED,
)
INSTANCE = {"DBInstanceIdentifier": "your-db-instance"}


@pytest.fixture
def name(lab: Any) -> str:
    """Start an instance whose log has five errors, and name the newest file of it."""
    with lab.start().recorded() as master:
        for number in range(5):
            with pytest.raises(psycopg.errors.DivisionByZero):
                master.execute(f"SELECT {number} / 0")
    return str(lab.rds.describe_db_log_files(**INSTANCE)["DescribeDBLogFiles"][-1]["LogFileName"])


def portion(lab: Any, name: str, **arguments: Any) -> Any:
    """Download a portion of a file."""
    return lab.rds.download_db_log_file_portion(**INSTANCE, LogFileName=name, **arguments)


@claim(source=f"{API}/API_DescribeDBLogFiles.html", certainty="documented")
def test_files_are_listed_by_hour(lab: Any, name: str) -> None:
    """There is a file for each hour, error/postgresql.log.DATE-HOUR, with its size and last change."""
    found = lab.rds.describe_db_log_files(**INSTANCE, FilenameContains="postgresql")["DescribeDBLogFiles"]
    assert re.fullmatch(r"error/postgresql\.log\.\d{4}-\d\d-\d\d-\d\d", name)
    assert [one["LogFileName"] for one in found][-1] == name
    assert all(one["Size"] > 0 and one["LastWritten"] > 1_600_000_000_000 for one in found)
    assert lab.rds.describe_db_log_files(**INSTANCE, FileSize=10**12)["DescribeDBLogFiles"] == []


@claim(source=PORTION, certainty="documented")
def test_the_end_comes_without_a_marker(lab: Any, name: str) -> None:
    """Without a marker NumberOfLines gives the last lines of a file."""
    lines = portion(lab, name, NumberOfLines=2)["LogFileData"].splitlines()
    assert [line.partition("]:")[2] for line in lines] == [
        "ERROR:  division by zero",
        "STATEMENT:  SELECT 4 / 0",
    ]


@claim(source=PORTION, certainty="documented")
def test_portions_from_marker_0_make_up_the_file(lab: Any, name: str) -> None:
    """From marker 0 on, each answer's marker leads to the next portion, until no data is pending."""
    parts, marker, more = [], "0", True
    while more:
        part = portion(lab, name, Marker=marker, NumberOfLines=3)
        parts.append(part["LogFileData"])
        assert part["LogFileData"].count("\n") <= 3
        marker, more = part["Marker"], part["AdditionalDataPending"]
    whole = "".join(parts)
    assert [number for number in range(5) if f"STATEMENT:  SELECT {number} / 0\n" in whole] == [0, 1, 2, 3, 4]
    assert len(parts) > 3


@claim(source=PORTION, certainty="documented")
@rests_on("control-plane-error-texts")
def test_a_file_that_is_not_there_is_told(lab: Any, name: str, refused_by_api: Any) -> None:
    """A file of another name is not found."""
    download = lab.rds.download_db_log_file_portion
    refused_by_api("DBLogFileNotFoundFault", download, 404, **INSTANCE, LogFileName=f"{name}x")
