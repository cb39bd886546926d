"""What all tests share: engines found here, and pytest's own test bench."""

import os
import signal
import subprocess
from pathlib import Path

import pytest

from rdscheck.sandbox import images
from rdscheck.sandbox.docker import DockerEngine
from rdscheck.sandbox.local import installations
from rdscheck.sandbox.shadow import why_no_stand_ins

pytest_plugins = ["pytester"]

# Started in the background by a script we would ignore Ctrl-C, and so would everything that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

#: Majors that Debian's packages give everybody; CI runs all of them.
PACKAGED = (13, 15, 17, 18)


def docker_majors() -> list[int]:
    """Return the majors whose image is built, without building any."""
    if DockerEngine().answers():
        return []
    return [major for major in images.SUITES if images.exists(images.tag(major))]


def engines() -> list[tuple[str, int]]:
    """Return one (engine, major) for each engine that can start a server here."""
    found = []
    if majors := docker_majors():
        found.append(("docker", max(majors)))
    if local := installations():
        found.append(("local", max(local)))
    return found


@pytest.fixture(params=["docker", "local"])
def some_engine(request: pytest.FixtureRequest) -> tuple[str, int]:
    """Name an engine and a major it can start; skipped where there is none."""
    for name, major in engines():
        if name == request.param:
            return name, major
    pytest.skip(f"engine {request.param}: nothing to start here (rdscheck doctor)")


def quickest() -> tuple[str, int] | None:
    """Return the engine and major that start most quickly with everything the tests need."""
    found = dict(engines())
    if "local" in found and not why_no_stand_ins(installations()[found["local"]].bin_dir):
        return "local", found["local"]
    return next(((name, found[name]) for name in ("docker", "local") if name in found), None)


@pytest.fixture
def quick() -> tuple[str, int]:
    """Name the engine and major that start most quickly here."""
    found = quickest()
    if found is None:
        pytest.skip("no engine here can start a server (rdscheck doctor)")
    return found


def told(reports: Path, version: object) -> str:
    """Return everything reports say of a version: its page, and what ran for each procedure."""
    pages = [reports / f"pg{version}.md", *sorted((reports / f"pg{version}").iterdir())]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


def containers(run_id: str) -> list[str]:
    """Return the containers of a run, stopped ones included."""
    done = subprocess.run(
        ["docker", "ps", "-aq", "--filter", f"label=rdscheck.run={run_id}"],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout.split()


#: Tests that take longest run in part, unless this is set in the environment: see README.md.
THOROUGH = bool(os.environ.get("RDSCHECK_THOROUGH"))

#: Groups of tests that take minutes, longest first.
LONG = ("whole", "faults", "procedures", "mutations", "turned", "examples-13", "examples-18", "corpus")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest, so that in the end no worker is alone with it."""

    def turn(item: pytest.Item) -> int:
        mark = item.get_closest_marker("xdist_group")
        return LONG.index(mark.args[0]) if mark and mark.args[0] in LONG else len(LONG)

    items.sort(key=turn)
