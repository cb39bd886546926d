"""Words that tell what a block is: how statements begin, which programs there are, what labels mean."""

import re

from rdscheck.runbook.model import Kind

#: First words of statements, of PostgreSQL's grammar. https://www.postgresql.org/docs/current/sql-commands.html
_STATEMENTS = """
abort alter analyse analyze begin call checkpoint close cluster comment commit copy create deallocate
declare delete discard do drop end execute explain fetch grant import insert listen load lock merge move
notify prepare reassign refresh reindex release repack reset revoke rollback savepoint security select
set show start table truncate unlisten update vacuum values with
"""
STATEMENTS = frozenset(_STATEMENTS.split())

#: Second words after which the first one begins a statement for sure, and no sentence.
_OBJECTS = """
access aggregate cast collation constraint conversion database default domain event extension foreign
function global group index language large local materialized operator or owned policy procedure
procedural publication role routine row rule schema sequence server statistics subscription system table
tablespace temp temporary text transform trigger trusted type unique unlogged user view
"""
SECOND = {word: frozenset(_OBJECTS.split()) for word in ("create", "alter", "drop", "comment")} | {
    "insert": frozenset({"into"}),
    "delete": frozenset({"from"}),
}

#: DuckDB's own statements; the words are PostgreSQL's nowhere.
DUCKDB_STATEMENTS = frozenset(
    {"attach", "detach", "install", "pragma", "summarize", "describe", "from", "use", "force"}
)

#: Programs that a command line begins with. This says what a word is, not what may run.
_PROGRAMS = """
aws psql pg_dump pg_dumpall pg_restore pg_repack pg_upgrade pg_basebackup pg_isready pg_config pg_ctl
pg_lsclusters pg_recvlogical pg_receivewal pg_verifybackup pg_amcheck pgbench createdb dropdb createuser
dropuser vacuumdb reindexdb clusterdb initdb postgres pgcli sqlcmd bcp duckdb sqlite3 mysql pgstream
pgloader liquibase flyway alembic rdscheck apt apt-get yum dnf brew pip pip3 npm npx cargo go gcc make
cmake git docker docker-compose podman kubectl helm terraform eksctl sam cdk python python3 node ruby
perl java sudo su ssh scp rsync curl wget nc nslookup dig ping telnet openssl echo printf cat grep egrep
sed awk sort uniq head tail tee wc tr cut xargs find ls cd pwd mkdir rmdir rm cp mv ln touch chmod chown
tar gzip gunzip zip unzip split export unset source env sleep date time watch test true false yes nohup
kill pkill killall ps top df du jq bash sh zsh cmd powershell pwsh systemctl service crontab set setx
sysctl dd bc base64 md5sum sha256sum diff cmp less more read exec eval alias history which whoami id
hostname uname exit
"""
PROGRAMS = frozenset(_PROGRAMS.split())

#: Commands of a shell that go on until their last word.
COMPOUND = {"for": "done", "while": "done", "until": "done", "if": "fi", "case": "esac"}

#: What a label after a fence means, where the content does not say otherwise.
_LABELS = {
    Kind.SQL: "sql postgresql postgres pgsql plpgsql pg psql",
    Kind.SHELL: "bash sh shell zsh ksh fish shell-session shellsession sh-session bash-session bat batch cmd "
    "dos powershell ps1 pwsh terminal awscli",
    Kind.DUCKDB: "duckdb",
    Kind.TDS: "tsql t-sql mssql transact-sql sqlcmd",
    Kind.YAML: "yaml yml",
    Kind.OUTPUT: "output log logs stdout",
    Kind.CODE: "python py python3 rust rs javascript js typescript ts java go golang c cpp c++ csharp cs "
    "ruby rb perl php r kotlin scala swift lua dockerfile docker makefile make toml ini xml html css hcl "
    "terraform tf json json5 jsonc diff properties conf nginx graphql mermaid markdown md",
}
LABELS = {label: kind for kind, labels in _LABELS.items() for label in labels.split()}

_PATH = re.compile(r"(?:\.\\|(?:~|\.[\w.-]*)?/)(?![/*])[\w./\\-]{2,}")
_WORD = re.compile(r"[^\W\d]\w*")


def first_words(text: str) -> tuple[str, str]:
    """Return the first two words of a text in lower case, empty where there are none."""
    found = _WORD.match(text)
    if not found:
        return "", ""
    second = _WORD.match(text[found.end() : found.end() + 200].lstrip())
    return found[0].lower(), second[0].lower() if second else ""


def label_kind(label: str) -> Kind | None:
    """Return what a label says a block is; None where it says nothing we know."""
    first = label.strip("{}. ").replace(",", " ").split(maxsplit=1)
    return LABELS.get(first[0].removeprefix(".")) if first else None


def is_program(word: str) -> bool:
    """Tell whether the first word of a line names a program, its path left alone."""
    if _PATH.fullmatch(word):
        return True
    return word.removesuffix(".exe") in PROGRAMS
