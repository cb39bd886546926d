"""Reading a file of claims; whatever is not exactly right is an error that names file and claim."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from rdscheck import deviations
from rdscheck.claims import names
from rdscheck.claims.data import (
    ALLOW,
    PROFILE,
    REFUSE,
    ByVersion,
    Check,
    DataClaim,
    Range,
    Row,
    Rows,
    Statement,
)
from rdscheck.claims.roles import KINDS, MASTER, ME, RDSADMIN
from rdscheck.errors import RdscheckError, UsageError
from rdscheck.model import Basis, Certainty

_FIELDS = {
    "id", "says", "as", "setup", "sql", "expect", "sqlstate", "text", "detail", "hint", "notice", "shows",
    "check", "since", "until", "needs", "basis", "source", "certainty", "rests_on", "finding", "pair", "like",
}  # fmt: skip
#: What a claim takes from the twin named by ``like`` unless it says otherwise.
_INHERITED = ("setup", "sql", "since", "until", "needs", "source")
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_RANGE = re.compile(r"(\d\d)?(-?)(\d\d)?")
_SQLSTATE = re.compile(r"[0-9A-Z]{5}")
_SOURCES = "sources.toml"
_MAJORS = range(11, 30)


class ClaimError(UsageError):
    """A file of claims says something that cannot be, or leaves out what it has to say."""


@cache
def load(path: Path) -> tuple[DataClaim, ...]:
    """Return the claims of a file, checked.

    Names of sources are looked up in ``sources.toml`` beside it. Raises ``ClaimError``.
    """
    tables = _tables(path)
    known = _sources(path.parent / _SOURCES)
    by_id: dict[str, Mapping[str, Any]] = {}
    for number, table in enumerate(tables, 1):
        own = table.get("id")
        if not isinstance(own, str) or not _ID.fullmatch(own):
            raise ClaimError(f"{path.name}, claim {number}: id {own!r} is not in kebab-case")
        if own in by_id:
            raise ClaimError(f"{path.name}, {own}: two claims have this id")
        by_id[own] = table
    claims = []
    for id_, table in by_id.items():
        try:
            claims.append(_claim(id_, _with_twin(table, by_id), path.stem, known))
        except RdscheckError as error:
            raise ClaimError(f"{path.name}, {id_}: {error}") from error
    return _paired(claims, path)


def _tables(path: Path) -> list[Mapping[str, Any]]:
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise ClaimError(f"{path.name}: cannot be read: {error}") from error
    if unknown := sorted(data.keys() - {"claim"}):
        raise ClaimError(f"{path.name}: unknown table {', '.join(unknown)}")
    found = data.get("claim", [])
    if not found or not isinstance(found, list):
        raise ClaimError(f"{path.name}: there is no [[claim]]")
    return found


@cache
def _sources(path: Path) -> Mapping[str, str]:
    if not path.is_file():
        return {}
    found: Mapping[str, str] = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, address in found.items():
        if not isinstance(address, str) or not address.startswith("https://"):
            raise ClaimError(f"{path.name}: {name} is no web address")
    return found


def _with_twin(table: Mapping[str, Any], by_id: Mapping[str, Mapping[str, Any]]) -> Mapping[str, Any]:
    if "like" not in table:
        return table
    twin = by_id.get(table["like"])
    if twin is None or "like" in twin:
        raise ClaimError(f"like names {table['like']!r}, which is no claim that stands on its own here")
    taken = {name: twin[name] for name in _INHERITED if name in twin}
    return {"pair": table["like"]} | taken | dict(table)


def _claim(id_: str, table: Mapping[str, Any], area: str, known: Mapping[str, str]) -> DataClaim:
    if unknown := sorted(table.keys() - _FIELDS):
        raise ClaimError(f"unknown field {', '.join(unknown)}")
    for name in ("says", "as", "sql", "expect", "source", "certainty"):
        if not table.get(name):
            raise ClaimError(f"{name} is missing")
    applies = Range(_major(table.get("since", 0)), _major(table.get("until", 0)))
    if applies.since and applies.until and applies.since > applies.until:
        raise ClaimError(f"no version is inside {applies}")
    claim = DataClaim(
        id=id_,
        area=area,
        says=_text(table["says"], "says"),
        roles=_roles(table["as"]),
        setup=tuple(_statement(one) for one in _listed(table.get("setup", []))),
        sql=tuple(_sql(one) for one in _listed(table["sql"])),
        expect=table["expect"],
        source=_source(table["source"], known),
        certainty=_certainty(table["certainty"]),
        sqlstate=_by_version(table.get("sqlstate"), applies),
        text=_by_version(table.get("text"), applies),
        detail=_by_version(table.get("detail"), applies, whole=False),
        hint=_by_version(table.get("hint"), applies, whole=False),
        notice=_text(table.get("notice", ""), "notice"),
        shows=_rows(table["shows"]) if "shows" in table else None,
        checks=tuple(_check(one) for one in _listed(table.get("check", []))),
        applies=applies,
        needs=_needs(table.get("needs"), applies),
        basis=Basis(table["basis"]) if table.get("basis") in list(Basis) else None,
        rests_on=tuple(_text(one, "rests_on") for one in _listed(table.get("rests_on", []))),
        finding=_text(table.get("finding", ""), "finding"),
        pair=_text(table.get("pair", ""), "pair"),
    )
    if "basis" in table and claim.basis is None:
        raise ClaimError(f"basis {table['basis']!r} is none of {', '.join(Basis)}")
    _consistent(claim)
    return claim


def _consistent(claim: DataClaim) -> None:
    """Raise ``ClaimError`` for what no single field shows."""
    if claim.expect == REFUSE:
        _consistent_refusal(claim)
    elif claim.expect == ALLOW:
        _consistent_allowance(claim)
    else:
        raise ClaimError(f"expect {claim.expect!r} is neither {ALLOW} nor {REFUSE}")
    for key in claim.rests_on:
        deviations.deviation(key)
    if claim.finding:
        deviations.documentation_finding(claim.finding)
    if claim.certainty is Certainty.GUESSED and not claim.rests_on:
        raise ClaimError("a guess names the deviation it rests_on")
    if claim.basis is Basis.REAL and any(PROFILE in each for each in claim.needs.values()):
        raise ClaimError(f"what needs {PROFILE} is not decided by the real component alone")


def _consistent_refusal(claim: DataClaim) -> None:
    if not claim.sqlstate.entries or not claim.text.entries:
        raise ClaimError("a refusal needs sqlstate and text")
    if claim.shows is not None or claim.notice:
        raise ClaimError("a refused act shows no rows and gives no notice")
    for state in claim.sqlstate.values():
        if not _SQLSTATE.fullmatch(state):
            raise ClaimError(f"{state!r} is no SQLSTATE")
    for text in (*claim.text.values(), *claim.detail.values(), *claim.hint.values()):
        names.check(text)


def _consistent_allowance(claim: DataClaim) -> None:
    if any(each.entries for each in (claim.sqlstate, claim.text, claim.detail, claim.hint)):
        raise ClaimError("an allowed act has no sqlstate, text, detail or hint")
    if claim.shows is None and not claim.checks and not claim.notice:
        raise ClaimError("an allowed act has to be proven by its effect: shows, check or notice")
    names.check(claim.notice)


def _paired(claims: Iterable[DataClaim], path: Path) -> tuple[DataClaim, ...]:
    """Give every claim its twin, and raise ``ClaimError`` where an allowed act has none that is refused."""
    by_id = {claim.id: claim for claim in claims}
    twins = {claim.pair: claim.id for claim in reversed(by_id.values()) if claim.pair}
    found = []
    for claim in by_id.values():
        pair = claim.pair or twins.get(claim.id, "")
        where = f"{path.name}, {claim.id}"
        if pair and pair not in by_id:
            raise ClaimError(f"{where}: pair names {pair!r}, which is no claim of this file")
        if pair and by_id[pair].expect == claim.expect:
            raise ClaimError(f"{where}: its pair {pair!r} expects the same")
        if not pair and claim.expect == ALLOW:
            raise ClaimError(f"{where}: an allowed act needs a twin that is refused (pair or like)")
        found.append(replace(claim, pair=pair))
    return tuple(found)


def _listed(value: object) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ClaimError(f"{name} is not a text: {value!r}")
    return value


def _sql(value: object) -> str:
    text = _text(value, "sql")
    names.check(text)
    return text


def _roles(value: object) -> tuple[str, ...]:
    found = tuple(_text(one, "as") for one in _listed(value))
    for role in found:
        if role not in KINDS:
            raise ClaimError(f"nobody is called {role!r}", hint=f"one of {', '.join(KINDS)}")
    if len(set(found)) != len(found):
        raise ClaimError("a role is named twice")
    return found


def _actor(value: object) -> str:
    if value not in {*KINDS, RDSADMIN, ME}:
        raise ClaimError(f"nobody is called {value!r}", hint=f"one of {', '.join([*KINDS, RDSADMIN, ME])}")
    return str(value)


def _statement(value: object) -> Statement:
    """Read ``"SQL"``, which the master user runs, or ``{as = "…", sql = "…"}``."""
    if isinstance(value, str):
        return Statement(MASTER, _sql(value))
    if not isinstance(value, dict) or value.keys() != {"as", "sql"}:
        raise ClaimError(f"setup is SQL or has as and sql: {value!r}")
    return Statement(_actor(value["as"]), _sql(value["sql"]))


def _check(value: object) -> Check:
    if not isinstance(value, dict) or value.keys() not in ({"sql", "shows"}, {"as", "sql", "shows"}):
        raise ClaimError(f"check has sql and shows, and as where it is not the master user: {value!r}")
    return Check(_actor(value.get("as", MASTER)), _sql(value["sql"]), _rows(value["shows"]))


def _rows(value: object) -> Rows:
    """Read rows: ``[[1, "a"], [2, "b"]]``; a single value stands for one row of one column."""
    if not isinstance(value, list):
        value = [[value]]
    rows: list[Row] = []
    for row in value:
        if not isinstance(row, list):
            raise ClaimError(f"shows is a list of rows: {value!r}")
        for cell in row:
            if isinstance(cell, str):
                names.check(cell)
        rows.append(tuple(row))
    return tuple(rows)


def _major(value: object) -> int:
    if value != 0 and (type(value) is not int or value not in _MAJORS):
        raise ClaimError(f"{value!r} is no major version")
    return int(value)


def _range(text: str) -> Range:
    match = _RANGE.fullmatch(text)
    if match is None or not text.strip("-"):
        raise ClaimError(f"{text!r} is no range of versions: 13-14, 15, 16- or -15")
    since, dash, until = int(match[1] or 0), match[2], int(match[3] or 0)
    if (until and not dash) or (since and until and since > until):
        raise ClaimError(f"{text!r} is no range of versions: 13-14, 15, 16- or -15")
    return Range(since, until if dash else since)


def _ranges(value: Mapping[str, Any], applies: Range, *, whole: bool) -> list[tuple[Range, Any]]:
    found = [(_range(text), each) for text, each in value.items()]
    for major in _MAJORS:
        here = [str(range_) for range_, _ in found if major in range_]
        if len(here) > 1:
            raise ClaimError(f"{' and '.join(here)} overlap")
        # Sandboxes begin at 13.
        if whole and not here and major in applies and major >= 13:
            raise ClaimError(f"nothing is said for {major}")
    for range_, _ in found:
        if not any(major in range_ and major in applies for major in _MAJORS):
            raise ClaimError(f"{range_} is outside the versions of the claim, {applies}")
    return found


def _by_version(value: object, applies: Range, *, whole: bool = True) -> ByVersion[str]:
    if value is None:
        return ByVersion()
    if isinstance(value, str):
        return ByVersion(((Range(), value),))
    if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
        raise ClaimError(f"a text or a table of versions and texts was expected: {value!r}")
    return ByVersion(tuple(_ranges(value, applies, whole=whole)))


def _needs(value: object, applies: Range) -> ByVersion[tuple[str, ...]]:
    if value is None:
        return ByVersion()
    if not isinstance(value, dict):
        return ByVersion(((Range(), tuple(_text(one, "needs") for one in _listed(value))),))
    return ByVersion(
        tuple(
            (range_, tuple(_text(one, "needs") for one in _listed(each)))
            for range_, each in _ranges(value, applies, whole=False)
        )
    )


def _source(value: object, known: Mapping[str, str]) -> str:
    text = known.get(str(value), str(value))
    if not text.startswith("https://"):
        raise ClaimError(f"source {value!r} is neither a web address nor a name of {_SOURCES}")
    return text


def _certainty(value: object) -> Certainty:
    if value == "" or value not in list(Certainty):
        wanted = ", ".join(each for each in Certainty if each)
        raise ClaimError(f"certainty {value!r} is none of {wanted}")
    return Certainty(str(value))
