"""Puts the sandbox's names in the place of a page's words, and the words back into output."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from rdscheck.errors import UsageError
from rdscheck.runbook.acting import Configuration
from rdscheck.runbook.binding.edits import Edit, alone, changes, edited
from rdscheck.runbook.binding.fitting import Role, host_and_port, misfit
from rdscheck.runbook.binding.made import LOOKED_AT, made, pieces
from rdscheck.runbook.binding.occurrences import Occurrence, scan
from rdscheck.runbook.binding.placeholders import find
from rdscheck.runbook.binding.places import Map, Place, Refused, written
from rdscheck.runbook.binding.ports import slot
from rdscheck.runbook.model import Kind, Page, Placeholder

SANDBOX, OPTION, FILE, OWN = "sandbox", "--bind", "configuration", "page"

#: What is told of a password instead of its value.
NOT_SHOWN = "(not shown)"

Value = Callable[[Placeholder], str | None]

_PROGRAMS = re.compile(
    r"\s*(?:[$#] )?(?:\./)?"
    r"(?:aws|psql|pg_\w+|pgbench|createdb|dropdb|vacuumdb|reindexdb|export|echo|cat)\b(?!\s*:?=)"
)

#: A word as names are written, and one that cannot be anything but a placeholder once the page has it as one.
_TOKEN = re.compile(r"(?<![\w-])[A-Za-z0-9][\w-]*|<[^<>\n]{1,80}>")
_UNMISTAKABLE = re.compile(r"[A-Za-z][\w-]*[-_][\w-]*|<[^<>]+>")

#: Forms of values that are looked for in output. A page with more of them is no procedure.
_FORMS = 500


class Binder:
    """Binds the placeholders of one page.

    A value given with ``--bind`` wins over one of the configuration, that over what the page makes
    itself, and that over what the sandbox has. Values that are given are checked at once: one that does
    not fit its role or its place raises ``UsageError``, as does a name that stands nowhere in the page.
    The sandbox is asked each time a text is bound, because an instance may be there only after the page
    created it.
    """

    def __init__(
        self,
        page: Page,
        configuration: Configuration | None = None,
        binds: Mapping[str, str] | None = None,
        value: Value = lambda _: None,
    ) -> None:
        self._page = page
        self._configuration = configuration or Configuration()
        self._value = value
        before = self._configuration.setup, *self._configuration.started.values()
        self._made = made(page, _read(path for paths in before for path in paths))
        self._kinds = {
            text: block.kind
            for block in page.blocks
            if block.kind in LOOKED_AT
            for text in (block.text, *(part for part, _ in pieces(block)))
        }
        self._given = {name: (text, FILE) for name, text in self._configuration.bind.items()}
        self._given.update({name: (text, OPTION) for name, text in (binds or {}).items()})
        self._all = {one.text: one for one in find(page, self._made)}
        self._add_given()
        self._forms: dict[str, str] = {}
        # A text is asked about, bound and asked about again: it is read once.
        self._last: tuple[tuple[str, Kind], list[Occurrence]] = (("", Kind.TEXT), [])
        self._check()

    # What is bound

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        """Return all placeholders in the order of the page, with what they are bound to now and by whom.

        The sandbox is asked; ask before a run and it starts what the page is going to use. This is what
        reports show: of a password only that there is one.
        """
        return tuple(_unsaid(self._bound(one)) for one in self._all.values())

    def unbound(self, text: str, kind: Kind | None = None) -> tuple[str, ...]:
        """Return the placeholders in a text that nobody can bind, each once, in their order."""
        return self._plan(text, self._kind(text, kind), self._bound)[1]

    def bind(self, text: str, kind: Kind | None = None) -> str:
        """Return a block's or piece's text with values in place, each written so that it stays there.

        What nobody can bind is left as it is: ask ``unbound`` first. ``kind`` is what the text is; it is
        known for texts of the page.
        """
        edits, _ = self._plan(text, self._kind(text, kind), self._bound)
        self._remember(text, edits)
        return edited(text, edits)

    def shown(self, text: str) -> str:
        """Return output with real values turned back into what the page has, the longest first.

        A value that the page itself says somewhere is left alone: nobody can tell which of the two was meant.
        """
        if not self._forms:
            return text
        forms = sorted(self._forms, key=lambda form: (-len(form), form))
        pattern = re.compile("|".join(alone(form) for form in forms))
        return pattern.sub(lambda found: self._forms[found.group()], text)

    # How

    def _add_given(self) -> None:
        for name, (value, by) in self._given.items():
            if name not in self._all:
                lines = self._lines(name)
                if not lines or not name.strip():
                    raise UsageError(
                        f"{_who(by)} {name}: the page {self._page.name} has no such word in what it runs",
                        hint="its placeholders are " + (", ".join(self._all) or "none"),
                    )
                self._all[name] = Placeholder(name, Role.UNKNOWN.value, lines)
            one = self._all[name]
            says = misfit(value, one.role)
            alias = value in self._all and value != name
            if says and not alias:
                role = f", {_article(one.role)}" if one.role else ""
                said = "its value" if one.role == Role.PASSWORD else f"«{_safe(value)}»"
                raise UsageError(f"{_who(by)} {name}{role}: {said} does not fit", hint=f"it takes {says}")
        self._all = dict(sorted(self._all.items(), key=lambda item: (item[1].lines[0], item[0])))

    def _lines(self, name: str) -> tuple[int, ...]:
        pattern = re.compile(alone(name))
        found = set()
        for block in self._page.blocks:
            if block.kind in LOOKED_AT:
                for number, line in enumerate(block.text.split("\n"), block.line):
                    if pattern.search(line):
                        found.add(number)
        return tuple(sorted(found))

    def _check(self) -> None:
        """Write every given value in every place it has in the page, so that nothing is refused half-way."""

        def given(one: Placeholder) -> Placeholder:
            mine = self._given.get(one.text)
            return replace(one, value=mine[0], by=mine[1]) if mine and mine[0] not in self._all else one

        for block in self._page.blocks:
            for text, _ in pieces(block) if block.kind in LOOKED_AT and self._given else ():
                self._plan(text, block.kind, given)

    def _kind(self, text: str, kind: Kind | None) -> Kind:
        guess = Kind.SHELL if _PROGRAMS.match(text) else Kind.SQL
        return kind or self._kinds.get(text, guess)

    def _bound(self, one: Placeholder) -> Placeholder:
        return self._from_given(one) or self._from_page(one) or self._from_sandbox(one)

    def _from_given(self, one: Placeholder) -> Placeholder | None:
        name, by, seen = one.text, "", set()
        while name in self._given and name not in seen:  # one name of the page may mean another one
            seen.add(name)
            name, by = self._given[name][0], by or self._given[name][1]
            if name not in self._all:
                return replace(one, value=self._instance(one, name), by=by)
        if by:
            other = self._all[name]
            same = self._from_page(other) or self._from_sandbox(other)
            return replace(one, value=same.value, by=by if same.value else "")
        return self._from_parts(one)

    def _instance(self, one: Placeholder, value: str) -> str:
        if one.role == Role.ENDPOINT and "." not in value and ":" not in value:
            return self._value(replace(one, text=value)) or value  # an instance by its name
        return value

    def _from_parts(self, one: Placeholder) -> Placeholder | None:
        """Bind a name in which given ones stand: the role of an ARN, the instance of an address.

        The sandbox knows what the whole is then; an address at Amazon is never taken as it stands.
        """
        text, by = one.text, ""
        if one.role not in {Role.ENDPOINT, Role.ROLE_ARN, Role.POLICY_ARN}:
            return None
        for name in sorted(self._given, key=len, reverse=True):
            value, who = self._given[name]
            parts = re.split(alone(name), text)
            if len(parts) > 1 and len(name) < len(one.text):
                text, by = value.join(parts), who
        if not by:
            return None
        own = "" if self._makes(one) else self._value(replace(one, text=text))
        value = own or ("" if one.role == Role.ENDPOINT else self._of_this_account(text))
        return replace(one, value=value, by=by) if value and not misfit(value, one.role) else None

    def _makes(self, one: Placeholder) -> bool:
        """Tell whether the page makes the role or policy of an ARN itself."""
        return (one.role.removesuffix("-arn"), one.text.rpartition("/")[2]) in self._made.iam

    def _from_page(self, one: Placeholder) -> Placeholder | None:
        if one.role in {Role.ROLE_ARN, Role.POLICY_ARN} and self._makes(one):
            text = self._of_this_account(one.text)
            return replace(one, value=text, by=SANDBOX) if not misfit(text, one.role) else None
        own = one.role == Role.IAM_ROLE and ("role", one.text) in self._made.iam
        if one.role == Role.FUNCTION:
            own = one.text in self._configuration.functions
        return replace(one, value=one.text, by=FILE if one.role == Role.FUNCTION else OWN) if own else None

    def _of_this_account(self, arn: str) -> str:
        parts = arn.split(":")
        if len(parts) > 5:
            account = self._value(Placeholder(parts[4], Role.ACCOUNT.value, ()))
            parts[4] = account or parts[4]
        return ":".join(parts)

    def _from_sandbox(self, one: Placeholder) -> Placeholder:
        value = self._value(one) or ""
        fits = value and not misfit(value, one.role)
        return replace(one, value=value, by=SANDBOX) if fits else replace(one, value="", by="")

    def _occurrences(self, text: str, kind: Kind) -> list[Occurrence]:
        """Return where placeholders stand: where they are recognised, and wherever else their words are."""
        if (text, kind) == self._last[0]:
            return self._last[1]
        found = [one for one in scan(text, kind, self._made) if one.text in self._all]
        taken = bytearray(len(text))
        for one in found:
            taken[one.start : one.end] = b"\1" * (one.end - one.start)
        places = Map(text, kind)
        given = [name for name in self._given if not _TOKEN.fullmatch(name)]
        pattern = re.compile("|".join([*(alone(name) for name in given), _TOKEN.pattern]))
        for match in pattern.finditer(text):
            start, end = match.span()
            word = self._all.get(match.group())
            if word is None or not self._anywhere(word) or any(taken[start:end]):
                continue
            if places.region(start).place is not Place.COMMENT:
                found.append(Occurrence(start, end, word.text, Role(word.role)))
        self._last = ((text, kind), sorted(found))
        return self._last[1]

    def _anywhere(self, one: Placeholder) -> bool:
        """Tell whether a placeholder is one wherever it stands, as a password is not."""
        given = one.text in self._given and one.role == Role.UNKNOWN
        return given or (one.role != Role.PASSWORD and bool(_UNMISTAKABLE.fullmatch(one.text)))

    def _plan(
        self, text: str, kind: Kind, bound: Callable[[Placeholder], Placeholder]
    ) -> tuple[list[Edit], tuple[str, ...]]:
        """Return the changes of a text, and the placeholders that stay as they are."""
        places = Map(text, kind)
        found = [(one, bound(self._all[one.text])) for one in self._occurrences(text, kind)]
        ports = [edit for one, value in found for edit in _port(text, places, one, value, kind)]
        covered = bytearray(len(text) + 1)
        for port in ports:
            covered[port.start : port.end] = b"\1" * (port.end - port.start)
        edits, missing = [], []
        for one, value in found:
            if covered[one.start]:
                continue
            if not value.value:
                missing.append(one.text)
                continue
            plain = host_and_port(value.value)[0] if one.role is Role.ENDPOINT else value.value
            try:
                new = written(plain, places.chain(one.start, one.end))
            except Refused as refused:
                if value.by != SANDBOX:
                    raise UsageError(
                        f"{_who(value.by)} {one.text}: its value cannot be written within {refused}",
                        hint="bind it to letters and digits",
                    ) from None
                missing.append(one.text)
            else:
                edits.append(Edit(one.start, one.end, new, one.text, plain))
        return edits + ports, tuple(dict.fromkeys(missing))

    def _remember(self, text: str, edits: list[Edit]) -> None:
        for new, old in changes(text, edits):
            self._form(new, old)
        for edit in edits:
            # What a program prints is the bare value, however it was quoted.
            self._form(edit.plain, edit.name)

    def _form(self, new: str, old: str) -> None:
        if len(new) < 2 or new == old or new in self._forms or len(self._forms) >= _FORMS:
            return
        if not re.search(alone(new), self._page.text):
            self._forms[new] = old


def _port(text: str, places: Map, one: Occurrence, value: Placeholder, kind: Kind) -> tuple[Edit, ...]:
    """Return the change of the port beside a host."""
    if one.role is not Role.ENDPOINT or not value.value:
        return ()
    port = host_and_port(value.value)[1] or "5432"
    at = slot(text, places, one, kind)
    if at is None or (at.start == at.end and port == "5432"):
        return ()
    return (Edit(at.start, at.end, at.written(port), f"port {at.number or '5432'}", f"port {port}"),)


def _unsaid(one: Placeholder) -> Placeholder:
    return replace(one, value=NOT_SHOWN) if one.value and one.role == Role.PASSWORD else one


def _read(paths: Iterable[str]) -> Iterator[str]:
    for path in paths:
        try:
            yield Path(path).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"{path}: cannot be read as a set-up file: {error}") from error


def _who(by: str) -> str:
    return by if by == OPTION else "[bind]"


def _article(role: str) -> str:
    return f"{'an' if role[0] in 'aei' else 'a'} {role}"


def _safe(value: str) -> str:
    return value.encode("unicode_escape").decode("ascii")[:60]
