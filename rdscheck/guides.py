"""Guides, step by step, with the claims that show each step: ``scenarios/AREA/guides/NAME.toml``.

A file has ``title``, ``docs`` (the guide's address) and ``[[section]]`` with ``name`` and ``step``: a
list of ``{step = "2", does = "…", claims = ["scenario::claim"]}``, with ``note`` in place of claims
where nothing shows it.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from rdscheck.errors import UsageError
from rdscheck.model import Guide, GuideStep
from rdscheck.resources import scenarios_dir

_REFERENCE = re.compile(r"[a-z0-9_]+(/[a-z0-9_-]+)+::\w+")
_STEP_KEYS = {"step", "does", "claims", "note"}


def guides(scenarios: Path | None = None) -> tuple[Guide, ...]:
    """Return the guides that scenarios follow, by id. Raises ``UsageError`` for a file that is none."""
    root = scenarios or scenarios_dir()
    return tuple(_guide(path, root) for path in sorted(root.glob("*/guides/*.toml")))


def followed(scenarios: Iterable[str]) -> tuple[Guide, ...]:
    """Return the guides that any of these scenarios shows a step of."""
    ids = set(scenarios)
    return tuple(
        guide
        for guide in guides()
        if any(claim.partition("::")[0] in ids for step in guide.steps for claim in step.claims)
    )


def _guide(path: Path, root: Path) -> Guide:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        return Guide(
            id=f"{path.relative_to(root).parts[0]}/{path.stem}",
            title=data["title"],
            docs=data["docs"],
            steps=tuple(
                _step(section["name"], step) for section in data["section"] for step in section["step"]
            ),
        )
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError(f"{path} is no guide: {error}", hint="rdscheck/guides.py tells its form") from error


def _step(section: str, raw: Mapping[str, Any]) -> GuideStep:
    if unknown := raw.keys() - _STEP_KEYS:
        raise ValueError(f"{', '.join(sorted(unknown))} in a step of {section!r}")
    step = GuideStep(
        section=section,
        step=raw["step"],
        does=raw["does"],
        claims=tuple(raw.get("claims", ())),
        note=raw.get("note", ""),
    )
    if wrong := [claim for claim in step.claims if not _REFERENCE.fullmatch(claim)]:
        raise ValueError(f"{wrong[0]!r} is not of the form area/procedure::claim")
    if bool(step.claims) == bool(step.note):
        raise ValueError(f"step {step.step!r} of {section!r} has to have claims or a note")
    return step
