"""Commands in a container without a start by Docker for each: a shell that stays there runs them.

What Docker starts costs a tenth of a second of processor time, what a shell starts some milliseconds. The
shell ends with its container, or when the thread that asked for it does.
"""

import atexit
import re
import select
import shlex
import threading
import weakref
from collections.abc import Mapping, Sequence
from typing import Any

from rdscheck.sandbox.attached import Attached

_SHELLS = threading.local()

_NAME = re.compile(r"\A[A-Za-z_][A-Za-z0-9_]*\Z")

#: How many shells of containers a thread keeps.
_MOST = 32

#: Where the shell keeps what a command wrote until it has been handed out; the number is the shell's own.
_BEGIN = b"d=/tmp/rdscheck-$$ && mkdir -m 700 $d\n"
_ONE = """\
({exports}exec {command}) </dev/null >$d/out 2>$d/err
s=$?; echo $s $(stat -c %s $d/out $d/err); cat $d/out $d/err
"""
_LONG = 3600.0


#: Those of all threads, to be closed while there still is somebody to do it.
_ALL: "weakref.WeakSet[_Shell]" = weakref.WeakSet()


class ShellEnded(Exception):
    """The shell, or its container, is no more."""


class _Shell(Attached):
    """A shell in a container."""

    def __init__(self, api: Any, container: str) -> None:
        # A shell tells of signals that ended its commands, which nobody asked.
        super().__init__(api, container, ["sh", "-c", "exec 2>/dev/null; exec sh"], {})
        self.write(_BEGIN)
        self._said = bytearray()
        _ALL.add(self)

    def __del__(self) -> None:
        # With the thread it was for, which nobody told.
        self.close()

    @property
    def there(self) -> bool:
        """Tell whether nothing has come that nobody asked for, its end for example."""
        return not select.select([self._socket], [], [], 0)[0]

    def run(self, script: str) -> tuple[int, bytes, bytes]:
        """Run one command; return its exit status, its output and its errors. Raises ``ShellEnded``."""
        try:
            self.write(script.encode(errors="surrogateescape"))
            while b"\n" not in self._said:
                self._more()
            head = self._said[: self._said.index(b"\n")]
            del self._said[: len(head) + 1]
            status, output, errors = (int(one) for one in head.split())
            while len(self._said) < output + errors:
                self._more()
        except (OSError, ValueError) as error:
            raise ShellEnded(str(error)) from error
        said = bytes(self._said)
        self._said.clear()
        return status, said[:output], said[output:]

    def _more(self) -> None:
        piece = self.read(_LONG)
        if not piece:
            raise ShellEnded("it has ended" if piece == b"" else "it says nothing")
        self._said += piece


@atexit.register
def _close_all() -> None:
    for shell in list(_ALL):
        shell.close()


def run(
    api: Any, container: str, command: Sequence[str], environment: Mapping[str, str]
) -> tuple[int, bytes, bytes]:
    """Run a command in a container as the server's user; return its exit status, its output and its errors.

    It has no input, and the container's environment besides ``environment``. Raises ``ShellEnded``,
    ``ValueError`` for what no shell can be given, and ``docker.errors.APIError`` without such a container.
    """
    for name in environment:
        if not _NAME.match(name):
            raise ValueError(f"no name of a variable: {name!r}")
    # In the shell's own words, not in arguments that others could see.
    exports = "".join(f"export {name}={shlex.quote(value)}; " for name, value in environment.items())
    script = _ONE.format(exports=exports, command=shlex.join(command))
    if "\0" in script:
        raise ValueError("a command holds a NUL byte")
    shells: dict[str, _Shell] = _SHELLS.__dict__.setdefault("shells", {})
    shell = shells.pop(container, None)
    if shell is not None and not shell.there:
        shell.close()
        shell = None
    shell = shell or _Shell(api, container)
    try:
        done = shell.run(script)
    except BaseException:
        # Also when somebody interrupts: what it still says would be taken for the next command's.
        shell.close()
        raise
    shells[container] = shell
    while len(shells) > _MOST:
        shells.pop(next(iter(shells))).close()
    return done
