"""Client programs beside a server: log-in, files, limits, and that nothing is left behind."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from rdscheck.errors import EngineUnavailable
from rdscheck.model import Version
from rdscheck.sandbox import client as client_module
from rdscheck.sandbox.client import Client
from rdscheck.sandbox.engines import by_name
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.sweep import end_run
from tests.conftest import engines

pytestmark = pytest.mark.xdist_group("client")


@pytest.fixture(scope="module", params=["docker", "local"])
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """Give a server of each engine that can start one here."""
    majors = dict(engines())
    if request.param not in majors:
        pytest.skip(f"engine {request.param}: nothing to start here (rdscheck doctor)")
    run = RunDir.create(Owner.me())
    yield Pool(run, by_name(request.param)).server(Version(majors[request.param]))
    end_run(run)


@pytest.fixture
def client(server: Server) -> Iterator[Client]:
    """Give its client programs, as the master user."""
    with _client(server) as found:
        yield found


def _client(server: Server, **login: str) -> Client:
    known = server.login(**login)
    return Client(server.info, known["dbname"], known["user"], known["password"])


def test_logs_in(client: Client) -> None:
    """Programs find the server, the database, the role and its password in their environment."""
    done = client.run("psql", "-Atc", "SELECT current_user, current_database()")
    assert (done.status, done.output, done.errors, done.ended) == (0, "postgres|postgres\n", "", "")


def test_own_version(client: Client, server: Server) -> None:
    """Programs are those of the server's version."""
    assert f"(PostgreSQL) {server.server_version}" in client.run("pg_dump", "--version").output


def test_wrong_password(server: Server) -> None:
    """A refused log-in is an exit status and a message, no exception."""
    with _client(server, password="wrong") as client:
        done = client.run("psql", "-c", "SELECT 1")
    assert done.status == 2
    assert "password authentication failed" in done.errors


def test_files(client: Client) -> None:
    """Files go in and out, and a line of a shell finds them where it runs."""
    client.put("list", b"one\ntwo\xff\n")
    done = client.shell("grep -ac '' list && sort -r <list >sorted")
    assert (done.status, done.output) == (0, "2\n")
    assert client.get("sorted") == b"two\xff\none\n"
    with pytest.raises(FileNotFoundError):
        client.get("none")
    for name in ("../x", "/etc/passwd", ".in", "-x", "a b"):
        with pytest.raises(ValueError, match="plain file name"):
            client.put(name, b"")


def test_input(client: Client) -> None:
    """Input is what was given, nothing by default; arguments are never read by a shell."""
    assert client.run("cat", stdin=b"\x00given").output == "\x00given"
    assert client.run("cat").output == ""
    assert client.run("echo", "$HOME;`id`", "a  b").output == "$HOME;`id` a  b\n"


def test_environment(client: Client) -> None:
    """The environment can be added to; what the user's own says of PostgreSQL does not get in."""
    done = client.run("psql", "-Atc", "SELECT current_database()", env={"PGDATABASE": "template1"})
    assert done.output == "template1\n"


def test_user_environment(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """PGSSLMODE and its like of the user's shell change nothing."""
    monkeypatch.setenv("PGSSLMODE", "verify-full")
    monkeypatch.setenv("PGOPTIONS", "-c search_path=nowhere")
    assert client.run("psql", "-Atc", "SHOW search_path").output == '"$user", public\n'


def test_time_limit(client: Client) -> None:
    """A program that hangs is ended with everything it started, and what it wrote is there."""
    done = client.shell("echo begun; sleep 6543 & sleep 6543", seconds=0.5)
    assert done.ended == "time limit of 0.5 s"
    assert (done.status != 0, done.output) == (True, "begun\n")
    running = client.shell("cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' ' '").output
    assert "sleep 6543" not in running.replace("echo begun", "")


def test_deaf_to_the_time_limit(client: Client) -> None:
    """A program that will not end when asked is killed."""
    done = client.shell("trap '' TERM; while :; do sleep 0.1; done", seconds=0.3)
    assert done.ended == "time limit of 0.3 s"
    assert done.status == 128 + signal.SIGKILL


def test_output_limit(client: Client) -> None:
    """A program that does not stop writing is ended at the limit, whichever way it writes."""
    for line in ("exec yes", "exec yes >&2", "exec yes >file"):
        done = client.shell(line, limit=1 << 20, seconds=30)
        assert done.ended == f"output limit of {1 << 20} bytes", line
        assert len(done.output + done.errors) <= 1 << 20


def test_signal(client: Client) -> None:
    """A crash is told apart from an exit status."""
    done = client.run("sh", "-c", "kill -SEGV $$")
    assert (done.status, done.ended) == (128 + signal.SIGSEGV, "signal 11")
    done = client.shell("exit 255")
    assert (done.status, done.ended) == (255, "")


def test_missing_program(client: Client) -> None:
    """A program that is not there is named."""
    assert client.why_not("psql") == ""
    assert client.why_not("no_such") == "the program no_such is not installed beside this server"
    assert client.run("no_such").status == 127


def test_nothing_left(server: Server) -> None:
    """The directory goes when the client is closed."""
    with _client(server) as client:
        directory = client.directory
        client.put("file", b"x")
    with _client(server) as other:
        assert other.directory != directory
        assert other.run("ls", directory).status != 0


def test_no_programs(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no installation has programs of the version or later, it says which package has them."""
    if server.info.engine == "docker":
        pytest.skip("an image has its programs in it")
    monkeypatch.setattr(client_module, "installations", lambda: {9: Path("/nowhere")})
    with pytest.raises(EngineUnavailable, match=rf"postgresql-client-{server.major}"):
        _client(server)
