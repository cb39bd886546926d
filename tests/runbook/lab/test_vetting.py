"""What a page may ask psql for."""

import pytest

from rdscheck.runbook.lab.vetting import hosts, mapped, why_not


@pytest.mark.parametrize(
    "text",
    [
        "select 1;",
        "\\d t1",
        "\\dt+ public.*",
        "\\l",
        "\\dn",
        "\\sf f",
        "\\x",
        "\\x on",
        "\\c labdb",
        "\\connect labdb postgres",
        "\\conninfo",
        "\\timing on",
        "\\pset null '(null)'",
        "\\set name value",
        "\\unset name",
        "\\echo hello",
        "\\q",
        "select 1 \\gx",
        "select 1 as a \\gset",
        "select 'select 1' \\gexec",
        "\\if true",
        "\\endif",
        "\\copy t to 'x.csv' csv header",
        "\\copy t from x.csv",
        "\\copy (select ';' from a where b = ')') to '/tmp/x.csv'",
        "\\copy t from stdin",
        "\\i setup.sql",
        "\\o out.txt",
        "\\o",
        "select 1 \\g out.txt",
        "select 1 \\g",
        "select '`id`' as \"| x\", '\\! ls';",
        "select 1 -- \\! ls",
        "select $$ \\! ls $$;",
    ],
)
def test_what_is_let_through(text: str) -> None:
    assert why_not(text) == ""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("\\! ls", "starts a shell"),
        ("\\!ls", "starts a shell"),
        ("select 1; \\! rm -rf /", "starts a shell"),
        ("\\o |cat", "starts a program"),
        ("\\o | cat", "starts a program"),
        ("select 1 \\g |sh", "starts a program"),
        ("select 1 \\gx | sh", "starts a program"),
        ("select 1 \\g (format=csv) |sh", "starts a program"),
        ("\\w |sh", "starts a program"),
        ("\\set x `id`", "backquotes"),
        ("\\echo `id`", "backquotes"),
        ("\\c `id`", "backquotes"),
        ("\\copy t from program 'id'", "starts a program"),
        ("\\copy t to PROGRAM 'sh'", "starts a program"),
        ("\\copy (select 1) to program 'sh'", "starts a program"),
        ("\\copy t to '/etc/x'", "work directory"),
        ("\\copy t from '../x'", "work directory"),
        ("\\copy t to '/tmp/../etc/x'", "work directory"),
        ("\\i /etc/passwd", "work directory"),
        ("\\ir ../x", "work directory"),
        ("\\o /x", "work directory"),
        ("select 1 \\g /x", "work directory"),
        ("\\i ~/x", "work directory"),
        ("\\e", "editor"),
        ("\\prompt x", "asks the reader"),
        ("\\password", "asks the reader"),
        ("\\cd /", "work directory"),
        ("\\setenv PAGER sh", "no harmless"),
        ("\\getenv x PGPASSWORD", "no harmless"),
        ("\\lo_import /etc/passwd", "no harmless"),
        ("\\s /x", "no harmless"),
        ("\\encoding SJIS", "UTF-8"),
        # A string that ends elsewhere where the session's settings are others.
        ("select '\\'' \\! ls '", "starts a shell"),
    ],
)
def test_what_is_not(text: str, reason: str) -> None:
    assert reason in why_not(text)


def test_hosts_of_connection_strings() -> None:
    text = "dsn := 'host=a.example port=5432', $$postgresql://u:p@b.example:5432/d$$, 'hostaddr = 10.0.0.1'"
    assert hosts(text) == ["a.example", "b.example", "10.0.0.1"]
    assert hosts("select host from ghost where x = 'y'") == []


def test_tmp_is_a_private_directory() -> None:
    assert mapped("\\copy t to '/tmp/x.csv'") == "\\copy t to 'tmp/x.csv'"
    assert mapped("\\i /tmp/x.sql") == "\\i tmp/x.sql"
    assert mapped("\\echo /tmp/x") == "\\echo /tmp/x"
