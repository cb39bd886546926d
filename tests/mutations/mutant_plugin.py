"""Loaded with ``-p`` into a run of the scenarios: each pinned claim once per mutant, verdicts to a file.

Environment: ``RDSCHECK_VERDICTS`` names the file, ``RDSCHECK_LIBRARIES`` a directory with one
library per mutant of the C source; where that is missing those mutants do not run.
"""

import json
import os
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rdscheck.model import Outcome
from rdscheck.sandbox.access import FEATURES, Access
from rdscheck.sandbox.associations import Associations
from tests.mutations.mutant import FOLDERS, Mutant
from tests.mutations.planting import library, trigger
from tests.mutations.table import MUTANTS, NEUTRAL

_SHOWN = "<{}>"  # the mutant among the other parameters of a claim
_READ = re.compile("<([a-z0-9-]+)>")
_NONE = "none"
_BY_ID = {one.id: one for one in (NEUTRAL, *MUTANTS)}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give every pinned claim its mutants, and one run each without any and with bare wrappers."""
    name = _name(metafunc.definition)
    mine = [one for one in MUTANTS if _runs(one) and any(_function(claim) == name for claim in one.red)]
    ids = [_NONE, *(one.id for one in mine)]
    if any("real_" in one.sql for one in mine):
        ids.append(NEUTRAL.id)
    metafunc.parametrize("planted", ids, ids=[_SHOWN.format(one) for one in ids], indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Leave out parameters of a claim that no mutant names."""
    pinned = {claim for one in MUTANTS for claim in one.red}
    items[:] = [
        item
        for item in items
        if isinstance(item, pytest.Function) and {_claim(item), _name(item)} & pinned and _wanted(item)
    ]


@pytest.fixture(autouse=True)
def planted(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plant the mutant before the claim does anything."""
    mutant = _BY_ID.get(str(request.param))
    if mutant and mutant.patch:
        PATCHES[mutant.patch](monkeypatch)
    if mutant and (mutation := mutant.sql or _library(mutant)):
        request.getfixturevalue("rds_admin").execute(trigger(mutation, mutant.extension))


def pytest_rdscheck_outcome(outcome: Outcome, nodeid: str) -> None:
    """Write the verdict down, in the process that collects."""
    found = _READ.search(outcome.claim)
    line = {
        "module": Path(nodeid.partition("::")[0]).name,
        "claim": outcome.claim,
        "mutant": found[1] if found else "",
        "status": outcome.status.value,
        "reason": outcome.reason,
    }
    with Path(os.environ["RDSCHECK_VERDICTS"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")


def _runs(mutant: Mutant) -> bool:
    return not mutant.source[0] or bool(_library(mutant))


def _library(mutant: Mutant) -> str:
    directory = os.environ.get("RDSCHECK_LIBRARIES", "")
    path = Path(directory) / mutant.id / f"{mutant.extension}.so"
    return library(str(path), mutant.extension) if directory and mutant.source[0] and path.exists() else ""


def _name(item: Any) -> str:
    parts = item.path.parts
    below = "/".join(parts[parts.index("scenarios") + 1 :])
    for folder in FOLDERS:
        below = below.removeprefix(f"{folder}/")
    return f"{below}::{getattr(item, 'originalname', item.name)}"


def _function(claim: str) -> str:
    return claim.partition("[")[0]


def _claim(item: pytest.Function) -> str:
    parts = [part for part in item.callspec._idlist if not re.match(r"pg\d|<", str(part))]
    return f"{_name(item)}[{'-'.join(map(str, parts))}]"


def _wanted(item: pytest.Function) -> bool:
    mutant = _BY_ID.get(str(item.callspec.params["planted"]))
    return mutant is None or mutant is NEUTRAL or bool({_claim(item), _name(item)} & set(mutant.red))


def allow_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write for every role that it may do everything."""
    lines = Access.lines

    def changed(self: Access) -> list[str]:
        return lines(self) + [f"allow {one.feature} * *" for one in self.associations]

    monkeypatch.setattr(Access, "lines", changed)


def forget_deny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what policies deny."""
    lines = Access.lines
    monkeypatch.setattr(
        Access, "lines", lambda self: [one for one in lines(self) if not one.startswith("deny")]
    )


def keep_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Do nothing when a role is removed."""
    monkeypatch.setattr(Associations, "remove_role", lambda self, feature: None)


def share_roles(monkeypatch: pytest.MonkeyPatch) -> None:
    """Write every role for import and export."""
    lines = Access.lines

    def changed(self: Access) -> list[str]:
        found = lines(self)
        both = [one.replace("s3Import", "s3Export") for one in found]
        both += [one.replace("s3Export", "s3Import") for one in found]
        return list(dict.fromkeys(both))

    monkeypatch.setattr(Access, "lines", changed)


def guess_feature(monkeypatch: pytest.MonkeyPatch) -> None:
    """Understand a feature name whatever its case and underscores."""
    associate = Associations.associate_role
    known = {name.lower(): name for name in FEATURES}

    def changed(self: Associations, feature: str, **rest: Any) -> None:
        associate(self, known.get(feature.replace("_", "").strip().lower(), feature), **rest)

    monkeypatch.setattr(Associations, "associate_role", changed)


def ignore_sizes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep to the sizes of RDS."""
    lines = Access.lines
    monkeypatch.setattr(Access, "lines", lambda self: lines(replace(self, split_bytes=6 * 1024**3)))


PATCHES: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    one.__name__: one
    for one in (allow_everything, forget_deny, keep_roles, share_roles, guess_feature, ignore_sizes)
}
