"""Setting a machine up: only with consent, in the right order, and telling what is done."""

import os
from pathlib import Path

import pytest

from rdscheck.errors import StartError
from rdscheck.model import Version
from rdscheck.sandbox import setup
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.local import Installation

VERSIONS = (Version(15), Version(17))


class Machine:
    """A machine that remembers what was installed on it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.installed: list[str] = []
        self.told: list[str] = []
        self.docker = "no engine answers"
        self.rights = True
        self.dockerd_works = True
        self.servers: dict[int, Installation] = {}
        self.lacks_headers = ""
        self.apt = True
        monkeypatch.setattr(DockerEngine, "answers", lambda _: self.docker)
        monkeypatch.setattr(setup, "_may_install", lambda: self.rights)
        monkeypatch.setattr(setup, "_apt_install", self.install)
        monkeypatch.setattr(setup, "_start_dockerd", self.start)
        monkeypatch.setattr(setup, "_bases", lambda *_: None)
        monkeypatch.setattr(setup, "installations", lambda: self.servers)
        monkeypatch.setattr(setup, "why_no_stand_ins", lambda _: self.lacks_headers)
        monkeypatch.setattr(
            setup, "_fetch_headers", lambda major, _: self.installed.append(f"headers {major}")
        )
        monkeypatch.setattr(
            "shutil.which", lambda name: "apt-get" if name == "apt-get" and self.apt else None
        )
        monkeypatch.setattr(setup, "Path", lambda text: tmp_config(self, text))

    def install(self, packages: tuple[str, ...], progress: object) -> bool:
        self.installed += packages
        if "postgresql" in packages:
            self.servers[15] = Installation(Path("/usr/lib/postgresql/15/bin"), "15.1", "Debian")
        return True

    def start(self, progress: object) -> bool:
        self.docker = "" if self.dockerd_works else self.docker
        return self.dockerd_works

    def set_up(self, engine: str = "auto") -> None:
        setup.set_up(engine, VERSIONS, self.told.append)


def tmp_config(_machine: Machine, text: str) -> Path:
    """Keep the package's configuration file out of the real /etc."""
    return Path("/nonexistent") if text.startswith("/etc") else Path(text)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_an_engine_that_answers_needs_nothing(machine: Machine) -> None:
    machine.docker = ""
    machine.set_up()
    assert machine.installed == []


def test_an_engine_is_installed_first(machine: Machine) -> None:
    machine.set_up()
    assert machine.installed == ["docker.io", "iptables"]
    assert any("apt-get install docker.io iptables" in line for line in machine.told)


def test_where_no_engine_can_run_servers_are_installed(machine: Machine) -> None:
    machine.dockerd_works = False
    machine.servers[15] = Installation(Path("/usr/lib/postgresql/15/bin"), "15.1", "Debian")
    machine.lacks_headers = "no server headers"
    machine.set_up()
    assert "libcurl4-openssl-dev" in machine.installed
    assert machine.installed[-1] == "headers 15"


def test_without_rights_installed_servers_are_used_as_they_are(machine: Machine) -> None:
    machine.rights = False
    machine.servers[15] = Installation(Path("/usr/lib/postgresql/15/bin"), "15.1", "Debian")
    machine.set_up()
    assert machine.installed == []
    assert any("using the servers installed here" in line for line in machine.told)


def test_without_rights_headers_still_come_into_a_directory_of_our_own(machine: Machine) -> None:
    machine.rights = False
    machine.apt = True
    machine.servers[15] = Installation(Path("/usr/lib/postgresql/15/bin"), "15.1", "Debian")
    machine.lacks_headers = "no server headers"
    machine.set_up()
    assert machine.installed == ["headers 15"]


def test_without_rights_and_servers_there_is_nothing_to_do(machine: Machine) -> None:
    machine.rights = False
    with pytest.raises(StartError, match="nothing can be installed"):
        machine.set_up()


def test_the_engine_docker_asked_for_by_name_is_not_replaced(machine: Machine) -> None:
    machine.dockerd_works = False
    with pytest.raises(StartError, match="no Docker engine could be set up"):
        machine.set_up("docker")
    assert "postgresql" not in machine.installed


def test_the_engine_local_asked_for_by_name_installs_no_docker(machine: Machine) -> None:
    machine.servers[15] = Installation(Path("/usr/lib/postgresql/15/bin"), "15.1", "Debian")
    machine.set_up("local")
    assert machine.installed == []


def test_the_pid_file_of_a_killed_engine_is_removed(tmp_path: Path) -> None:
    pid_file = tmp_path / "docker.pid"
    pid_file.write_text(str(os.getpid()))  # a process that is no engine has its id now
    setup._forget_dead_engine(pid_file)
    assert not pid_file.exists()


@pytest.mark.parametrize("text", ["", "not a number", "999999999"])
def test_a_pid_file_that_stops_nobody_is_left_alone(tmp_path: Path, text: str) -> None:
    pid_file = tmp_path / "docker.pid"
    pid_file.write_text(text)
    setup._forget_dead_engine(pid_file)
    assert pid_file.read_text() == text
