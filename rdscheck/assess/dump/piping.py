"""A program that turns one stream of bytes into another."""

import subprocess
import tempfile
import threading
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from rdscheck.errors import UsageError

Read = Callable[[int], bytes]

_CHUNK = 1 << 18

#: What to do about a file that a program cannot read.
WHOLE = "make sure that it is complete: compare its size or checksum with those of where it was written"


class Pipe:
    """A program that is fed from a function and read from; its errors are kept for ``check``."""

    def __init__(
        self, command: Sequence[str], feed: Read | None = None, environment: Mapping[str, str] | None = None
    ) -> None:
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed by close
        self._fed: BaseException | None = None
        self._process = subprocess.Popen(
            list(command),
            stdin=subprocess.PIPE if feed else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env=environment,
        )
        if feed:
            threading.Thread(target=self._feed, args=(feed,), daemon=True).start()

    def _feed(self, feed: Read) -> None:
        assert self._process.stdin is not None
        # A program that ends early has said why, or has enough.
        with suppress(BrokenPipeError):
            try:
                while part := feed(_CHUNK):
                    self._process.stdin.write(part)
            except (UsageError, OSError) as error:
                self._fed = error
                # It need not notice that there is no more: pg_restore waits for ever for the rest of a tar.
                self._process.kill()
            finally:
                self._process.stdin.close()

    def read(self, size: int) -> bytes:
        """Return what the program wrote, at most that many bytes; none at its end."""
        assert self._process.stdout is not None
        return self._process.stdout.read(size)

    @property
    def errors(self) -> str:
        """Return what the program wrote as errors."""
        self._errors.seek(0)
        return self._errors.read(1 << 16).decode(errors="replace").strip()

    def wait(self) -> int:
        """Return the exit status of the program, which was read to its end."""
        return self._process.wait()

    def check(self, label: str, otherwise: str) -> None:
        """Raise ``UsageError`` when the program failed, with the last line it said."""
        if isinstance(self._fed, UsageError):
            raise self._fed
        if self.wait() != 0:
            said = self.errors.splitlines()
            told = said[-1] if said else "no reason given"
            raise UsageError(f"{label}: {otherwise}: {told}", hint=WHOLE)

    def close(self) -> None:
        """End the program."""
        with suppress(OSError):
            self._process.kill()
        self._process.wait()
        if self._process.stdout:
            self._process.stdout.close()
        self._errors.close()
