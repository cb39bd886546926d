"""Outputs are compared by what they say: each allowance has a guilty twin."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rdscheck.runbook.running.comparing import compare, concealed
from rdscheck.runbook.running.masking import MASKS, configured

COUNT = " count \n-------\n  5000\n(1 row)\n"


def same(page: str, printed: str, statement: str = "", said: str = "") -> bool:
    return compare(page, printed, statement, said=said).equal


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("count\n----\n5000\n(1 row)", COUNT),  # alignment, width of dashes
        ("count\n---====\n 5000", COUNT),  # a broken rule, no footer
        ("  a|b\n---+--\n 1|2\n 3|4\n(2 rows)", " a | b \n---+---\n 3 | 4\n 1 | 2\n(2 rows)\n"),
        ("INSERT 0 5000   ", "INSERT 0 5000\n"),
        ("a\n\n\nb", "a\nb\n"),
        (" pg_sleep\n----------\n\n(1 row)", " pg_sleep \n----------\n \n(1 row)\n"),
        ("-[ RECORD 1 ]---\na | 1", "-[ RECORD 1 ]\na | 1\n"),
        ('Password:\npsql (13.4)\nType "help" for help.', ""),
        ("ERROR:  no\n", "ERROR:  no\nLINE 1: select x\n               ^\n"),
        ("┌───┐\n│ a │\n├───┤\n│ 1 │\n└───┘", "┌──────┐\n│  a   │\n├──────┤\n│    1 │\n└──────┘\n"),
    ],
)
def test_form_does_not_count(page: str, printed: str) -> None:
    compared = compare(page, printed)
    assert compared.equal, compared.diff
    assert compared.masks == ()


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        ("count\n----\n4999\n(1 row)", COUNT),
        ("counted\n----\n5000\n(1 row)", COUNT),
        ("count\n----\n5000\n6000\n(2 rows)", COUNT),
        ("count\n----\n(0 rows)", COUNT),
        ("count\n----\n5000\n(2 rows)", COUNT),
        (" active\n---\n t", " active \n--------\n f\n(1 row)\n"),
        ("EXTENSION CREATED", "CREATE EXTENSION\n"),
        ("INSERT 0 5000", "INSERT 0 5\n"),
        (" a | b\n---+--\n 1 | 2", " b | a \n---+---\n 2 | 1\n(1 row)\n"),
        (" id\n---\n 1", " id \n----\n  2\n(1 row)\n"),
        (" node_count\n---\n 12345", " node_count \n---\n 54321\n(1 row)\n"),
        ("CREATE EXTENSION", "NOTICE:  installing required extension\nCREATE EXTENSION\n"),
        ("ERROR:  no", "ERROR:  yes\n"),
        ("", "WARNING:  out of space\n"),
    ],
)
def test_a_true_difference_is_none_of_form(page: str, printed: str) -> None:
    compared = compare(page, printed)
    assert not compared.equal
    assert compared.diff


def test_order_counts_where_the_statement_asks_for_one() -> None:
    page, printed = " a\n---\n 1\n 2", " a \n---\n 2\n 1\n(2 rows)\n"
    assert same(page, printed, "SELECT a FROM t")
    assert not same(page, printed, "SELECT a FROM t ORDER BY a")


@pytest.mark.parametrize(
    ("mask", "page", "printed"),
    [
        ("id", " oid\n---\n 16384", " oid \n---\n 24576\n(1 row)\n"),
        ("id", " create_node\n---\n 3410995529", " create_node \n---\n 2976894835\n(1 row)\n"),
        ("id", " roident\n---\n 1", " roident \n---\n 2\n(1 row)\n"),
        ("pid", " pid\n---\n 12", " pid \n---\n 4711\n(1 row)\n"),
        ("pid", "worker (PID 14610) exited", "worker (PID 3) exited"),
        (
            "date and time",
            " now\n---\n 2022-07-06 16:17:03+00",
            " now \n---\n 2026-11-21 20:00:00.123+00\n(1 row)\n",
        ),
        ("lsn", " pg_current_wal_lsn\n---\n 0/1A2B3C4", " pg_current_wal_lsn \n---\n 12/3A2B3C4\n(1 row)\n"),
        ("version", "PostgreSQL 13.4", "PostgreSQL 17.6"),
        ("duration", "Time: 1.234 ms", "Time: 999.1 ms (00:00.999)"),
        ("host", "at db.123.us-east-1.rds.amazonaws.com", "at 127.0.0.1"),
        (
            "generated name",
            " slot_name\n---\n pgl_labdb_docs_labcb4fa94_docs_lab3de412c",
            " slot_name \n---\n pgl_labdb_docs_lab1111111_docs_lab2222222\n(1 row)\n",
        ),
    ],
)
def test_a_mask_is_named_when_it_was_needed(mask: str, page: str, printed: str) -> None:
    compared = compare(page, printed)
    assert compared.equal, compared.diff
    assert compared.masks == (mask,)


@pytest.mark.parametrize(
    ("page", "printed"),
    [
        (
            " slot_name\n---\n pgl_a_docs_labcb4fa94_docs_lab3de412c",
            " slot_name\n---\n pgl_b_docs_lab1111111_docs_lab2222222",
        ),
        (" oid\n---\n 16384", " oid\n---\n none"),
        (" pid\n---\n 12", " pid \n---\n 4711\n 4712\n(2 rows)\n"),
        ("took 5 ms", "took long"),
        (" rows\n---\n 16384", " rows \n---\n 16385\n(1 row)\n"),
    ],
)
def test_a_mask_hides_no_other_difference(page: str, printed: str) -> None:
    assert not same(page, printed)


def test_what_the_statements_say_is_data() -> None:
    page, printed = " d\n---\n 2024-01-01", " d \n---\n 2024-01-02\n(1 row)\n"
    assert same(page, printed)
    assert not same(page, printed, said="INSERT INTO t VALUES ('2024-01-01')")


@pytest.mark.parametrize(
    ("page", "printed", "equal"),
    [
        ("a\n...\nz", "a\nb\nc\nz", True),
        ("a\n...\nz", "a\nz", True),
        ("a\n...\nz", "a\nb", False),
        ("[0-9]+ rows (re)", "12 rows", True),
        ("[0-9]+ rows (re)", "no rows", False),
        ("CREATE * (glob)", "CREATE TABLE", True),
        ('NOTICE:  version "*" is there (glob)', 'NOTICE:  version "1.8" is there', True),
        (" a | b\n---+---\n 1 |   * (glob)", " a | b \n---+---\n 1 | 7\n(1 row)", True),
        (" a | b\n---+---\n 2 |   * (glob)", " a | b \n---+---\n 1 | 7\n(1 row)", False),
        ("CREATE * (glob)", "DROP TABLE", False),
        ("( (re)", "( (re)", True),
        (" a\n---\n 1\n ...", " a \n---\n 1\n 2\n 3\n(3 rows)", True),
    ],
)
def test_patterns(page: str, printed: str, equal: bool) -> None:
    assert same(page, printed) is equal


def test_an_endless_expression_is_given_up() -> None:
    assert not same("(a+)+$ (re)", "a" * 40 + "b")


def test_a_duration_that_the_page_itself_says_is_shown() -> None:
    call = "SELECT cron.schedule('pulse', '30 seconds', 'SELECT 1');"
    refusal = "ERROR:  invalid schedule: 30 seconds\n"
    assert concealed(refusal, call, MASKS, "") == refusal
    assert "<duration>" in concealed("Time: 31 seconds\n", call, MASKS, "")
    assert not same("pulse: 60 seconds", "pulse: 30 seconds", call)


def test_a_cell_of_several_lines_differs_where_its_words_do() -> None:
    page = " who | may \n-----+-----\n me  | postgres=arwdDxtm/x+\n     | reader=r/x         +\n(1 row)\n"
    narrow = " who | may \n-----+-----\n me  | postgres=arwdDxt/x+\n     | reader=r/x        +\n(1 row)\n"
    compared = compare(page, narrow)
    assert not compared.equal
    changed = [line for line in compared.diff.splitlines() if line[0] in "+-" and line[1:2] != "-"]
    assert changed == ["-me | postgres=arwdDxtm/x+", "+me | postgres=arwdDxt/x+"]
    assert same(page, page.replace("         +", "   +"))
    assert not same(page, page.replace("         +", ""))


def test_a_mask_of_the_configuration_has_its_pattern_for_a_name() -> None:
    rules = (*configured({r"ticket \d+": "ticket N"}), *MASKS)
    compared = compare("ticket 12", "ticket 99", rules=rules)
    assert compared.equal
    assert compared.masks == (r"mask ticket \d+",)


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        ('    "UserId": "6lum7yzd4y2cjczzjacf",\n', '"UserId": "<aws id>",\n'),
        ('  "InstanceCreateTime": "2026-11-21T21:34:32.950Z"', '"InstanceCreateTime": "<time>"\n'),
        ('  "EngineVersion": "17.11"\n\n  x', '  "EngineVersion": "17.11"\n\n  x'),
        (" pid | a \n-----+---\n  71 | b\n(1 row)\n\n", " pid | a\n-----+---\n<pid> | b\n(1 row)\n"),
        ("tps = 123.4 (without)", "tps = <rate> (without)\n"),
        ("?X-Amz-Date=20261121T213432Z&X-Amz-Signature=0af", "?X-Amz-<signature>&X-Amz-<signature>\n"),
        ("DBInstance mine", "DBInstance mine"),
    ],
)
def test_reports_conceal_what_differs_at_each_run(printed: str, shown: str) -> None:
    assert concealed(printed, "", MASKS, "") == shown
    # What is concealed is equal to itself under the masks, and to what was printed.
    assert same(shown, printed)


def test_a_diff_is_of_masked_lines() -> None:
    compared = compare(" oid | ok\n---+---\n 1 | t", " oid | ok \n---+---\n 2 | f\n(1 row)\n")
    assert compared.diff.splitlines()[-2:] == ["-<id> | t", "+<id> | f"]


@given(st.text(), st.text())
@settings(max_examples=200, deadline=None)
def test_anything_can_be_compared_and_equals_itself(page: str, printed: str) -> None:
    if "(re)" not in page + printed:
        assert same(printed, printed) or "..." in printed
        compared = compare(page, printed)
        assert compared == compare(page, printed)
        assert compared.equal is (not compared.diff)


@given(
    st.lists(st.tuples(st.integers(0, 99), st.text("abct ", max_size=4)), min_size=1, max_size=6), st.data()
)
@settings(max_examples=100, deadline=None)
def test_a_table_with_one_other_cell_differs(rows: list[tuple[int, str]], data: st.DataObject) -> None:
    def table(cells: list[tuple[int, str]]) -> str:
        body = [f" {number:5} | {word}" for number, word in cells]
        return "\n".join([" n     | word ", "-------+------", *body, f"({len(cells)} rows)"])

    order = data.draw(st.permutations(rows))
    assert same(table(rows), table(order))
    at = data.draw(st.integers(0, len(rows) - 1))
    other = list(order)
    other[at] = (other[at][0] + 1, other[at][1])
    assert not same(table(rows), table(other))
