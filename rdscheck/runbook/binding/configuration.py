"""``runbook.toml``: what a page leaves open, read strictly.

A file stands beside its page (``upgrade.md`` has ``upgrade.runbook.toml``), or one ``runbook.toml`` holds
a table for each page of its directory. A key that is not known, a value of another type, a path that
leads out of the file's directory: each is a ``UsageError`` that names file and key and says what is
allowed.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from rdscheck.errors import UsageError
from rdscheck.runbook.acting import Configuration, Expectation
from rdscheck.runbook.binding.fitting import Role, misfit
from rdscheck.runbook.model import Verdict

#: Beside ``page.md``, and in its directory.
OWN_SUFFIX, SHARED_NAME = ".runbook.toml", "runbook.toml"

_LONGEST = 86_400.0
_PAGE = re.compile(r".+\.(?:md|markdown|txt)", re.IGNORECASE)


@dataclass(frozen=True)
class Declared:
    """A page that ``pyproject.toml`` names, with what it says of it."""

    page: Path
    configuration: Configuration


class _Table:
    """One table of a file, with what an error has to say of it."""

    def __init__(self, file: Path, data: Mapping[str, Any], at: str = "") -> None:
        self.file = file
        self.data = data
        self.at = at

    def wrong(self, key: str, says: str, hint: str) -> NoReturn:
        place = ".".join(part for part in (self.at, key) if part)
        raise UsageError(f"{self.file}: {place}: {says}", hint=hint)

    def text(self, key: str, value: object) -> str:
        if not isinstance(value, str) or not value.strip():
            self.wrong(key, f"{_kind(value)} where text belongs", 'write "…"')
        return value

    def number(self, key: str, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            self.wrong(key, f"{_kind(value)} where a line number belongs", "lines of the page count from 1")
        return value

    def texts(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            self.wrong(key, f"{_kind(value)} where a list belongs", 'write ["…", "…"]')
        return tuple(self.text(f"{key}[{index}]", one) for index, one in enumerate(value))

    def pairs(self, key: str, value: object) -> dict[str, str]:
        if not isinstance(value, dict):
            self.wrong(
                key,
                f"{_kind(value)} where a table belongs",
                f'write [{key}] and lines such as name = "value"',
            )
        return {name: self.text(f"{key}.{name}", one) for name, one in value.items()}

    def tables(
        self, key: str, value: object, keys: frozenset[str], optional: frozenset[str] = frozenset()
    ) -> list["_Table"]:
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self.wrong(key, f"{_kind(value)} where tables belong", f"write [[{key}]] for each")
        found = [_Table(self.file, one, f"{key}[{index}]") for index, one in enumerate(value)]
        for one in found:
            one.only(keys | optional, needed=keys)
        return found

    def only(self, keys: frozenset[str], needed: frozenset[str] = frozenset()) -> None:
        allowed = "there may be " + ", ".join(sorted(keys))
        for key in self.data:
            if key not in keys:
                self.wrong(key, "no such key", allowed)
        for key in sorted(needed - set(self.data)):
            self.wrong(key, "is missing", allowed)


def _kind(value: object) -> str:
    names = {
        bool: "true or false",
        int: "a number",
        float: "a number",
        str: "text",
        list: "a list",
        dict: "a table",
    }
    return "empty text" if value == "" else names.get(type(value), "a date or time")


def _bind(table: _Table, value: object) -> dict[str, str]:
    return table.pairs("bind", value)


def _file(table: _Table, key: str, value: object) -> str:
    name = table.text(key, value)
    root = table.file.resolve().parent
    path = (root / name).resolve() if not Path(name).is_absolute() else None
    if path is None or not path.is_relative_to(root):
        table.wrong(
            key, f"{name} leads out of {root}", "paths begin at the file that names them and stay below it"
        )
    if not path.is_file():
        table.wrong(key, f"there is no file {path}", "paths begin at the file that names them")
    return str(path)


def _setup(table: _Table, value: object) -> tuple[str, ...]:
    return tuple(
        _file(table, f"setup[{index}]", one) for index, one in enumerate(table.texts("setup", value))
    )


def _started(table: _Table, value: object) -> dict[str, tuple[str, ...]]:
    if not isinstance(value, dict):
        table.pairs("started", value)
        return {}
    found = {}
    for name, files in value.items():
        key = f"started.{name}"
        if says := misfit(name, Role.INSTANCE):
            table.wrong(key, f"{name} is no identifier of an instance", f"it takes {says}")
        texts = table.texts(key, files)
        found[name.lower()] = tuple(_file(table, f"{key}[{index}]", one) for index, one in enumerate(texts))
    return found


def _functions(table: _Table, value: object) -> dict[str, str]:
    return {
        name: _file(table, f"functions.{name}", one) for name, one in table.pairs("functions", value).items()
    }


def _parameters(table: _Table, value: object) -> dict[str, str]:
    if isinstance(value, dict):
        plain = {name: str(one) if type(one) in {int, float} else one for name, one in value.items()}
        return table.pairs("parameters", plain)
    return table.pairs("parameters", value)


def _instances(table: _Table, value: object) -> tuple[str, ...]:
    names = table.texts("instances", value)
    for index, name in enumerate(names):
        if says := misfit(name, Role.INSTANCE):
            table.wrong(f"instances[{index}]", f"{name} is no identifier of an instance", f"it takes {says}")
    if len(set(names)) < len(names):
        table.wrong("instances", "one comes twice", "name each instance once")
    return names


def _database(table: _Table, value: object) -> str:
    name = table.text("database", value)
    if says := misfit(name, Role.DATABASE):
        table.wrong("database", f"{name} does not fit", f"it takes {says}")
    return name


def _seconds(table: _Table, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= _LONGEST:
        table.wrong("seconds", "not a time limit", "a number of seconds above 0, at most a day")
    return float(value)


def _masks(table: _Table, value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        table.pairs("masks", value)
        return {}
    for pattern, shown in value.items():
        if not isinstance(shown, str):
            table.wrong(
                f"masks.{pattern}", f"{_kind(shown)} where text belongs", "write what is shown for it"
            )
        try:
            compiled = re.compile(pattern)
        except re.error as error:
            table.wrong(
                f"masks.{pattern}", f"not a regular expression: {error}", "they are those of Python's re"
            )
        if compiled.match(""):
            table.wrong(f"masks.{pattern}", "matches the empty text", "a mask matches at least one character")
    return dict(value)


def _expected(table: _Table, value: object) -> tuple[Expectation, ...]:
    found: list[Expectation] = []
    keys = frozenset({"line", "verdict", "reason"})
    for one in table.tables("expected", value, keys, optional=frozenset({"pg"})):
        line = one.number("line", one.data["line"])
        verdict = one.text("verdict", one.data["verdict"])
        if verdict not in {known.value for known in Verdict}:
            one.wrong("verdict", f"no verdict is {verdict!r}", "it is one of: " + "; ".join(Verdict))
        majors = _majors(one, one.data.get("pg", []))
        for known in found:
            if known.line == line and (not majors or not known.majors or set(majors) & set(known.majors)):
                one.wrong("line", f"line {line} comes twice", "expect one verdict of a block on a major")
        found.append(Expectation(line, verdict, one.text("reason", one.data["reason"]), majors))
    return tuple(found)


def _majors(table: _Table, value: object) -> tuple[int, ...]:
    if not isinstance(value, list):
        table.wrong("pg", f"{_kind(value)} where a list belongs", "write pg = [17, 18]")
    return tuple(table.number(f"pg[{index}]", one) for index, one in enumerate(value))


def _skip(table: _Table, value: object) -> dict[int, str]:
    found: dict[int, str] = {}
    for one in table.tables("skip", value, frozenset({"line", "reason"})):
        line = one.number("line", one.data["line"])
        if line in found:
            one.wrong("line", f"line {line} comes twice", "skip a block once")
        found[line] = one.text("reason", one.data["reason"])
    return found


_KEYS: Mapping[str, Callable[[_Table, object], Any]] = {
    "bind": _bind,
    "setup": _setup,
    "started": _started,
    "functions": _functions,
    "parameters": _parameters,
    "instances": _instances,
    "database": _database,
    "seconds": _seconds,
    "masks": _masks,
    "expected": _expected,
    "skip": _skip,
}


def load(path: Path, page: str = "") -> Configuration:
    """Return what a file says of a page; ``page`` is its file name, for a file with tables of several.

    Raise ``UsageError`` for a file that cannot be read or says what nobody understands. Tables of other
    pages are checked too.
    """
    data = _toml(path)
    pages = {key: value for key, value in data.items() if _PAGE.fullmatch(key)}
    if not pages:
        return _configuration(_Table(path, data))
    table = _Table(path, data)
    table.only(frozenset(pages))
    read = {}
    for key, value in pages.items():
        if not isinstance(value, dict):
            table.wrong(key, f"{_kind(value)} where a page's table belongs", f'write ["{key}"]')
        read[key] = _configuration(_Table(path, value, key))
    if page:
        return read.get(page, Configuration())
    if len(read) > 1:
        raise UsageError(f"{path}: has tables for {', '.join(read)}", hint="say which page is meant")
    return next(iter(read.values()))


def beside(page: Path) -> Path | None:
    """Return the file that belongs to a page: its own, else the one of its directory."""
    own = page.with_name(page.stem + OWN_SUFFIX)
    shared = page.with_name(SHARED_NAME)
    return own if own.is_file() else shared if shared.is_file() else None


def configuration_of(page: Path, given: Path | None = None) -> Configuration:
    """Return what the named file says of a page, else the one beside it, else nothing."""
    path = given or beside(page)
    return load(path, page.name) if path else Configuration()


def declared(pyproject: Path) -> tuple[Declared, ...]:
    """Return the pages of ``[tool.rdscheck.runbooks]``, in its order; none where the table is missing.

    ``pages`` is a list of files relative to ``pyproject.toml``: names, or tables with ``file`` and the
    keys of a ``runbook.toml``. A page without keys of its own has the file beside it.
    """
    data: Any = _toml(pyproject)
    for key in ("tool", "rdscheck", "runbooks"):
        data = data.get(key, {}) if isinstance(data, dict) else {}
    if data == {}:
        return ()
    table = _Table(
        pyproject, data if isinstance(data, dict) else {"runbooks": data}, "tool.rdscheck.runbooks"
    )
    table.only(frozenset({"pages"}), needed=frozenset({"pages"}))
    pages = table.data["pages"]
    if not isinstance(pages, list):
        table.wrong("pages", f"{_kind(pages)} where a list belongs", 'write pages = ["docs/upgrade.md"]')
    found: dict[Path, Declared] = {}
    for index, entry in enumerate(pages):
        whole = entry if isinstance(entry, dict) else {"file": entry}
        if "file" not in whole:
            table.wrong(f"pages[{index}]", "file is missing", 'write { file = "docs/upgrade.md" }')
        page = Path(_file(table, f"pages[{index}]", whole["file"]))
        own = {key: value for key, value in whole.items() if key != "file"}
        if page in found:
            table.wrong(f"pages[{index}]", f"{page.name} comes twice", "name each page once")
        inner = _Table(pyproject, own, f"tool.rdscheck.runbooks.pages[{index}]")
        found[page] = Declared(page, _configuration(inner) if own else configuration_of(page))
    return tuple(found.values())


def parse_bind(text: str) -> tuple[str, str]:
    """Part ``NAME=VALUE`` of the command line; the value may hold further equals signs."""
    name, separator, value = text.partition("=")
    if not separator or not name.strip() or not value:
        raise UsageError(f"--bind {text!r}: not NAME=VALUE", hint="for example --bind YOUR_BUCKET=exports")
    return name.strip(), value


def _configuration(table: _Table) -> Configuration:
    table.only(frozenset(_KEYS))
    return Configuration(**{key: _KEYS[key](table, value) for key, value in table.data.items()})


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}", hint="is the path right?") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: not TOML: {error}", hint="strings need quotes, tables brackets") from error
