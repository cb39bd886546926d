"""Server logs as records: both formats by themselves, and read from running servers."""

from collections.abc import Iterator
from datetime import UTC, datetime
from secrets import token_hex

import psycopg
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rdscheck.model import Version
from rdscheck.sandbox.engines import choose
from rdscheck.sandbox.instance import Instance
from rdscheck.sandbox.logs import AuditRecord, LogError, LogReader, LogRecord, Mark, from_csvlog, from_stderr
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.sandbox.places import place

AT = "2026-11-20 14:05:29 UTC"
HEAD = f"{AT}:10.0.0.7(5012):app@shop:[97]:"
TIME = datetime(2026, 11, 20, 14, 5, 29, tzinfo=UTC)


def one(text: str) -> LogRecord:
    (record,) = from_stderr(text)
    return record


def test_a_line_of_standard_error() -> None:
    assert one(f"{HEAD}LOG:  AUDIT: SESSION,1\n") == LogRecord(
        TIME, "10.0.0.7", "app", "shop", 97, "LOG", "AUDIT: SESSION,1", port=5012
    )


@pytest.mark.parametrize(
    ("middle", "host", "port", "user", "database"),
    [
        ("10.0.0.7(5012):app@shop", "10.0.0.7", 5012, "app", "shop"),
        ("::1(5012):app@shop", "::1", 5012, "app", "shop"),
        ("fe80::1%eth0(1):app@shop", "fe80::1%eth0", 1, "app", "shop"),
        ("[local]:app@shop", "[local]", None, "app", "shop"),
        (":@", "", None, "", ""),
        ("web.example.com(80):app@shop", "web.example.com", 80, "app", "shop"),
        ("10.0.0.7(5012):[unknown]@[unknown]", "10.0.0.7", 5012, "[unknown]", "[unknown]"),
        ("10.0.0.7(5012):jo@EXAMPLE.COM@shop", "10.0.0.7", 5012, "jo@EXAMPLE.COM", "shop"),
        ("10.0.0.7(5012):a:[b@my shop", "10.0.0.7", 5012, "a:[b", "my shop"),
    ],
)
def test_whose_line_it_is(middle: str, host: str, port: int | None, user: str, database: str) -> None:
    record = one(f"{AT}:{middle}:[97]:FATAL:  no\n")
    assert (record.host, record.port, record.user, record.database) == (host, port, user, database)
    assert (record.pid, record.severity, record.message) == (97, "FATAL", "no")


def test_parts_belong_to_their_message() -> None:
    records = from_stderr(
        f"{HEAD}ERROR:  first\n\tgoes on\n\t\tindented\n\t\n"
        f"{HEAD}DETAIL:  why\n{HEAD}HINT:  do\n\tthat\n{HEAD}QUERY:  inner\n"
        f"{HEAD}CONTEXT:  where\n{HEAD}STATEMENT:  SELECT\n\t1\n{HEAD}LOG:  second\n"
    )
    assert [record.message for record in records] == ["first\ngoes on\n\tindented\n", "second"]
    first, second = records
    assert (first.detail, first.hint, first.query) == ("why", "do\nthat", "inner")
    assert (first.context, first.statement) == ("where", "SELECT\n1")
    assert (second.detail, second.statement) == ("", "")


def test_what_is_no_record_is_left_out() -> None:
    other = HEAD.replace("[97]", "[98]")
    text = (
        f"\tthe end of something\n{HEAD}DETAIL:  of a message before\nconfigure: no such setting\n"
        f"{HEAD}LOG:  one\nplain text\n\tgoing on\n{other}DETAIL:  of somebody else\n{HEAD}LOUD:  two\n"
    )
    assert [(record.message, record.detail) for record in from_stderr(text)] == [("one", "")]
    assert from_stderr("") == []


def test_only_line_feeds_end_a_line() -> None:
    text = "a\rb\x0bc\x0cd\x1ce\x85f\u2028g"
    assert one(f"{HEAD}LOG:  {text}\n").message == text


def test_a_message_that_looks_like_a_line() -> None:
    assert one(f"{HEAD}LOG:  x:[1]:ERROR:  y@z\n").message == "x:[1]:ERROR:  y@z"


@pytest.mark.parametrize(
    ("rest", "application"),
    [
        ("5:22012:2026-11-20 14:05:20 UTC:3/12:0:691f2b4c.61:psql", "psql"),
        ("5:22012:2026-11-20 14:05:20 UTC:3/12:741:691f2b4c.61:", ""),
        ("5:22012:2026-11-20 14:05:20 UTC::0:691f2b4c.61:PostgreSQL JDBC: 42", "PostgreSQL JDBC: 42"),
    ],
)
def test_the_longer_prefix(rest: str, application: str) -> None:
    head = f"2026-11-20 14:05:29.125 UTC:10.0.0.7(5012):app@shop:[97]:{rest}"
    (record,) = from_stderr(f"{head}ERROR:  no\n{head}DETAIL:  why\n")
    assert (record.time.microsecond, record.sqlstate, record.application) == (125000, "22012", application)
    assert (record.user, record.severity, record.message, record.detail) == ("app", "ERROR", "no", "why")


def test_the_shorter_prefix_knows_no_application() -> None:
    assert (one(f"{HEAD}LOG:  x\n").sqlstate, one(f"{HEAD}LOG:  x\n").application) == ("", "")


def test_other_time_zones_are_refused() -> None:
    with pytest.raises(LogError, match="zone CET"):
        from_stderr(f"{HEAD}LOG:  x\n".replace("UTC", "CET"))


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
NAME = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\n"))


@given(TEXT, TEXT, TEXT, NAME, NAME.filter(lambda name: "@" not in name))
def test_standard_error_read_back(
    message: str, detail: str, statement: str, user: str, database: str
) -> None:
    assume(":[" not in f"{user}@{database}")
    head = f"{AT}:10.0.0.7(5012):{user}@{database}:[97]:"
    parts = {"ERROR": message, "DETAIL": detail, "STATEMENT": statement}
    written = "".join(f"{head}{kind}:  " + text.replace("\n", "\n\t") + "\n" for kind, text in parts.items())
    assert from_stderr(written * 2) == 2 * [
        LogRecord(
            TIME, "10.0.0.7", user, database, 97, "ERROR", message, detail, statement=statement, port=5012
        )
    ]


def csv_line(columns: int = 26, **values: str) -> str:
    """Write a record as PostgreSQL's csvlog.c does: texts in quotes, nothing for what is missing."""
    row = dict.fromkeys(map(str, range(columns)), "")
    row |= {"0": f"{AT[:19]}.123 UTC", "3": "97", "11": "ERROR", "12": "42P01"}
    quoted = {"1", "2", "4", "13", "14", "15", "16", "18", "19", "22"}
    row |= {key.removeprefix("c"): value for key, value in values.items()}
    return (
        ",".join(
            '"' + value.replace('"', '""') + '"' if key in quoted and value else value
            for key, value in row.items()
        )
        + "\n"
    )


@pytest.mark.parametrize("columns", [24, 26])
def test_a_record_of_csvlog(columns: int) -> None:
    texts = {"c13": "no\nsuch", "c14": '"x"', "c15": "h", "c18": "c", "c19": "s", "c22": "psql"}
    line = csv_line(columns, c1="app", c2="shop", c4="::1:5012", **texts)
    (record,) = from_csvlog(line)
    assert record == LogRecord(
        TIME.replace(microsecond=123000), "::1", "app", "shop", 97, "ERROR", "no\nsuch", '"x"', "h",
        context="c", statement="s", port=5012, sqlstate="42P01", application="psql",
    )  # fmt: skip


def test_csvlog_of_the_server_itself() -> None:
    (background,) = from_csvlog(csv_line(c13="checkpoint"))
    (local,) = from_csvlog(csv_line(c4="[local]", c13="x"))
    assert (background.host, background.port, background.user) == ("", None, "")
    assert (local.host, local.port) == ("[local]", None)


def test_a_record_still_being_written_is_left_out() -> None:
    whole, half = csv_line(c13="one\ntwo"), csv_line(c13='three\n"four"\nfive')
    for length in range(len(half)):
        assert [each.message for each in from_csvlog(whole + half[:length])] == ["one\ntwo"], length
    assert len(from_csvlog(whole + half)) == 2
    assert from_csvlog(half[:10]) == []


def test_csvlog_of_another_server_is_refused() -> None:
    for columns in (23, 27):
        with pytest.raises(LogError, match=f"with {columns} columns"):
            from_csvlog(csv_line(columns, c13="x"))


@given(TEXT, TEXT, TEXT, NAME)
def test_csvlog_read_back(message: str, detail: str, statement: str, user: str) -> None:
    written = csv_line(c1=user, c13=message, c14=detail, c19=statement) * 2
    assert [(each.user, each.message, each.detail, each.statement) for each in from_csvlog(written)] == 2 * [
        (user, message, detail, statement)
    ]


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (
            "AUDIT: SESSION,3,1,READ,SELECT,,,select 1;,<not logged>",
            AuditRecord("SESSION", 3, 1, "READ", "SELECT", "", "", "select 1;", "<not logged>"),
        ),
        (
            "AUDIT: SESSION,2,1,READ,SELECT,,,\"select 1, 'a,b';\",<not logged>,3",
            AuditRecord("SESSION", 2, 1, "READ", "SELECT", "", "", "select 1, 'a,b';", "<not logged>", 3),
        ),
        (
            'AUDIT: OBJECT,25,2,WRITE,UPDATE,TABLE,public.a,"update ""a""\nset",<none>',
            AuditRecord("OBJECT", 25, 2, "WRITE", "UPDATE", "TABLE", "public.a", 'update "a"\nset', "<none>"),
        ),
    ],
)  # fmt: skip
def test_audit_records(message: str, expected: AuditRecord) -> None:
    assert AuditRecord.parse(message) == expected
    assert one(f"{HEAD}LOG:  " + message.replace("\n", "\n\t") + "\n").audit == expected


@pytest.mark.parametrize(
    ("parameter", "expected"),
    [
        ("<not logged>", None),
        ("<previously logged>", None),
        ("<none>", ()),
        ('"1,""he,llo"""', ("1", "he,llo")),
        ("", ("",)),
        ('"1,,2"', ("1", "", "2")),
    ],
)
def test_parameters(parameter: str, expected: tuple[str, ...] | None) -> None:
    assert AuditRecord.parse(f"AUDIT: SESSION,1,1,READ,SELECT,,,x,{parameter}").parameters == expected


@pytest.mark.parametrize(
    "message",
    [
        "SESSION,1,1,READ,SELECT,,,x,y",
        "AUDIT: ",
        "AUDIT: SESSION,1,1,READ,SELECT,,,x",
        "AUDIT: SESSION,1,1,READ,SELECT,,,x,y,1,2",
        "AUDIT: OTHER,1,1,READ,SELECT,,,x,y",
        "AUDIT: SESSION,a,1,READ,SELECT,,,x,y",
        "AUDIT: SESSION,1,1,READ,SELECT,,,x,y,many",
    ],
)
def test_what_is_no_audit_record(message: str) -> None:
    with pytest.raises(LogError):
        AuditRecord.parse(message)


def as_pgaudit(text: str) -> str:
    """Quote as append_valid_csv of pgAudit does."""
    return '"' + text.replace('"', '""') + '"' if any(mark in text for mark in ',"\n\r') else text


@given(TEXT, st.lists(TEXT, min_size=1), TEXT, st.none() | st.integers(0))
def test_audit_records_read_back(statement: str, values: list[str], name: str, rows: int | None) -> None:
    parameter = as_pgaudit(",".join(map(as_pgaudit, values)))
    assume(parameter not in {"<not logged>", "<previously logged>", "<none>"})
    fields = [
        "SESSION",
        "7",
        "1",
        "READ",
        "SELECT",
        "TABLE",
        as_pgaudit(name),
        as_pgaudit(statement),
        parameter,
    ]
    fields += [] if rows is None else [str(rows)]
    found = AuditRecord.parse("AUDIT: " + ",".join(fields))
    assert (found.statement, found.object_name, found.rows) == (statement, name, rows)
    assert found.parameters == tuple(values)


def test_long_statements() -> None:
    text = "x" * 300_000
    assert AuditRecord.parse(f'AUDIT: SESSION,1,1,READ,SELECT,,,"{text},",<none>').statement == f"{text},"
    assert from_csvlog(csv_line(c13=text))[0].message == text


#: The other prefix a parameter group takes from 16 on.
LONGER = "%m:%r:%u@%d:[%p]:%l:%e:%s:%v:%x:%c:%q%a"


@pytest.fixture(
    scope="module",
    params=["local-stderr", "docker-stderr", "docker-longer", "local-csvlog", "docker-csvlog"],
)
def server(request: pytest.FixtureRequest) -> Iterator[Instance]:
    engine, _, form = str(request.param).partition("-")
    name, major = place(engine)
    run = RunDir.create(Owner.me())
    found = Pool(run, choose(name)).dedicated(Instance, Version(major))
    if form == "csvlog":
        with found.admin() as admin:
            admin.execute("ALTER SYSTEM SET logging_collector = on")
            admin.execute("ALTER SYSTEM SET log_destination = 'stderr,csvlog'")
        found.reboot()
    if form == "longer":
        if major < 16:
            pytest.skip("up to 15 a parameter group has one prefix")
        found.modify({"log_line_prefix": LONGER})
    yield found
    end_run(run)


def say(conn: "psycopg.Connection[tuple[object, ...]]", text: str) -> None:
    literal = text.replace("'", "''")
    conn.execute(f"DO $do$ BEGIN RAISE LOG '%', '{literal}'; END $do$")


def test_a_session_finds_its_own_records(server: Instance) -> None:
    with server.connect(application_name="till 7:LOG") as mine, server.connect() as other:
        pid = mine.info.backend_pid
        say(mine, "before")
        mark = server.logs.mark()
        say(mine, 'one\n\ttwo, "three"')
        say(other, "not mine")
        with pytest.raises(psycopg.Error):
            mine.execute("SELECT 1 / 0 AS oops")
        found = server.logs.since(mark, pid=pid)
        everybody = server.logs.since(mark, database="postgres", user="postgres")
    assert [each.message for each in found] == ['one\n\ttwo, "three"', "division by zero"]
    assert (found[1].severity, found[1].statement) == ("ERROR", "SELECT 1 / 0 AS oops")
    assert {each.message for each in everybody} == {each.message for each in found} | {"not mine"}
    assert (found[0].user, found[0].database, found[0].pid) == ("postgres", "postgres", pid)
    assert found[0].host
    assert found[0].port
    if any(each.sqlstate for each in found):  # neither is in the prefix RDS has by default
        assert [each.sqlstate for each in found] == ["00000", "22012"]
        assert {each.application for each in found} == {"till 7:LOG"}
    assert "PL/pgSQL" in found[0].context


def test_detail_and_hint(server: Instance) -> None:
    mark = server.logs.mark()
    with server.connect() as conn, pytest.raises(psycopg.Error):
        conn.execute("DO $$ BEGIN RAISE 'what' USING DETAIL = E'why\\n2', HINT = 'how'; END $$")
    (error,) = [each for each in server.logs.since(mark) if each.severity == "ERROR"]
    assert (error.message, error.detail, error.hint) == ("what", "why\n2", "how")


def test_nothing_logged_is_known_at_once(server: Instance) -> None:
    with server.connect() as conn:
        mark = server.logs.mark()
        conn.execute("SELECT 1")
        assert server.logs.since(mark, pid=conn.info.backend_pid) == []
        assert server.logs.audits(mark) == []


def test_records_that_come_late_are_waited_for(server: Instance) -> None:
    token = token_hex(8)
    with server.connect() as conn:
        say(conn, token)
    behind = iter(["", "", server.log()])  # what standard error may show before it shows all
    reader = LogReader(server, lambda last: next(behind, None) or server.log(last))
    assert token in [each.message for each in reader.records()]
    assert not any(each.message.startswith("rdscheck: mark") for each in server.logs.records())


@pytest.mark.parametrize("count", [150, 3_000, 15_000])
def test_many_records_are_all_found(server: Instance, count: int) -> None:
    with server.connect() as conn:
        mark = server.logs.mark()
        conn.execute(f"DO $$ BEGIN FOR n IN 1 .. {count} LOOP RAISE LOG 'number %', n; END LOOP; END $$")
        found = server.logs.since(mark, pid=conn.info.backend_pid)
    assert [each.message for each in found] == [f"number {number}" for number in range(1, count + 1)]


@pytest.mark.parametrize("length", [4_000, 20_000, 200_000])
def test_long_messages_are_whole(server: Instance, length: int) -> None:
    text = "".join(chr(97 + number % 26) for number in range(length))
    with server.connect() as conn:
        mark = server.logs.mark()
        say(conn, text)
        found = server.logs.since(mark, pid=conn.info.backend_pid)
    assert [each.message for each in found] == [text]


def test_waiting_for_a_record(server: Instance) -> None:
    mark = server.logs.mark()
    with server.connect() as conn:
        say(conn, "ready at last")
        found = server.logs.wait(mark, lambda each: each.message.startswith("ready"))
        assert found.pid == conn.info.backend_pid
        with pytest.raises(LogError, match=r"within 0\.2 s"):
            server.logs.wait(mark, lambda each: each.message == "never", seconds=0.2)


def test_a_lost_mark_is_told(server: Instance) -> None:
    with pytest.raises(LogError, match="no longer shows the mark"):
        server.logs.since(Mark("rdscheck: mark of another server"))
