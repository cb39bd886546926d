"""Where tests run servers: names that are the same on every machine, so that workers collect the same."""

import pytest

from rdscheck.sandbox.local import installations
from tests.conftest import docker_majors


def place(name: str) -> tuple[str, int]:
    """Return engine and major of ``local``, ``docker`` or ``docker-N``; skips where it cannot start here."""
    engine, _, major = name.partition("-")
    found = sorted(installations()) if engine == "local" else docker_majors()
    wanted = int(major or (17 if engine == "docker" and 17 in found else max(found, default=0)))
    if wanted not in found:
        pytest.skip(f"{name}: nothing to start here (rdscheck doctor)")
    return engine, wanted
