"""Output is shown with the page's words in place of real values, and with nothing else changed."""

from rdscheck.runbook.model import Kind
from tests.runbook.binding.pages import binder, page, shell

HOST = "my-db.111122223333.aws-region.rds.amazonaws.com"


def test_what_a_program_prints_is_told_in_the_page_s_words() -> None:
    text = f"psql -h {HOST} -p 5432 'dbname=labdb password=********'"
    of = binder(shell(text), {"endpoint": "172.17.0.3:5433", "password": "a b"})
    of.bind(text)
    printed = 'error: connection to server at "172.17.0.3", port 5433 failed: password "a b" is wrong'
    assert (
        of.shown(printed)
        == f'error: connection to server at "{HOST}", port 5432 failed: password "********" is wrong'
    )


def test_nothing_is_turned_back_within_another_word_or_number() -> None:
    text = f"aws rds x --db-instance-identifier your-instance --region aws-region\npsql -h {HOST}"
    of = binder(shell(text), {"instance": "lab", "region": "us-east-1", "endpoint": "10.0.0.1:5433"})
    of.bind(text)
    same = "labdb lab2 my-lab lab-b us-east-1a 110.0.0.1 10.0.0.11 10.0.0.1.7 5433 rows"
    assert of.shown(same) == same
    assert of.shown("lab, us-east-1, (10.0.0.1)") == f"your-instance, aws-region, ({HOST})"


def test_the_longest_value_is_turned_back_first() -> None:
    text = "aws rds x --db-instance-identifier your-instance --db-cluster-identifier my-cluster-name"
    of = binder(shell(text), {"instance": "lab", "cluster": "lab-cluster"})
    of.bind(text)
    assert of.shown("lab-cluster and lab") == "my-cluster-name and your-instance"


def test_a_value_that_the_page_says_itself_is_left_alone() -> None:
    of = page((Kind.SHELL, "aws rds x --region aws-region"), (Kind.SQL, "SELECT f('us-east-1');"))
    one = binder(of, {"region": "us-east-1"})
    one.bind("aws rds x --region aws-region")
    assert one.shown("us-east-1") == "us-east-1"


def test_what_was_never_bound_is_never_turned_back() -> None:
    text = "aws rds x --region aws-region"
    assert binder(shell(text), {"region": "us-east-1"}).shown("us-east-1") == "us-east-1"


def test_a_port_that_was_added_is_taken_out_again() -> None:
    text = f"pg_repack -h {HOST} -k labdb"
    of = binder(shell(text), {"endpoint": "10.0.0.1:5433"})
    assert of.bind(text) == "pg_repack -h 10.0.0.1 -p 5433 -k labdb"
    assert of.shown(of.bind(text)) == text
