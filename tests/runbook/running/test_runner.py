"""Each block gets one verdict, the right one."""

from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from rdscheck.errors import RdscheckError, UsageError
from rdscheck.model import Basis
from rdscheck.runbook.acting import Configuration, Done, Expectation
from rdscheck.runbook.model import Block, Judged, Kind, Page, Piece, Ran, Verdict
from rdscheck.runbook.running.runner import Runner, run
from rdscheck.runbook.running.surroundings import block_at
from tests.runbook.fake import FakeLab, FakeNames, page, refused

SQL, SHELL, OUTPUT = Kind.SQL, Kind.SHELL, Kind.OUTPUT


@dataclass
class AgedLab(FakeLab):
    """A lab whose extensions have a certain version and schemas."""

    aged: str = ""
    schemas: str = "partman"

    def run(self, kind: Kind, text: str, seconds: float) -> Done:
        if "FROM pg_catalog.pg_extension" in text:
            return Done(f" ?column? \n---\n rdscheck {self.aged} in {self.schemas}\n(1 row)\n")
        return super().run(kind, text, seconds)


def ran(a_page: Page, lab: FakeLab | None = None, names: FakeNames | None = None, **of: object) -> Ran:
    return run(a_page, lab or FakeLab(), names or FakeNames(), Configuration(**of))  # type: ignore[arg-type]


def verdicts(found: Ran) -> list[str]:
    return [one.verdict.value for one in found.judged]


def test_a_statement_that_prints_what_the_page_has_passes() -> None:
    found = ran(
        page((SQL, "SHOW x;", " x \n---\n 1\n(1 row)")), FakeLab({"SHOW x;": " x \n---\n 1\n(1 row)\n"})
    )
    assert verdicts(found) == ["passed"]
    assert found.judged[0].basis is Basis.REAL


def test_another_output_differs_with_a_diff() -> None:
    lab = FakeLab({"CREATE EXTENSION x;": "CREATE EXTENSION\n"})
    judged = ran(page((SQL, "CREATE EXTENSION x;", "EXTENSION CREATED")), lab).judged[0]
    assert judged.verdict is Verdict.DIFFERS
    assert judged.detail == 'the page has "EXTENSION CREATED", printed was "CREATE EXTENSION"'
    assert judged.diff.splitlines()[-2:] == ["-EXTENSION CREATED", "+CREATE EXTENSION"]


def test_an_error_fails_with_the_servers_words() -> None:
    lab = FakeLab({"SELECT 1;": refused("permission denied for table t")})
    judged = ran(page((SQL, "SELECT 1;")), lab).judged[0]
    assert judged.verdict is Verdict.FAILED
    assert judged.detail == "permission denied for table t (SQLSTATE 42501)"


def test_an_error_that_the_page_shows_passes_and_another_does_not() -> None:
    shown = "ERROR:  permission denied for table t"
    lab = FakeLab({"SELECT 1;": refused("permission denied for table t")})
    assert verdicts(ran(page((SQL, "SELECT 1;", shown)), lab)) == ["passed"]
    assert verdicts(ran(page((SQL, "SELECT 1;"), (OUTPUT, shown)), lab)) == ["passed", "passed"]
    other = FakeLab({"SELECT 1;": refused("relation t does not exist", "42P01")})
    assert verdicts(ran(page((SQL, "SELECT 1;", shown)), other)) == ["failed"]
    assert verdicts(ran(page((SQL, "SELECT 1;"), (OUTPUT, shown)), other))[0] == "failed"
    assert verdicts(ran(page((SQL, "SELECT 1;", shown)), FakeLab())) == ["passed, output differs"]


def test_the_worst_piece_of_a_block_wins_and_the_others_run() -> None:
    one = page((SQL, "a;"))
    pieces = tuple(Piece(f"{name};", number) for number, name in enumerate("abc", 4))
    block = replace(one.blocks[0], pieces=pieces, text="a;\nb;\nc;")
    lab = FakeLab({"b;": refused("no"), "a;": Done(basis=Basis.EMULATED)})
    judged = ran(replace(one, blocks=(block,)), lab).judged[0]
    assert judged.verdict is Verdict.FAILED
    assert [text for _, text in lab.ran] == ["a;", "b;", "c;"]
    assert judged.basis is Basis.EMULATED


def test_an_unbound_placeholder_is_named_and_nothing_is_guessed() -> None:
    lab = FakeLab()
    found = ran(page((SQL, "ALTER SCHEMA <schema> OWNER TO x;")), lab, FakeNames({"<schema>": ""}))
    assert verdicts(found) == ["not runnable here"]
    assert found.judged[0].detail == "nothing is bound to <schema>"
    assert lab.ran == []


def test_bound_names_run_and_the_pages_words_are_reported() -> None:
    lab = FakeLab(
        {"psql -h 127.0.0.1": Done("FATAL:  127.0.0.1 said no to s3cret", 2)}, hidden={"s3cret": "***"}
    )
    judged = ran(page((SHELL, "psql -h my-host")), lab, FakeNames({"my-host": "127.0.0.1"})).judged[0]
    assert judged.detail == "my-host said no to ***"
    assert judged.printed[0].output == "FATAL:  my-host said no to ***"


def test_what_the_lab_does_not_start_is_not_runnable_with_its_reason() -> None:
    lab = FakeLab({"git pull": Done(not_run="only known programs are started: git")})
    judged = ran(page((SHELL, "git pull")), lab).judged[0]
    assert judged.verdict is Verdict.NOT_RUNNABLE
    assert judged.detail == "only known programs are started: git"
    assert judged.basis is None


def test_console_steps_are_simulated_or_fail() -> None:
    lab = FakeLab({"set b 2": Done("no such parameter", 1, basis=Basis.EMULATED)})
    found = ran(page((Kind.CONSOLE, "set a 1"), (Kind.CONSOLE, "set b 2")), lab)
    assert verdicts(found) == ["simulated", "failed"]


@pytest.mark.parametrize("kind", [Kind.YAML, Kind.CODE, Kind.TEXT, Kind.POLICY])
def test_kinds_that_nothing_runs_are_no_command(kind: Kind) -> None:
    judged = ran(page((kind, "x: 1"))).judged[0]
    assert judged.verdict is Verdict.NOT_A_COMMAND
    assert judged.detail


def test_an_output_is_judged_by_the_block_that_printed_it() -> None:
    lab = FakeLab({"a;": "one\n"})
    assert verdicts(ran(page((SQL, "a;"), (OUTPUT, "one")), lab)) == ["passed", "passed"]
    assert verdicts(ran(page((SQL, "a;"), (OUTPUT, "two")), lab)) == ["passed", "passed, output differs"]
    idle = FakeLab({"a;": Done(not_run="no sqlcmd")})
    found = ran(page((SQL, "a;"), (OUTPUT, "one")), idle)
    assert verdicts(found) == ["not runnable here", "not runnable here"]
    assert found.judged[1].detail == "line 6, whose output this is, was not run: no sqlcmd"


def test_an_output_may_be_that_of_another_output() -> None:
    one = page((SQL, "a;"), (OUTPUT, "one"), (OUTPUT, "one"))
    assert verdicts(ran(one, FakeLab({"a;": "one\n"}))) == ["passed", "passed", "passed"]


def test_an_output_alone_says_whose_it_is() -> None:
    one = page((SQL, "a;"), (OUTPUT, "one"))
    found = Runner(one, FakeLab(), FakeNames(), Configuration(), [one.blocks[1].line]).run()
    assert found.judged[0].detail == "line 6, whose output this is, was not asked for"


def test_an_output_of_none_is_no_command() -> None:
    one = page((OUTPUT, "a line of a log"))
    block = replace(one.blocks[0], shows=0, why="a log excerpt")
    assert ran(replace(one, blocks=(block,))).judged[0].detail == "a log excerpt"


def test_an_output_may_be_that_of_one_piece() -> None:
    one = page((SQL, "a;"), (OUTPUT, "two"))
    block = replace(one.blocks[0], pieces=(Piece("a;", 6), Piece("b;", 7)))
    lab = FakeLab({"a;": "one\n", "b;": "two\n"})
    assert verdicts(ran(replace(one, blocks=(block, one.blocks[1])), lab)) == ["passed", "passed"]


def test_what_fails_only_for_want_of_a_block_that_was_not_run_is_not_runnable() -> None:
    create, use = "CREATE TABLE t (a int);", "SELECT * FROM t;"
    missing = refused('relation "t" does not exist', "42P01")
    lab = FakeLab({create: Done(not_run="no"), use: missing})
    found = ran(page((SQL, create), (SQL, use)), lab)
    assert verdicts(found) == ["not runnable here", "not runnable here"]
    assert "line 6" in found.judged[1].detail
    # The same error fails where the block ran, where another name is missing, and for another error.
    assert verdicts(ran(page((SQL, create), (SQL, use)), FakeLab({use: missing})))[1] == "failed"
    for answer in (
        refused('relation "u" does not exist', "42P01"),
        refused('permission denied for table "t"'),
    ):
        lab = FakeLab({create: Done(not_run="no"), use: answer})
        assert verdicts(ran(page((SQL, create), (SQL, use)), lab))[1] == "failed"


def test_want_goes_on_through_what_it_kept_from_running() -> None:
    lab = FakeLab(
        {
            "CREATE EXTENSION plv8;": refused('extension "plv8" is not available', "0A000"),
            "CREATE FUNCTION f() RETURNS int LANGUAGE plv8 AS '';": refused(
                'language "plv8" does not exist', "42704"
            ),
            "SELECT f();": refused("function f() does not exist", "42883"),
        }
    )
    found = ran(page(*((SQL, text) for text in lab.answers)), lab)
    assert verdicts(found) == ["not runnable here"] * 3
    assert "RDS for PostgreSQL 17 offers plv8" in found.judged[0].detail


def test_want_of_what_the_same_block_was_to_make_names_no_line() -> None:
    create, use = "CREATE FUNCTION f() RETURNS int LANGUAGE plv8 AS '';", "SELECT f();"
    lab = FakeLab(
        {
            create: refused('language "plv8" does not exist', "42704"),
            use: refused("function f() does not exist", "42883"),
            "SELECT name FROM pg_catalog.pg_available_extensions WHERE name = 'plv8';": "(0 rows)\n",
        }
    )
    one = page((SQL, create))
    block = replace(one.blocks[0], pieces=(Piece(create, 6), Piece(use, 7)))
    judged = ran(replace(one, blocks=(block,)), lab).judged[0]
    assert judged.verdict is Verdict.NOT_RUNNABLE
    assert "it needs what this block makes, which was not run: function f() does not exist" in judged.detail
    assert "line 6" not in judged.detail


def test_what_fails_because_of_a_failure_says_so_and_fails() -> None:
    lab = FakeLab(
        {
            "CREATE TABLE t (a nothing);": refused('type "nothing" does not exist', "42704"),
            "SELECT * FROM t;": refused('relation "t" does not exist', "42P01"),
        }
    )
    found = ran(page(*((SQL, text) for text in lab.answers)), lab)
    assert verdicts(found) == ["failed", "failed"]
    assert found.judged[1].known[0].text == "t is missing because line 6 failed"


def test_an_extension_that_rds_does_not_offer_fails_with_the_rule() -> None:
    lab = FakeLab(
        {"CREATE EXTENSION plls;": refused('extension "plls" is not available', "0A000")}, version="18"
    )
    judged = ran(page((SQL, "CREATE EXTENSION plls;")), lab).judged[0]
    assert judged.verdict is Verdict.FAILED
    assert "extension-not-offered" in {one.key for one in judged.known}


def test_a_documentation_finding_shows_itself() -> None:
    line = "aws rds add-role-to-db-instance --feature-name S3_EXPORT"
    lab = FakeLab(
        {line: Done("An error occurred (InvalidParameterValue) when calling the X operation: S3_EXPORT", 254)}
    )
    judged = ran(page((SHELL, line)), lab).judged[0]
    assert judged.verdict is Verdict.FAILED
    assert "export-guide-feature-name" in {one.key for one in judged.known}
    fine = ran(page((SHELL, line.replace("S3_EXPORT", "s3Export")))).judged[0]
    assert fine.known == ()


def test_a_finding_about_prose_has_the_line_of_the_prose() -> None:
    one = page((SQL, "SELECT 1;"), (SQL, "SELECT 2;"), (SQL, "SELECT 3;"))
    lines = one.text.splitlines()
    lines[one.blocks[1].line - 3] = "Files are called name_partXX."  # in the place of "Step 2."
    lines += ["They replicate from subscriber to publisher."]
    found = ran(replace(one, text="\n".join(lines) + "\n"))
    told = [[(known.key, known.line) for known in judged.known] for judged in found.judged]
    part = ("export-guide-part-suffix", one.blocks[1].line - 2)
    assert told == [[], [part], [("pglogical-direction", len(lines))]]


def test_a_limit_of_time_is_for_the_block() -> None:
    lab = FakeLab({"SELECT pg_sleep(1e6);": Done(status=1, ended="time limit of 30 s")})
    judged = ran(page((SQL, "SELECT pg_sleep(1e6);", "ERROR:  x")), lab).judged[0]
    assert judged.verdict is Verdict.FAILED
    assert judged.detail == "ended by the time limit of 30 s"


def test_after_an_interruption_the_rest_says_so() -> None:
    def interrupt() -> Done:
        raise KeyboardInterrupt

    runner = Runner(
        page((SQL, "a;"), (SQL, "b;"), (SQL, "c;"), (Kind.YAML, "d")),
        FakeLab({"b;": interrupt}),
        FakeNames(),
        Configuration(),
    )
    found = runner.run()
    assert runner.interrupted
    assert verdicts(found) == ["passed", "not runnable here", "not runnable here", "not a command"]
    assert found.judged[1].detail == "interrupted"


def test_a_block_can_be_left_out_and_what_follows_is_known() -> None:
    create, use = "CREATE TABLE t (a int);", "SELECT * FROM t;"
    lab = FakeLab({use: refused('relation "t" does not exist', "42P01")})
    found = ran(page((SQL, create), (OUTPUT, "x"), (SQL, use)), lab, skip={6: "no tables today"})
    assert verdicts(found) == ["not runnable here"] * 3
    assert all(one.as_expected for one in found.judged)
    assert all(one.reason == "no tables today" for one in found.judged)


def test_an_expectation_is_met_or_not() -> None:
    expected = (Expectation(6, "failed", "it is the point"),)
    assert not ran(page((SQL, "a;")), expected=expected).judged[0].as_expected
    assert ran(page((SQL, "a;")), FakeLab({"a;": refused("no")}), expected=expected).judged[0].as_expected


def test_an_expectation_may_be_of_a_major_only() -> None:
    expected = (
        Expectation(6, "failed", "gone", (18,)),
        Expectation(6, "not runnable here", "no package", (13, 15)),
    )
    lab = {"a;": refused("no")}
    for version, wanted in (("18", "failed"), ("15.4", "not runnable here"), ("17", None)):
        judged = ran(page((SQL, "a;")), FakeLab({**lab}, version=version), expected=expected).judged[0]
        assert (judged.expected and judged.expected.value) == wanted


def test_a_line_of_no_block_is_a_mistake() -> None:
    with pytest.raises(UsageError, match="line 99 belongs to no block"):
        ran(page((SQL, "a;")), skip={99: "x"})
    assert block_at(page((SQL, "a;")), 5).number == 1


def test_only_some_blocks_are_run() -> None:
    lab = FakeLab()
    a_page = page((SQL, "a;"), (SQL, "b;"))
    found = Runner(a_page, lab, FakeNames(), Configuration(), [a_page.blocks[1].line]).run()
    assert [text for _, text in lab.ran] == ["b;"]
    assert len(found.judged) == 1


def test_a_policy_is_written_where_a_later_command_reads_it() -> None:
    create = "aws iam create-policy --policy-name p --policy-document file://policy.json"
    lab = FakeLab()
    found = ran(page((Kind.POLICY, '{"Version": "2012-10-17"}'), (SHELL, create)), lab)
    assert verdicts(found) == ["passed", "passed"]
    assert lab.ran[0][1].startswith("cat > policy.json <<")
    assert verdicts(ran(page((Kind.POLICY, "{}"), (SHELL, "aws s3 ls")))) == ["not a command", "passed"]
    hostile = page((Kind.POLICY, "{}"), (SHELL, "aws iam x --document file:///etc/passwd"))
    assert verdicts(ran(hostile))[0] == "not a command"


def test_a_policy_cannot_end_its_file_early() -> None:
    lab = FakeLab()
    policy = "{}\nRDSCHECK_END_OF_FILE\nrm -rf /"
    ran(page((Kind.POLICY, policy), (SHELL, "aws iam x --document file://p.json")), lab)
    line = lab.ran[0][1]
    mark = line.splitlines()[0].split("'")[1]
    assert line.splitlines()[1:-1] == policy.splitlines()
    assert line.splitlines().count(mark) == 1


def test_progress_is_told_before_and_after_each_block() -> None:
    told: list[tuple[int, bool]] = []

    def tell(block: Block, judged: Judged | None) -> None:
        told.append((block.number, judged is not None))

    run(page((SQL, "a;"), (Kind.YAML, "b")), FakeLab(), FakeNames(), Configuration(), tell)
    assert told == [(1, False), (1, True), (2, False), (2, True)]


def test_the_same_page_gives_the_same_answer() -> None:
    lab: dict[str, Done | str] = {"a;": refused("no"), "b;": "out\n"}
    a_page = page((SQL, "a;"), (SQL, "b;", "in"), (OUTPUT, "x"), (Kind.TEXT, "t"))
    assert ran(a_page, FakeLab({**lab})) == ran(a_page, FakeLab({**lab}))


def test_set_up_files_run_once_before_the_first_block(tmp_path: Path) -> None:
    path = tmp_path / "tables.sql"
    path.write_text(
        "-- what the page takes for granted\nCREATE TABLE t (a int);\nSELECT $$```;$$;\n", encoding="utf-8"
    )
    lab = FakeLab()
    found = ran(page((SQL, "a;"), (SQL, "b;")), lab, setup=(str(path),))
    assert [text.splitlines()[-1] for _, text in lab.ran] == [
        "CREATE TABLE t (a int);",
        "SELECT $$```;$$;",
        "a;",
        "b;",
    ]
    assert found.notes[-1] == "the set-up file tables.sql was run: 2 statements"


def test_a_set_up_file_that_fails_is_told_with_its_line(tmp_path: Path) -> None:
    path = tmp_path / "tables.sql"
    path.write_text("CREATE TABLE t (a int);\nCREATE TABLE u (a t2);\n", encoding="utf-8")
    lab = FakeLab({"CREATE TABLE u (a t2);": refused('type "t2" does not exist', "42704")})
    with pytest.raises(RdscheckError, match=r"tables\.sql fails at line 2: type"):
        ran(page((SQL, "a;")), lab, setup=(str(path),))
    with pytest.raises(UsageError, match="cannot be read"):
        ran(page((SQL, "a;")), lab, setup=(str(tmp_path / "none.sql"),))


def test_a_call_that_an_older_extension_lacks_tells_nothing_of_rds() -> None:
    create, call, other = (
        "CREATE EXTENSION pg_partman SCHEMA partman;",
        "SELECT partman.f(1);",
        "SELECT f(1);",
    )
    lab = AgedLab(
        {
            create: "CREATE EXTENSION\n",
            call: refused("function partman.f(integer) does not exist", "42883"),
            other: refused("function f(integer) does not exist", "42883"),
        },
        aged="4.7.2",
    )
    found = ran(page((SQL, create), (SQL, call), (SQL, other)), lab)
    assert verdicts(found) == ["passed", "not runnable here", "failed"]
    assert found.judged[0].known[0].text.startswith("pg_partman is 4.7.2 here, and 5.")
    assert found.judged[1].detail.startswith("pg_partman is 4.7.2 here, and 5.")
    # With that of RDS the same call is wrong.
    lab = AgedLab(lab.answers, aged="5.4.3")
    found = ran(page((SQL, create), (SQL, call)), lab)
    assert verdicts(found) == ["passed", "failed"]
    assert [one.known for one in found.judged] == [(), ()]


def test_another_failure_with_an_older_extension_stays_one_and_says_so() -> None:
    create, call, plain = (
        "CREATE EXTENSION pg_cron;",
        "SELECT cron.schedule('30 seconds', '');",
        "SELECT 1/0;",
    )
    lab = AgedLab(
        {
            create: "CREATE EXTENSION\n",
            call: refused("invalid schedule: 30 seconds", "22023"),
            plain: refused("division by zero", "22012"),
        },
        aged="1.4-1",
        schemas="pg_catalog cron",
    )
    found = ran(page((SQL, create), (SQL, call), (SQL, plain)), lab)
    assert verdicts(found) == ["passed", "failed", "failed"]
    assert "where this may work" in found.judged[1].known[0].text
    assert found.judged[2].known == ()


def test_the_age_of_an_extension_is_no_excuse_for_what_the_document_has_wrong() -> None:
    create = "CREATE EXTENSION pglogical;"
    drop = "SELECT pglogical.drop_node(node_name := 'docs-lab-subscriber');"
    lab = AgedLab(
        {create: "CREATE EXTENSION\n", drop: refused("node docs-lab-subscriber not found", "XX000")},
        aged="1.0",
        schemas="pglogical",
    )
    judged = ran(page((SQL, create), (SQL, drop)), lab).judged[1]
    assert [one.key for one in judged.known] == ["pglogical-drop-node-name"]
