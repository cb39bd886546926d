"""A compiler that remembers: a mutant differs from the others in one file only."""

from pathlib import Path

_SCRIPT = """#!/bin/sh
for argument; do
    case $argument in *.c) source=$argument ;; esac
    object=$argument
done
case " $* " in *" -c "*) ;; *) exec cc "$@" ;; esac
kept=$(dirname "$0")/$(sha256sum <"$source" | cut -d' ' -f1).o
[ -f "$kept" ] || { cc "$@" && cp "$object" "$kept.$$" && mv "$kept.$$" "$kept"; } || exit 1
cp "$kept" "$object"
"""


def remembering_compiler(room: Path) -> Path:
    """Return a compiler for ``$CC`` that keeps its objects in a directory."""
    path = room / "cc"
    path.write_text(_SCRIPT, encoding="utf-8")
    path.chmod(0o755)
    return path
