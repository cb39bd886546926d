"""``runbook.toml`` is read strictly: what is wrong is told by file and key, with what is allowed."""

from pathlib import Path

import pytest

from rdscheck.errors import ExitCode, UsageError
from rdscheck.runbook.acting import Configuration, Expectation
from rdscheck.runbook.binding.configuration import beside, configuration_of, declared, load, parse_bind

WHOLE = """
setup = ["sql/tables.sql"]
instances = ["source-instance", "target-instance"]
database = "labdb"
seconds = 120

[bind]
"********" = "s3cret"
your-instance = "lab"

[functions]
my-function = "hello.py"

[started]
Source-Instance = ["sql/tables.sql"]

[parameters]
"rds.logical_replication" = 1
shared_preload_libraries = "pgaudit"

[masks]
'run \\d+' = "run N"
'secret' = ""

[[expected]]
line = 12
verdict = "passed, output differs"
reason = "the page's own output is of 13"

[[skip]]
line = 30
reason = "takes an hour"
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "sql").mkdir()
    (tmp_path / "sql" / "tables.sql").write_text("create table t (a int);")
    (tmp_path / "hello.py").write_text("def lambda_handler(event, context): return event")
    return tmp_path


def written(directory: Path, text: str, name: str = "page.runbook.toml") -> Path:
    path = directory / name
    path.write_text(text)
    return path


def test_a_whole_file_is_read(directory: Path) -> None:
    found = load(written(directory, WHOLE))
    assert found == Configuration(
        bind={"********": "s3cret", "your-instance": "lab"},
        setup=(str(directory / "sql" / "tables.sql"),),
        functions={"my-function": str(directory / "hello.py")},
        parameters={"rds.logical_replication": "1", "shared_preload_libraries": "pgaudit"},
        started={"source-instance": (str(directory / "sql" / "tables.sql"),)},
        instances=("source-instance", "target-instance"),
        database="labdb",
        seconds=120.0,
        masks={r"run \d+": "run N", "secret": ""},
        expected=(Expectation(12, "passed, output differs", "the page's own output is of 13"),),
        skip={30: "takes an hour"},
    )


def test_all_of_it_may_be_missing(directory: Path) -> None:
    assert load(written(directory, "")) == Configuration()


EXPECTED = '[[expected]]\nline = {line}\nverdict = {verdict}\nreason = "r"\n'


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("binds = {}", r"binds: no such key \(there may be bind, database, expected"),
        ("bind = 1", r"bind: a number where a table belongs"),
        ("[bind]\na = 1", r"bind\.a: a number where text belongs"),
        ("[bind]\na = ''", r"bind\.a: empty text where text belongs"),
        ("[bind.a]\nb = 'c'", r"bind\.a: a table where text belongs"),
        ("setup = 'x.sql'", r"setup: text where a list belongs"),
        ("setup = ['none.sql']", r"setup\[0\]: there is no file .*none\.sql"),
        ("setup = ['../x.sql']", r"setup\[0\]: \.\./x\.sql leads out of"),
        ("setup = ['/etc/passwd']", r"setup\[0\]: /etc/passwd leads out of"),
        ("setup = ['sql']", r"setup\[0\]: there is no file"),
        ("setup = ['link.sql']", r"setup\[0\]: link\.sql leads out of"),
        ("started = 'x.sql'", r"started: text where a table belongs"),
        ("[started]\n-x = ['sql/tables.sql']", r"started\.-x: -x is no identifier of an instance"),
        ("[started]\nx = 'sql/tables.sql'", r"started\.x: text where a list belongs"),
        ("[started]\nx = ['../x.sql']", r"started\.x\[0\]: \.\./x\.sql leads out of"),
        ("[functions]\nf = '../../etc/passwd'", r"functions\.f: .* leads out of"),
        ("[parameters]\na = true", r"parameters\.a: true or false where text belongs"),
        ("instances = ['-x']", r"instances\[0\]: -x is no identifier of an instance"),
        ("instances = ['x', 'x']", r"instances: one comes twice"),
        ("database = 'a;b'", r"database: a;b does not fit"),
        ("seconds = 0", r"seconds: not a time limit"),
        ("seconds = true", r"seconds: not a time limit"),
        ("seconds = nan", r"seconds: not a time limit"),
        ("seconds = '1'", r"seconds: not a time limit"),
        ("[masks]\n'(' = 'x'", r"masks\.\(: not a regular expression: .*\(they are those of Python's re\)"),
        ("[masks]\n'x*' = 'x'", r"masks\.x\*: matches the empty text"),
        ("[masks]\nx = 1", r"masks\.x: a number where text belongs"),
        ("masks = []", r"masks: a list where a table belongs"),
        ("expected = {}", r"expected: a table where tables belong"),
        ("[[expected]]\nline = 1", r"expected\[0\]\.reason: is missing"),
        (EXPECTED.format(line=0, verdict="'failed'"), r"expected\[0\]\.line: .* line number"),
        (
            EXPECTED.format(line=1, verdict="'fails'"),
            r"expected\[0\]\.verdict: no verdict is 'fails' .*not a command",
        ),
        (EXPECTED.format(line=1, verdict=1), r"expected\[0\]\.verdict: a number where text belongs"),
        (EXPECTED.format(line=1, verdict="'failed'") * 2, r"expected\[1\]\.line: line 1 comes twice"),
        (
            EXPECTED.format(line=1, verdict="'failed'") + "pg = 18",
            r"expected\[0\]\.pg: a number where a list",
        ),
        (EXPECTED.format(line=1, verdict="'failed'") + "pg = ['x']", r"expected\[0\]\.pg\[0\]: text where"),
        (
            (EXPECTED.format(line=1, verdict="'failed'") + "pg = [18]\n") * 2,
            r"expected\[1\]\.line: line 1 comes twice",
        ),
        (
            "[[skip]]\nline = 1\nreason = 'r'\nwhy = 'w'",
            r"skip\[0\]\.why: no such key \(there may be line, reason\)",
        ),
        (
            "[[skip]]\nline = 1\nreason = 'r'\n[[skip]]\nline = 1\nreason = 's'",
            r"skip\[1\]\.line: line 1 comes twice",
        ),
        ("database = 1979-05-27", r"database: a date or time where text belongs"),
        ("a = ", r"not TOML"),
    ],
)
def test_what_is_wrong_is_told_by_file_and_key(directory: Path, text: str, says: str) -> None:
    (directory / "link.sql").symlink_to("/etc/hostname")
    path = written(directory, text)
    with pytest.raises(UsageError, match=says) as caught:
        load(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    assert caught.value.exit_code is ExitCode.USAGE


def test_a_file_that_is_not_there_is_told(directory: Path) -> None:
    with pytest.raises(UsageError, match=r"none\.toml: No such file"):
        load(directory / "none.toml")


def test_a_page_s_own_file_comes_before_the_one_of_the_directory(directory: Path) -> None:
    page = written(directory, "# Page", "page.md")
    assert configuration_of(page) == Configuration()
    shared = written(directory, '["page.md"]\nseconds = 1\n["other.md"]\nseconds = 2', "runbook.toml")
    assert beside(page) == shared
    assert configuration_of(page).seconds == 1
    assert configuration_of(directory / "third.md") == Configuration()
    own = written(directory, "seconds = 3")
    assert beside(page) == own
    assert configuration_of(page).seconds == 3
    assert configuration_of(page, shared).seconds == 1


def test_tables_of_other_pages_are_checked_too(directory: Path) -> None:
    shared = written(directory, '["page.md"]\nseconds = 1\n["other.md"]\nsecond = 2', "runbook.toml")
    with pytest.raises(UsageError, match=r"other\.md\.second: no such key"):
        load(shared, "page.md")


def test_a_file_is_of_one_page_or_of_several(directory: Path) -> None:
    mixed = written(directory, 'seconds = 1\n["page.md"]\nseconds = 1', "runbook.toml")
    with pytest.raises(UsageError, match=r"seconds: no such key \(there may be page\.md\)"):
        load(mixed, "page.md")
    several = written(directory, '["a.md"]\n["b.md"]', "runbook.toml")
    with pytest.raises(UsageError, match=r"has tables for a\.md, b\.md \(say which page is meant\)"):
        load(several)


def test_pyproject_names_pages(directory: Path) -> None:
    for name in ("a.md", "b.md"):
        written(directory, "# Page", name)
    written(directory, "seconds = 5", "a.runbook.toml")
    pyproject = written(
        directory,
        '[tool.rdscheck.runbooks]\npages = ["a.md", { file = "b.md", seconds = 7, bind = { x = "y" } }]',
        "pyproject.toml",
    )
    found = declared(pyproject)
    assert [(one.page, one.configuration.seconds) for one in found] == [
        (directory / "a.md", 5.0),
        (directory / "b.md", 7.0),
    ]
    assert found[1].configuration.bind == {"x": "y"}


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("pages = 'a.md'", r"tool\.rdscheck\.runbooks\.pages: text where a list belongs"),
        ("page = ['a.md']", r"tool\.rdscheck\.runbooks\.page: no such key"),
        ("pages = ['none.md']", r"pages\[0\]: there is no file"),
        ("pages = ['../x.md']", r"pages\[0\]: \.\./x\.md leads out of"),
        ("pages = ['a.md', 'a.md']", r"pages\[1\]: a\.md comes twice"),
        ("pages = [{ seconds = 1 }]", r"pages\[0\]: file is missing"),
        ("pages = [{ file = 'a.md', second = 1 }]", r"pages\[0\]\.second: no such key"),
        ("pages = [1]", r"pages\[0\]: a number where text belongs"),
    ],
)
def test_a_wrong_table_of_pyproject_is_told(directory: Path, text: str, says: str) -> None:
    written(directory, "# Page", "a.md")
    with pytest.raises(UsageError, match=says):
        declared(written(directory, f"[tool.rdscheck.runbooks]\n{text}", "pyproject.toml"))


def test_a_pyproject_without_the_table_names_none(directory: Path) -> None:
    assert declared(written(directory, "[tool.ruff]\nline-length = 100", "pyproject.toml")) == ()


def test_a_binding_of_the_command_line_is_parted_at_its_first_equals_sign() -> None:
    assert parse_bind("<key>=a=b") == ("<key>", "a=b")
    for wrong in ("name", "=value", "name="):
        with pytest.raises(UsageError, match="not NAME=VALUE"):
            parse_bind(wrong)


def test_a_block_may_be_expected_differently_on_each_major(tmp_path: Path) -> None:
    path = tmp_path / "runbook.toml"
    one = EXPECTED.format(line=1, verdict="'failed'")
    other = EXPECTED.format(line=1, verdict="'not runnable here'")
    path.write_text(f"{one}pg = [18]\n{other}pg = [13, 15]\n", encoding="utf-8")
    assert [found.majors for found in load(path).expected] == [(18,), (13, 15)]
