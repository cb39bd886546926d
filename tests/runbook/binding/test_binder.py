"""Values are put in where placeholders stand, by whom is said, and what nobody knows stays open."""

from pathlib import Path

import pytest

from rdscheck.errors import UsageError
from rdscheck.runbook.acting import Configuration
from rdscheck.runbook.binding.binder import Binder
from rdscheck.runbook.model import Kind, Placeholder
from tests.runbook.binding.pages import binder, page, shell, sql

HOST = "my-db.111122223333.aws-region.rds.amazonaws.com"
SANDBOX = {
    "endpoint": "172.17.0.3:5433",
    "region": "us-east-1",
    "account": "123456789012",
    "password": "s3cret",
}


def bound(text: str, kind: Kind = Kind.SHELL, **values: str) -> str:
    of = page((kind, text))
    return binder(of, {**SANDBOX, **values}).bind(text)


def test_the_sandbox_binds_what_it_knows_and_the_rest_stays_open() -> None:
    text = "aws rds reboot-db-instance --db-instance-identifier your-instance --region aws-region"
    of = binder(shell(text), {"region": "us-east-1"})
    assert of.unbound(text) == ("your-instance",)
    assert of.bind(text) == text.replace("aws-region", "us-east-1")
    assert of.placeholders == (
        Placeholder("aws-region", "region", (4,), "us-east-1", "sandbox"),
        Placeholder("your-instance", "instance", (4,)),
    )


def test_the_option_wins_over_the_file_and_the_file_over_the_sandbox() -> None:
    text = (
        "aws rds x --region aws-region --db-instance-identifier your-instance"
        " --db-cluster-identifier my-cluster-name"
    )
    of = Binder(
        shell(text),
        Configuration(bind={"aws-region": "eu-west-1", "your-instance": "from-file"}),
        {"your-instance": "from-option"},
        lambda _: "from-sandbox",
    )
    assert [(one.value, one.by) for one in of.placeholders] == [
        ("eu-west-1", "configuration"),
        ("from-sandbox", "sandbox"),
        ("from-option", "--bind"),
    ]


def test_what_a_set_up_file_makes_is_no_placeholder(tmp_path: Path) -> None:
    file = tmp_path / "made.sql"
    file.write_text("CREATE ROLE app LOGIN PASSWORD 'hunter2'; CREATE TABLE your_table (a int);")
    text = "PGPASSWORD=hunter2 psql -U app -c 'select * from your_table'"
    assert binder(shell(text)).unbound(text) == ("hunter2", "your_table")
    for before in (Configuration(setup=(str(file),)), Configuration(started={"one": (str(file),)})):
        assert Binder(shell(text), before).unbound(text) == ()
    with pytest.raises(UsageError, match="cannot be read as a set-up file"):
        Binder(shell(text), Configuration(setup=(str(tmp_path / "none.sql"),)))


def test_a_password_is_bound_and_never_told() -> None:
    text = "psql 'user=a password=********' 'user=b password=*******'"
    of = binder(shell(text), {"password": "from-sandbox"}, **{"*******": "from-option"})
    assert of.bind(text) == "psql 'user=a password=from-sandbox' 'user=b password=from-option'"
    assert [(one.value, one.by) for one in of.placeholders] == [
        ("(not shown)", "--bind"),
        ("(not shown)", "sandbox"),
    ]


def test_an_instance_is_asked_for_each_time() -> None:
    asked = []

    def value(one: Placeholder) -> str | None:
        asked.append(one.text)
        return "172.17.0.9" if len(asked) > 1 else None

    text = f"psql -h {HOST} -d labdb"
    of = Binder(shell(text), value=value)
    assert of.unbound(text) == (HOST,)
    assert of.unbound(text) == ()
    assert of.bind(text) == "psql -h 172.17.0.9 -d labdb"


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (f"psql -h {HOST} -p 5432 -d labdb", "psql -h 172.17.0.3 -p 5433 -d labdb"),
        (f"psql --port=5432 --host={HOST}", "psql --port=5433 --host=172.17.0.3"),
        (f"psql -p <port> -h {HOST}", "psql -p 5433 -h 172.17.0.3"),
        (f'psql -h "{HOST}" -d labdb', 'psql -h "172.17.0.3" -p 5433 -d labdb'),
        (f"psql -h {HOST} -d labdb | grep -p 5432", "psql -h 172.17.0.3 -p 5433 -d labdb | grep -p 5432"),
        (f"psql postgresql://app@{HOST}:5432/labdb", "psql postgresql://app@172.17.0.3:5433/labdb"),
        (f"psql postgresql://app@{HOST}/labdb", "psql postgresql://app@172.17.0.3:5433/labdb"),
        (f"psql 'host={HOST} dbname=labdb'", "psql 'host=172.17.0.3 port=5433 dbname=labdb'"),
        (f"psql 'host={HOST} port=5432'", "psql 'host=172.17.0.3 port=5433'"),
        (f"export PGHOST={HOST} PGPORT=5432", "export PGHOST=172.17.0.3 PGPORT=5433"),
        (f"export PGHOST={HOST}", "export PGHOST=172.17.0.3 PGPORT=5433"),
        (
            f"aws rds generate-db-auth-token --hostname {HOST} --port 5432 --username app",
            "aws rds generate-db-auth-token --hostname 172.17.0.3 --port 5433 --username app",
        ),
    ],
)
def test_a_host_is_bound_together_with_its_port(text: str, result: str) -> None:
    assert bound(text) == result
    assert binder(shell(text), SANDBOX).unbound(text) == ()
    assert bound(text, endpoint="172.17.0.3").replace("172.17.0.3", HOST) in {
        text,
        text.replace("<port>", "5432"),
    }


@pytest.mark.parametrize(
    ("text", "result"),
    [
        (
            f"SELECT dblink('host={HOST} port=5432 dbname=a');",
            "SELECT dblink('host=172.17.0.3 port=5433 dbname=a');",
        ),
        (f"SELECT dblink('host={HOST} dbname=a');", "SELECT dblink('host=172.17.0.3 port=5433 dbname=a');"),
        (
            f"CREATE SECRET s (HOST '{HOST}', PORT '5432');",
            "CREATE SECRET s (HOST '172.17.0.3', PORT '5433');",
        ),
        (
            f"CREATE SECRET s (HOST '{HOST}', USER 'a');",
            "CREATE SECRET s (HOST '172.17.0.3', PORT '5433', USER 'a');",
        ),
        (
            f"CREATE SERVER s OPTIONS (host '{HOST}', port '5432');",
            "CREATE SERVER s OPTIONS (host '172.17.0.3', port '5433');",
        ),
    ],
)
def test_a_host_within_sql_is_bound_together_with_its_port(text: str, result: str) -> None:
    assert bound(text, Kind.SQL) == result


def test_the_port_of_another_host_is_left_alone() -> None:
    text = f"SELECT f('host={HOST}', 'host=localhost port=5432');"
    assert bound(text, Kind.SQL) == "SELECT f('host=172.17.0.3 port=5433', 'host=localhost port=5432');"


def test_an_arn_of_a_role_the_page_makes_keeps_its_name() -> None:
    arn = "arn:aws:iam::444455556666:role/rds-lambda-role"
    use = f"aws rds add-role-to-db-cluster --role-arn {arn} --feature-name Lambda"
    own = page((Kind.SHELL, "aws iam create-role --role-name rds-lambda-role"), (Kind.SHELL, use))
    values = {"account": "123456789012", "role-arn": "arn:aws:iam::123456789012:role/of-the-lab"}
    assert binder(own, values).bind(use) == use.replace("444455556666", "123456789012")
    assert binder(shell(use), values).bind(use) == use.replace(arn, values["role-arn"])


def test_a_name_within_an_arn_can_be_given() -> None:
    text = "aws rds x --role-arn arn:aws:iam::123456789012:role/YOUR_ROLE"
    of = binder(shell(text), {"account": "999999999999"}, YOUR_ROLE="exports")
    assert of.bind(text) == "aws rds x --role-arn arn:aws:iam::999999999999:role/exports"


def test_a_region_that_is_given_makes_no_address_at_amazon() -> None:
    host = "<name>.abc.aws-region.rds.amazonaws.com"
    text = f"psql -h {host} -d labdb"
    known = {"prod.abc.eu-west-1.rds.amazonaws.com": "prod.rds.test", host: "lab.rds.test"}
    binds = {"<name>": "prod", "aws-region": "eu-west-1"}
    assert Binder(shell(text), binds=binds, value=lambda one: known.get(one.text)).bind(text) == (
        "psql -h prod.rds.test -d labdb"
    )
    assert Binder(shell(text), binds=binds).unbound(text) == (host,)
    one = Binder(shell(text), binds={"aws-region": "eu-west-1"}, value=lambda one: "lab.rds.test")
    assert one.bind(text) == "psql -h lab.rds.test -d labdb"


def test_a_placeholder_can_be_another_one_of_the_page() -> None:
    first, second = (
        "source-instance.aws-region.rds.amazonaws.com",
        "222222222222.aws-region.rds.amazonaws.com",
    )
    text = f"psql -h {first}\npsql -h {second}"
    hosts = {first: "10.0.0.1", "by-name": "10.0.0.2"}
    configuration = Configuration(bind={second: first})
    of = Binder(shell(text), configuration, value=lambda one: hosts.get(one.text))
    assert of.bind(text) == "psql -h 10.0.0.1\npsql -h 10.0.0.1"
    named = Binder(
        shell(text), Configuration(bind={second: "by-name"}), value=lambda one: hosts.get(one.text)
    )
    assert named.bind(text) == "psql -h 10.0.0.1\npsql -h 10.0.0.2"
    ring = Binder(shell(text), Configuration(bind={second: first, first: second}))
    assert set(ring.unbound(text)) == {first, second}


def test_a_lambda_function_of_the_configuration_is_itself() -> None:
    text = "SELECT aws_commons.create_lambda_function_arn('my-function', 'us-east-1');"
    assert Binder(sql(text)).unbound(text) == ("my-function",)
    of = Binder(sql(text), Configuration(functions={"my-function": "hello.py"}))
    assert (of.bind(text), of.unbound(text)) == (text, ())


def test_any_word_of_the_page_can_be_bound() -> None:
    text = "aws rds x --region us-west-2  # us-west-2"
    assert (
        binder(shell(text), **{"us-west-2": "us-east-1"}).bind(text)
        == "aws rds x --region us-east-1  # us-west-2"
    )


def test_a_name_that_is_not_in_the_page_is_refused() -> None:
    with pytest.raises(
        UsageError, match=r"--bind YOUR_TYPO: the page procedure.md has no such word.*aws-region"
    ):
        binder(shell("aws rds x --region aws-region"), YOUR_TYPO="x")


@pytest.mark.parametrize(
    ("text", "name", "value"),
    [
        ("aws rds x --region aws-region", "aws-region", "us-east-1; rm -rf /"),
        ("aws rds x --region aws-region", "aws-region", "--endpoint-url=https://rds.us-east-1.amazonaws.com"),
        ("aws rds x --db-instance-identifier your-instance", "your-instance", "$(rm -rf /)"),
        ("aws rds x --db-instance-identifier your-instance", "your-instance", "a b"),
        ("aws rds x --db-instance-identifier your-instance", "your-instance", "file:///etc/passwd"),
        ("aws s3 ls s3://my-export-bucket/", "my-export-bucket", "../x"),
        ("psql -h <host>", "<host>", "-c drop"),
        ("psql -h <host>", "<host>", "a;b"),
        ("psql -h <host>", "<host>", "prod.abc.us-east-1.rds.amazonaws.com:5432"),
        ("psql -h <host>", "<host>", "prod.abc.us-east-1.rds.AmazonAWS.com"),
        ("psql -U <user>", "<user>", "x'; drop table y; --"),
        ("psql -f <file>", "<file>", "../../etc/passwd"),
        ("psql -f <file>", "<file>", "/etc/passwd"),
        ("psql -p <port> -h localhost", "<port>", "99999"),
        ("echo YOUR_WORD", "YOUR_WORD", "$(rm -rf /)"),
        ("echo YOUR_WORD", "YOUR_WORD", "x'; drop table y; --"),
        ("echo YOUR_WORD", "YOUR_WORD", "a\nb"),
        ("echo YOUR_WORD", "YOUR_WORD", "file:///etc/passwd"),
        ("echo YOUR_WORD", "YOUR_WORD", "-rf"),
        ("PGPASSWORD=******** psql", "********", "-x"),
        ("PGPASSWORD=******** psql", "********", "a\nb"),
        ("PGPASSWORD=******** psql", "********", "file:///etc/passwd"),
    ],
)
def test_a_value_that_does_not_fit_its_role_is_refused_in_one_line(text: str, name: str, value: str) -> None:
    with pytest.raises(UsageError) as caught:
        binder(shell(text), **{name: value})
    message = str(caught.value)
    assert name in message
    assert "\n" not in message
    assert name != "********" or "etc" not in message


def test_a_sandbox_value_that_does_not_fit_is_no_value() -> None:
    text = "aws rds x --region aws-region"
    assert binder(shell(text), {"region": "not a region"}).unbound(text) == ("aws-region",)


def test_a_value_that_cannot_be_written_in_its_place_is_refused() -> None:
    text = "psql <<EOF\nselect dblink('user=postgres password=********');\nEOF"
    with pytest.raises(UsageError, match="cannot be written within a place that knows no quoting"):
        binder(shell(text), **{"********": "it's"})
    assert binder(shell(text), {"password": "it's"}).unbound(text) == ("********",)
    assert "password=plain1'" in binder(shell(text), {"password": "plain1"}).bind(text)


@pytest.mark.parametrize(
    ("kind", "text", "result"),
    [
        (Kind.SQL, "ALTER SCHEMA <schema> OWNER TO a;", 'ALTER SCHEMA "My-Schema" OWNER TO a;'),
        (Kind.SQL, 'ALTER SCHEMA "<schema>" OWNER TO a;', 'ALTER SCHEMA "My-Schema" OWNER TO a;'),
        (Kind.SQL, "SELECT '<schema>'::regnamespace;", "SELECT 'My-Schema'::regnamespace;"),
        (
            Kind.SQL,
            "CALL export('SELECT * FROM <schema>.t');",
            "CALL export('SELECT * FROM \"My-Schema\".t');",
        ),
        (Kind.SQL, "\\dn <schema>", "\\dn My-Schema"),
        (Kind.SHELL, "pg_dump -n <schema> labdb", "pg_dump -n My-Schema labdb"),
        (
            Kind.SHELL,
            'psql -c "alter schema <schema> owner to a"',
            'psql -c "alter schema \\"My-Schema\\" owner to a"',
        ),
    ],
)
def test_an_identifier_is_quoted_where_sql_reads_it(kind: Kind, text: str, result: str) -> None:
    assert bound(text, kind, schema="My-Schema") == result


@pytest.mark.parametrize(("value", "result"), [("a:b", "'a:b'"), ("a b", "'a b'"), ("a.b", "a.b")])
def test_an_argument_of_psql_is_quoted_where_psql_would_read_more(value: str, result: str) -> None:
    assert binder(sql("\\echo {{word}}"), **{"{{word}}": value}).bind("\\echo {{word}}") == f"\\echo {result}"


def test_reserved_words_are_quoted_and_plain_ones_are_not() -> None:
    text = "ALTER SCHEMA <schema> OWNER TO a;"
    assert bound(text, Kind.SQL, schema="user") == 'ALTER SCHEMA "user" OWNER TO a;'
    assert bound(text, Kind.SQL, schema="app") == "ALTER SCHEMA app OWNER TO a;"
