"""The hours that findings cost, as the user reckons them: ``ID=FIRST+EACH`` or a TOML file."""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from pathlib import Path

from rdscheck.assess.finding import Effort
from rdscheck.assess.rule import Rule
from rdscheck.assess.toml import read_toml
from rdscheck.errors import UsageError

_FORM = re.compile(r"(\d+(?:\.\d+)?)(?:\+(\d+(?:\.\d+)?))?")
_HINT = (
    "ID=HOURS counts once for a rule, ID=HOURS+EACH also for each finding; "
    'in a file: [effort] and lines like "extension-*" = "4+0.5"'
)


def read_effort(value: object, where: str) -> Effort:
    """Return the effort of ``4``, ``"4"`` or ``"4+0.5"``; raises ``UsageError``."""
    text = f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else value
    match = _FORM.fullmatch(text.replace(" ", "")) if isinstance(text, str) else None
    if match is None or not all(math.isfinite(float(part)) for part in match.groups("0")):
        raise UsageError(f"{where}: {value!r} are no hours", hint=_HINT)
    return Effort(float(match[1]), float(match[2] or 0))


def read_efforts(given: Iterable[str]) -> dict[str, Effort]:
    """Return efforts by glob of rule ids, from options: files or ``ID=HOURS``; raises ``UsageError``."""
    found: dict[str, Effort] = {}
    for one in given:
        id_, equals, hours = one.partition("=")
        if equals and not Path(one).exists():
            found[id_] = read_effort(hours, f"--effort {one}")
        else:
            found |= _file(Path(one))
    return found


def _file(path: Path) -> dict[str, Effort]:
    table = read_toml(path, "--effort", _HINT).get("effort")
    if not isinstance(table, dict):
        raise UsageError(f"--effort {path} has no table [effort]", hint=_HINT)
    return {id_: read_effort(value, f"{path}, {id_}") for id_, value in table.items()}


def with_efforts(rules: Mapping[str, Rule], efforts: Mapping[str, Effort]) -> dict[str, Rule]:
    """Return rules with the user's efforts, the last that fits; raises ``UsageError`` where none fits."""
    found = dict(rules)
    for glob, effort in efforts.items():
        fitting = [id_ for id_ in rules if fnmatchcase(id_, glob)]
        if not fitting:
            raise UsageError(f"--effort {glob}: no rule is called so", hint="rdscheck list rules")
        found |= {id_: replace(found[id_], effort=effort) for id_ in fitting}
    return found


def chosen(rules: Mapping[str, Rule], only: Iterable[str], skip: Iterable[str]) -> dict[str, Rule]:
    """Return the rules asked for by globs; raises ``UsageError`` where a glob fits none, or none is left."""
    wanted, unwanted = list(only), list(skip)
    for option, globs in (("--only", wanted), ("--skip", unwanted)):
        for glob in globs:
            if not any(fnmatchcase(id_, glob) for id_ in rules):
                raise UsageError(f"{option} {glob}: no rule is called so", hint="rdscheck list rules")
    found = {
        id_: rule
        for id_, rule in rules.items()
        if (not wanted or any(fnmatchcase(id_, glob) for glob in wanted))
        and not any(fnmatchcase(id_, glob) for glob in unwanted)
    }
    if not found:
        raise UsageError(
            "--only and --skip leave no rule, so nothing would be checked", hint="rdscheck list rules"
        )
    return found
