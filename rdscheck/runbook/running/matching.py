"""Lines of a page that are patterns: ``(re)`` and ``(glob)`` at their end, as in cram."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from fnmatch import translate

PATTERN = re.compile(r"(.*\S)\s+\((re|glob)\)")

#: A page's expression may need ages for a line; the process that tries it is given this long.
_SECONDS = 2.0

#: Matches every expression with every line and writes which fit.
_TRY = """
import json, re, sys
patterns, lines = json.load(sys.stdin)
found = []
for pattern in patterns:
    try:
        compiled = re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        continue
    found += [(pattern, line) for line in lines if compiled.fullmatch(line)]
json.dump(found, sys.stdout)
"""


def matching(patterns: Sequence[str], lines: Sequence[str]) -> Callable[[str, str], bool]:
    """Return what tells whether a line of the page stands for a printed line.

    A text that is no pattern, or a pattern that is no expression or takes too long, stands for itself.
    """
    globs: dict[str, re.Pattern[str]] = {}
    expressions: dict[str, str] = {}
    for text in patterns:
        if found := PATTERN.fullmatch(text):
            if found[2] == "glob":
                globs[text] = re.compile(translate(found[1]))
            else:
                expressions[text] = found[1]
    hits = _tried(sorted(set(expressions.values())), sorted(set(lines))) if expressions else frozenset()

    def fits(pattern: str, line: str) -> bool:
        if pattern in globs:
            return globs[pattern].fullmatch(line) is not None
        if pattern in expressions:
            return (expressions[pattern], line) in hits or pattern == line
        return pattern == line

    return fits


def _tried(patterns: Sequence[str], lines: Sequence[str]) -> frozenset[tuple[str, str]]:
    # Python's matching cannot be given a time limit, a process can.
    try:
        ended = subprocess.run(
            [sys.executable, "-I", "-c", _TRY],
            input=json.dumps([patterns, lines]),
            capture_output=True,
            text=True,
            timeout=_SECONDS,
            check=True,
        )
    except (subprocess.TimeoutExpired, subprocess.CalledProcessError):
        return frozenset()
    return frozenset((pattern, line) for pattern, line in json.loads(ended.stdout))
