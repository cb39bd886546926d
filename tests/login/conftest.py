"""The PAM module of IAM log-ins, compiled with what notices a wrong access to memory."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import quote

import pytest

from rdscheck.aws.tokens import Known
from rdscheck.resources import images_dir

SOURCES = images_dir() / "pam_rds"
WARNINGS = ("-Wall", "-Wextra", "-Werror", "-Wdeclaration-after-statement")
SANITIZERS = ("-fsanitize=address,undefined", "-fno-sanitize-recover=all", "-fno-omit-frame-pointer")

#: Answers of PAM.
OK, DENIED, CONVERSATION = 0, 6, 19


class Module:
    """The module in a process of its own, and a directory for what it reads."""

    def __init__(self, program: Path, directory: Path) -> None:
        self.directory = directory
        self._process = subprocess.Popen(
            [program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"ASAN_OPTIONS": "detect_leaks=1:abort_on_error=0", "TZ": "America/New_York"},
        )

    def know(self, known: Known, user: str | None = None) -> None:
        """Write what it reads."""
        self.write("".join(f"{line}\n" for line in known.lines()).encode(), user)

    def write(self, content: bytes, user: str | None = None) -> None:
        """Write a configuration as it is."""
        name = "login" if user is None else f"login-{quote(user, safe='')}"
        (self.directory / f"{name}.conf").write_bytes(content)

    def why(self, user: str, token: str | bytes, now: datetime) -> str:
        """Return why a token is refused, "-" when it is not."""
        return self._ask(user, token, str(int(now.timestamp())))[1]

    def pam(self, user: str, token: str | bytes | None) -> int:
        """Return what it tells PAM."""
        return self._ask(user, token, "pam")[0]

    def close(self) -> str:
        """End it and return what the sanitizers said."""
        _, errors = self._process.communicate(timeout=60)
        return errors.decode(errors="replace")

    def _ask(self, user: str, token: str | bytes | None, last: str) -> tuple[int, str]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        raw = token.encode(errors="surrogateescape") if isinstance(token, str) else token
        given = (str(self.directory).encode(), user.encode(), raw)
        words = [*("-" if one is None else f"x{one.hex()}" for one in given), last]
        self._process.stdin.write(f"{' '.join(words)}\n".encode())
        self._process.stdin.flush()
        line = self._process.stdout.readline().decode()
        assert line, self.close()
        code, _, why = line.strip().partition(" ")
        return int(code), why


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        pytest.skip("no C compiler (apt-get install gcc libc6-dev)")
    target = tmp_path_factory.mktemp("pam") / "driver"
    driver = Path(__file__).with_name("driver.c")
    sources = [str(path) for path in sorted(SOURCES.glob("*.c"))]
    base = [
        compiler,
        "-std=gnu99",
        "-D_GNU_SOURCE",
        "-g",
        "-O1",
        *WARNINGS,
        f"-I{SOURCES}",
        str(driver),
        *sources,
    ]
    for options in (SANITIZERS, ()):
        done = subprocess.run(
            [*base, *options, "-o", str(target), "-lcrypto"], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return target
    if "openssl" in done.stderr:
        pytest.skip("no headers of OpenSSL (apt-get install libssl-dev)")
    raise AssertionError(done.stderr)


@pytest.fixture(scope="module")
def module(program: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Module]:
    one = Module(program, tmp_path_factory.mktemp("conf"))
    yield one
    assert one.close() == ""
