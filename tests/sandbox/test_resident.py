"""The shell that stays in a container: commands reach it unchanged, what they say comes back as theirs."""

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rdscheck.errors import StartError
from rdscheck.model import Version
from rdscheck.sandbox import containers, resident
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.engines import by_name
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.pool import Pool
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.sweep import end_run
from tests.conftest import engines

pytestmark = pytest.mark.xdist_group("resident")

Run = Callable[..., tuple[int, bytes, bytes]]

TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=40)


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    """Give a way to run commands beside a server in a container."""
    majors = dict(engines())
    if "docker" not in majors:
        pytest.skip("no Docker engine answers (rdscheck doctor)")
    kept = RunDir.create(Owner.me())
    server = Pool(kept, by_name("docker")).server(Version(majors["docker"]))
    engine = DockerEngine()
    yield lambda *command, **environment: engine.run(server.info, list(command), environment)
    end_run(kept)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=st.lists(TEXTS, max_size=4), value=TEXTS)
def test_words_and_variables_arrive_as_they_are(run: Run, words: list[str], value: str) -> None:
    script = 'printf "%s\\0" "$@"; printf %s "$VALUE" >&2'
    status, output, errors = run("sh", "-c", script, "sh", *words, VALUE=value)
    # printf without arguments prints its format once.
    assert output.decode() == "".join(f"{word}\0" for word in words or [""])
    assert (status, errors.decode()) == (0, value)


@pytest.mark.parametrize(
    ("command", "status"),
    [("true", 0), ("exit 7", 7), ("kill -TERM $$", 143), ("kill -KILL $$", 137), ("exec nosuch", 127)],
)
def test_statuses_are_the_commands_own(run: Run, command: str, status: int) -> None:
    assert run("sh", "-c", command)[0] == status
    assert run("echo", "next") == (0, b"next\n", b"")


def test_bytes_come_back_unchanged_and_apart(run: Run) -> None:
    script = "head -c 2000000 /dev/zero | tr '\\0' '\\377'; printf '7 1 1\\n' >&2"
    assert run("sh", "-c", script) == (0, b"\xff" * 2000000, b"7 1 1\n")
    assert run("cat") == (0, b"", b"")  # it has no input


def test_variables_last_one_command_and_are_seen_by_nobody_else(run: Run) -> None:
    everything = 'for one in /proc/[0-9]*/cmdline; do tr "\\0" " " <"$one"; done; echo "$SECRET" >&2'
    _, output, errors = run("sh", "-c", everything, SECRET="s3cret")
    assert b"/proc/[0-9]" in output
    assert b"s3cret" not in output
    assert errors == b"s3cret\n"
    assert run("sh", "-c", 'echo "$SECRET"') == (0, b"\n", b"")


def test_what_was_interrupted_says_nothing_to_the_next(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(resident._Shell, "_more", interrupted)
        with pytest.raises(KeyboardInterrupt):
            run("sh", "-c", "echo late")
    assert run("echo", "mine") == (0, b"mine\n", b"")


def test_a_shell_that_was_ended_is_told_and_replaced(run: Run) -> None:
    run("true")
    with pytest.raises(StartError, match="was cut off: it has ended"):
        run("sh", "-c", "kill -KILL $PPID")
    assert run("echo", "again") == (0, b"again\n", b"")


def test_a_shell_that_ended_meanwhile_is_replaced(run: Run) -> None:
    pid = run("sh", "-c", "echo $PPID")[1].decode().strip()
    other = threading.Thread(target=run, args=("kill", "-KILL", pid))
    shell = list(resident._SHELLS.shells.values())[-1]  # of the container that was used last
    other.start()
    other.join()
    until = time.monotonic() + 20
    while shell.there and time.monotonic() < until:
        threading.Event().wait(0.01)
    assert run("sh", "-c", "echo $PPID")[1].decode().strip() != pid
    assert shell not in resident._SHELLS.shells.values()


def test_each_thread_has_a_shell_and_a_client_of_its_own(run: Run) -> None:
    said: list[bytes] = []
    clients: list[object] = []

    def act() -> None:
        said.append(run("sh", "-c", "sleep 0.1; echo $PPID")[1])
        clients.append(containers.client())

    threads = [threading.Thread(target=act) for _ in range(3)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert len(set(said)) == len(set(map(id, clients))) == 3
    assert containers.client() is containers.client()


@pytest.mark.parametrize(("name", "word"), [("A;id", "x"), ("A B", "x"), ("", "x"), ("A", "x\0y")])
def test_what_no_shell_can_be_given_is_refused(run: Run, name: str, word: str) -> None:
    with pytest.raises(ValueError, match=r"no name of a variable|NUL byte"):
        run("echo", word, **{name: "1"})
