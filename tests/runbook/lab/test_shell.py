"""Command lines in the lab: known programs with known options, files of the work directory, no shell."""

import time

import pytest

from rdscheck.model import Basis
from rdscheck.runbook.lab import Sandbox
from rdscheck.runbook.model import Kind
from tests.runbook.lab.conftest import Run

pytestmark = pytest.mark.xdist_group("runbook-lab-shell")


def test_a_dump_and_what_is_made_of_it(shell: Run, sql: Run) -> None:
    sql("CREATE TABLE dumped (a int); CREATE FUNCTION plain() RETURNS int LANGUAGE sql AS 'SELECT 1';")
    assert shell("./pg_dump -Fc --schema-only -U postgres labdb >/tmp/test.dmp").output == ""
    listed = shell("/usr/bin/pg_restore -l /tmp/test.dmp | grep FUNCTION > list && cat list")
    assert "FUNCTION public plain()" in listed.output
    assert shell("pg_restore -U postgres -d postgres -L list /tmp/test.dmp").output == ""
    assert shell("psql -d postgres -Atc 'SELECT plain()'").output == "1\n"


def test_a_directory_is_no_file(shell: Run) -> None:
    done = shell("echo x > /tmp/function_list/")
    assert (done.status, done.output) == (1, "bash: /tmp/function_list/: Is a directory\n")


def test_files_here_documents_and_variables(shell: Run) -> None:
    assert shell("export NAME=world; OTHER='two words'").status == 0
    assert (
        shell("cat <<EOF > f.txt\nhello $NAME\n$OTHER\nEOF\ncat f.txt").output == "hello world\ntwo words\n"
    )
    assert shell("cat <<'EOF'\n$NAME\nEOF").output == "$NAME\n"
    assert shell('echo "$(cat f.txt | head -1)!" >> f.txt; tail -1 f.txt').output == "hello world!\n"
    assert shell("wc -l < f.txt").output.strip() == "3"
    assert shell("mkdir -p made/list && echo x > made/f.txt && ls made").output == "f.txt\nlist\n"
    assert (
        shell("ls nosuch || echo no").output == "ls: cannot access 'nosuch': No such file or directory\nno\n"
    )
    assert shell("false && echo yes; echo $?").output == "1\n"


def test_errors_and_output_of_a_pipe(shell: Run) -> None:
    done = shell("pg_restore -l nosuch.dmp | wc -l")
    assert done.output.endswith("0\n")
    assert "pg_restore: error" in done.output
    assert "error" in shell("pg_restore -l nosuch.dmp 2>&1 | grep -c error; pg_restore nosuch.dmp").output
    assert shell("pg_restore -l nosuch.dmp 2> errors; cat errors | wc -l").output.strip() == "1"
    assert shell("pg_restore -l nosuch.dmp 2>/dev/null").output == ""


def test_psql_that_ends(shell: Run) -> None:
    assert shell("psql -h your-instance -d labdb -Atc 'SELECT current_user'").output == "postgres\n"
    assert (
        shell("psql 'host=your-instance.rds.test dbname=postgres' -Atc 'SELECT current_database()'").output
        == "postgres\n"
    )
    assert shell("psql postgresql://postgres@your-instance:5432/labdb -Atc 'SELECT 1'").output == "1\n"
    assert shell("psql -d labdb <<EOF\nSELECT 5 AS five;\nEOF").output == " five \n------\n    5\n(1 row)\n"
    assert shell("echo 'SELECT 6;' > six.sql; psql -d labdb -At -f six.sql").output == "6\n"
    failed = shell("psql -d labdb -c 'SELECT nothing'")
    assert failed.status == 1
    assert "ERROR:" in failed.output
    assert shell("psql -d nosuch -c 'SELECT 1'").status == 2
    wrong = shell("PGPASSWORD=wrong psql -d labdb -c 'SELECT 1'")
    assert "password authentication failed" in wrong.output


def test_psql_that_begins_a_session(shell: Run, sql: Run) -> None:
    done = shell(
        "psql --host=your-instance.rds.test --port=5432 --username=postgres --password --dbname=postgres"
    )
    assert done.status == 0
    assert done.output.startswith("psql (17")
    assert "postgres" in sql("SELECT current_database();").output
    shell("psql -h your-instance -d labdb -At")
    assert sql("SELECT current_database();").output == "labdb\n"
    refused = shell("psql -h your-instance -U nobody -d labdb")
    assert refused.status == 2
    assert "fe_sendauth" in refused.output
    shell("psql -h your-instance -d labdb")


def test_other_client_programs(shell: Run) -> None:
    assert shell("createdb -h your-instance made && psql made -Atc 'SELECT 1'").output == "1\n"
    assert (
        shell("pg_isready -h your-instance").output == "your-instance.rds.test:5432 - accepting connections\n"
    )
    assert shell("pgbench -i -q -h your-instance made").status == 0
    assert shell("pgbench -n -t 1 -h your-instance made").status == 0
    assert shell("vacuumdb -h your-instance -d made").status == 0
    assert shell("reindexdb -h your-instance -d made -t pgbench_tellers").status == 0
    assert (
        shell("pg_dumpall -h your-instance --globals-only --no-role-passwords | grep -c 'CREATE ROLE'").status
        == 0
    )
    assert shell("pg_dump -Fd -f /tmp/dir made && ls /tmp/dir | tail -1").output == "toc.dat\n"
    assert shell("dropdb -h your-instance made").status == 0


@pytest.mark.parametrize(
    "line",
    [
        "rm -rf /",
        "rm -rf / --no-preserve-root",
        "echo hi && rm -rf *",
        "echo $(rm -rf /)",
        "git submodule init",
        "make",
        "curl http://169.254.169.254/latest/meta-data/",
        "sudo reboot",
        "python3 -c 'import os'",
        "sh -c ls",
        "bash",
        "./configure",
        "eval ls",
        "exec ls",
        "source x",
        ". x",
        "yes",
        "dd if=/dev/zero of=x",
        "tee x",
        "xargs rm",
        "awk 'BEGIN { system(\"id\") }'",
        "sed 'w x' f.txt",
        "find / -delete",
        "kill -9 1",
        "$SHELL",
        "$(echo rm) -rf /",
        ":(){ :|:& };:",
        "`rm -rf /`",
        "sleep 1 &",
        "docker ps",
    ],
)
def test_nothing_else_is_started(shell: Run, line: str) -> None:
    done = shell(line)
    assert done.not_run
    assert (done.output, done.status) == ("", 0)


@pytest.mark.parametrize(
    "line",
    [
        "cat /etc/passwd",
        "cat ../x",
        "cat ~/.ssh/id_rsa",
        "cat < /etc/passwd",
        "echo x > /etc/x",
        "echo x >> ../x",
        "echo x > /tmp/../x",
        "ls /",
        "ls -R",
        "mkdir /x",
        "grep -r x .",
        "grep -f /etc/passwd f.txt",
        "sort --compress-program=sh f.txt",
        "sort -o x f.txt",
        "sort -T / f.txt",
        "tail -f f.txt",
        "tail --follow f.txt",
        "uniq f.txt out",
        "psql -f /etc/passwd",
        "psql -o '|sh' -c 'SELECT 1'",
        "psql -o /x -c 'SELECT 1'",
        "psql -L /x -c 'SELECT 1'",
        "psql -c '\\! id'",
        "psql --comm='\\! id'",
        "psql --command '\\! id'",
        "psql -c \"\\copy t from program 'id'\"",
        "psql <<< '\\! id'",
        "psql -s",
        "pg_dump -f /etc/x labdb",
        "pg_dump --file=/etc/x labdb",
        "pg_dump --file /etc/x labdb",
        "pg_dump labdb --fil ../x",
        "pg_restore -L ../x y",
        "pgbench -f /etc/passwd",
        "psql service=x -c 'SELECT 1'",
        "psql 'passfile=/etc/passwd' -c 'SELECT 1'",
        "sleep infinity",
    ],
)
def test_no_file_outside_and_no_program_by_an_option(shell: Run, line: str) -> None:
    done = shell(line)
    assert done.not_run, done.output


def test_a_file_that_would_start_a_program(shell: Run, lab: Sandbox) -> None:
    shell("cat <<'EOF' > bad.sql\nSELECT 1;\n\\! id\nEOF")
    assert "starts a shell" in shell("psql -d labdb -f bad.sql").not_run
    assert "starts a shell" in shell("psql -d labdb --fil=bad.sql").not_run
    assert "starts a shell" in shell("psql -d labdb -c '\\i bad.sql'").not_run
    shell("echo '\\i bad.sql' > includes.sql")
    assert "starts a shell" in shell("psql -d labdb -f includes.sql").not_run
    assert "starts a shell" in lab.run(Kind.SQL, "\\i includes.sql", 20).not_run
    shell("echo '\\i itself.sql' > itself.sql")
    assert "include each other" in shell("psql -d labdb -f itself.sql").not_run
    shell("echo 'SELECT 8;' > good.sql")
    assert "8" in lab.run(Kind.SQL, "\\i good.sql", 20).output
    assert "starts a shell" in shell("psql -d labdb < bad.sql").not_run
    assert "starts a shell" in shell("cat bad.sql | psql -d labdb").not_run
    shell("cat <<'EOF' > bad.bench\n\\shell id\nSELECT 1;\nEOF")
    assert "starts programs" in shell("pgbench -n -f bad.bench labdb").not_run


@pytest.mark.parametrize("host", ["example.com", "real.abc.us-east-1.rds.amazonaws.com", "10.1.2.3"])
def test_no_other_host(shell: Run, host: str) -> None:
    assert host in shell(f"psql -h {host} -c 'SELECT 1'").not_run
    assert host in shell(f"pg_dump --host={host} labdb").not_run
    assert host in shell(f"psql postgresql://u:p@{host}/db").not_run
    assert host in shell(f"pg_dump 'host={host} dbname=x'").not_run


def test_limits(shell: Run) -> None:
    begun = time.monotonic()
    assert shell("sleep 1000", 1.0).ended == "time limit of 1 s"
    assert shell("psql -d labdb -c 'SELECT pg_sleep(1e6)'", 1.5).ended == "time limit of 1.5 s"
    assert time.monotonic() - begun < 20
    much = shell("psql -d labdb -c 'SELECT generate_series(1, 300000)'")
    assert much.ended == "output limit of 1 MiB"
    assert len(much.output) <= 1 << 20
    assert shell("psql -d labdb -Atc 'SELECT generate_series(1, 300000)' | wc -l").output.strip() == "300000"
    more = shell("psql -d labdb -Atc 'SELECT generate_series(1, 300000)' > many; cat many")
    assert more.ended == "output limit of 1 MiB"


def test_a_session_outlives_a_psql_that_was_ended(shell: Run, sql: Run) -> None:
    sql("BEGIN; CREATE TEMP TABLE held (a int);")
    assert shell("psql -d labdb -c 'SELECT pg_sleep(1e6)'", 1.5).ended == "time limit of 1.5 s"
    assert "(0 rows)" in sql("TABLE held; ROLLBACK;").output
    assert shell("psql -d labdb -c 'SELECT pg_sleep(1e6)'", 1.5).ended == "time limit of 1.5 s"
    assert "(1 row)" in sql("SELECT 1;").output


def test_basis_says_what_was_ours(lab: Sandbox, shell: Run) -> None:
    assert shell("psql -d labdb -c 'SELECT 1'").basis is Basis.REAL
    assert lab.run(Kind.TDS, "select 1", 5).not_run
    assert lab.run(Kind.YAML, "a: b", 5).not_run


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("PATH=/evil LD_PRELOAD=/evil.so psql -d labdb -Atc 'SELECT 1'", ["PATH", "LD_PRELOAD"]),
        ("export PATH=/evil:$PATH; psql -d labdb -Atc 'SELECT 1'", ["PATH"]),
        ("PATH=/evil; psql -d labdb -Atc 'SELECT 1'", ["PATH"]),
        ("echo \"$(AWS_ENDPOINT_URL=http://x psql -d labdb -Atc 'SELECT 1')\"", ["AWS_ENDPOINT_URL"]),
        ("export PGPASSFILE=/x AWS_PROFILE=prod; echo 1", ["PGPASSFILE", "AWS_PROFILE"]),
        ("https_proxy=http://x LC_ALL=C SECRET=s3cret echo 1", ["https_proxy", "LC_ALL", "SECRET"]),
    ],
)
def test_variables_that_are_left_out_are_told(shell: Run, line: str, names: list[str]) -> None:
    done = shell(line)
    assert (done.output, done.status) == ("1\n", 0)
    assert [one.partition(" ")[0] for one in done.remarks] == names
    assert all("is not taken over: " in one for one in done.remarks)
    assert "evil" not in str(done.remarks)
    assert "s3cret" not in str(done.remarks)


def test_variables_that_programs_get(shell: Run) -> None:
    for line in (
        "PGOPTIONS='-c work_mem=77kB' psql -d labdb -Atc 'SHOW work_mem'",
        "export PGOPTIONS='-c work_mem=77kB'; psql -d labdb -Atc 'SHOW work_mem'; unset PGOPTIONS",
        "path=77kB ENV=prod; export path ENV; echo $path",  # the page's own
    ):
        done = shell(line)
        assert (done.output, done.remarks) == ("77kB\n", ())
    wrong = shell("PGPASSWORD=wrong psql -d labdb -Atc 'SELECT 1'")
    assert "password authentication failed" in wrong.output
    assert wrong.remarks == ()
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        region = shell(f"{name}=eu-west-1 aws s3api create-bucket --bucket taken")
        assert "The unspecified location constraint is incompatible" in region.output
        assert region.remarks == ()
    assert "foreign.example" in shell("PGHOSTADDR=foreign.example psql -c 'SELECT 1'").not_run
