"""What a claim did, step by step, fit to be printed: no random names, no secrets.

The plugin makes one recorder per claim; connections made through it note each
statement under the running step, with the error or notices it gave.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Self

import psycopg
from psycopg import ClientCursor
from psycopg.abc import Params, Query
from psycopg.connection import Connection

from rdscheck.model import Step

_NO_STEP = ""
_LONGEST_ACT = 2000  # characters; a scenario may send megabytes

#: A password in a statement, whoever wrote it.
_SECRET = re.compile(r"(PASSWORD\s+)'(?:[^']|'')*'", re.IGNORECASE)


class Recorder:
    """Collects the steps of one claim."""

    def __init__(self) -> None:
        self._steps: list[tuple[str, list[str]]] = []
        self._masks: dict[str, str] = {}
        self._place = ""

    def mask(self, real: str, shown: str) -> None:
        """Print ``shown`` wherever a random name or a secret ``real`` occurs."""
        if real:
            self._masks[real] = shown

    def clean(self, text: str) -> str:
        """Return a text with everything masked that differs at each run."""
        for real in sorted(self._masks, key=len, reverse=True):
            shown = self._masks[real]
            if real.isdecimal():
                # A number is no part of another one: that of a job, 5, is not in SQLSTATE 42501.
                text = shown.join(re.split(rf"(?<!\d){real}(?!\d)", text))
            else:
                text = text.replace(real, shown)
        return _SECRET.sub(r"\1'********'", text)

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Name what happens inside the ``with`` block."""
        self._steps.append((title, []))
        try:
            yield
        finally:
            self._steps.append((_NO_STEP, []))

    def act(self, text: str) -> None:
        """Note one statement or remark under the running step."""
        if not self._steps:
            self._steps.append((_NO_STEP, []))
        self._steps[-1][1].append(text)

    def at(self, place: str) -> None:
        """Note where what follows happens, when it is another place than before."""
        if place != self._place or not self._steps or not self._steps[-1][1]:
            self._place = place
            self.act(f"-- at {place}")

    def steps(self) -> tuple[Step, ...]:
        """Return what happened, masked; unnamed stretches without acts are left out."""
        return tuple(
            Step(title=self.clean(title), acts=tuple(_cut(self.clean(act)) for act in acts))
            for title, acts in self._steps
            if title or acts
        )


def _cut(text: str) -> str:
    """Shorten what is too long to print; only once it is masked, or half a secret would escape the mask."""
    return text if len(text) <= _LONGEST_ACT else f"{text[:_LONGEST_ACT]} … ({len(text)} characters)"


class RecordedCursor(ClientCursor[Any]):
    """Notes statements as they are sent, parameters filled in."""

    def execute(self, query: Query, params: Params | None = None, **options: Any) -> Self:
        """Send and note a statement."""
        connection = self.connection
        if not isinstance(connection, RecordedConnection):
            return super().execute(query, params, **options)  # type: ignore[arg-type]  # Template is for newer Pythons
        recorder = connection.recorder
        if connection.place:
            recorder.at(connection.place)
        recorder.act(self.mogrify(query, params).strip())
        seen = len(connection.notices)
        try:
            return super().execute(query, params, **options)  # type: ignore[arg-type]  # Template is for newer Pythons
        except psycopg.Error as error:
            recorder.act(f"-- {_told(error)}")
            raise
        finally:
            for notice in connection.notices[seen:]:
                recorder.act(f"-- NOTICE:  {notice}")


class RecordedConnection(Connection[Any]):
    """A connection whose statements and notices are noted.

    ``notices`` holds the messages of severity NOTICE and above that arrived, oldest first. ``place`` is
    the server's name in the report, empty where a test has one only.
    """

    place: str = ""
    recorder: Recorder
    notices: list[str]

    @classmethod
    def open(cls, recorder: Recorder, parameters: dict[str, Any], *, autocommit: bool = True) -> Self:
        """Log in with libpq parameters."""
        connection = cls.connect(**parameters, autocommit=autocommit, cursor_factory=RecordedCursor)
        connection.recorder = recorder
        connection.notices = []
        connection.add_notice_handler(connection.keep)
        return connection

    def keep(self, notice: psycopg.errors.Diagnostic) -> None:
        """Remember a notice."""
        self.notices.append(notice.message_primary or "")


def _told(error: psycopg.Error) -> str:
    diag = error.diag
    if not diag.message_primary:
        return str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    lines = [f"{diag.severity}:  {diag.message_primary} (SQLSTATE {diag.sqlstate})"]
    lines += [f"DETAIL:  {diag.message_detail}"] if diag.message_detail else []
    lines += [f"HINT:  {diag.message_hint}"] if diag.message_hint else []
    return "\n-- ".join(line.replace("\n", " ") for line in lines)
