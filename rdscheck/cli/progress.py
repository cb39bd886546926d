"""Progress of a run: a live table on a terminal, plain lines elsewhere."""

import json
import os
import re
from collections import Counter, defaultdict
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import pytest
from rich.console import Console as RichConsole
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from rdscheck.cli.console import Console
from rdscheck.errors import RdscheckError
from rdscheck.model import NotRun, Outcome, Run, Status
from rdscheck.plugin.hooks import OUTCOMES, OutcomePlugin

_LOUD = (Status.FAILED, Status.ERRORED)


class Progress:
    """A pytest plugin that tells what happens, and keeps the run's result."""

    def __init__(self, console: Console, versions: list[str]) -> None:
        # pytest redirects the standard streams while tests run; a copy of ours stays.
        self._stream = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="replace")
        self._err = RichConsole(file=self._stream, highlight=False, soft_wrap=True)
        self._bars = (
            Bars(
                TextColumn("PostgreSQL {task.fields[version]:<4}"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.description}"),
                TimeElapsedColumn(),
                console=self._err,
            )
            if console.interactive
            else None
        )
        self._tasks: dict[str, Any] = {}
        if self._bars:
            for version in versions:
                self._tasks[version] = self._bars.add_task("starting", total=None, version=version)
        self.expected: Counter[tuple[str, str]] = Counter()  # (file, version) -> claims
        self._done: dict[tuple[str, str], Counter[Status]] = {}
        #: (scenario, version) -> seconds its claims took, set-up and clean-up included
        self.seconds: defaultdict[tuple[str, str], float] = defaultdict(float)
        self.trouble: RdscheckError | None = None
        self.run: Run | None = None

    def __enter__(self) -> Self:
        if self._bars:
            self._bars.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars:
            self._bars.stop()
        self._stream.close()

    def run_with(self, missing: list[NotRun]) -> Run:
        """Return the result, with the versions that could not run."""
        if self.run is None:
            raise RdscheckError("the run gave no result")
        return replace(self.run, not_run=tuple(missing))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Count the claims of a run without workers."""
        self._expect([item.nodeid for item in session.items])

    @pytest.hookimpl(optionalhook=True)
    def pytest_xdist_node_collection_finished(self, ids: list[str]) -> None:
        """Count the claims as the first worker found them."""
        self._expect(ids)

    def _expect(self, ids: list[str]) -> None:
        if self.expected or not ids:
            return
        self.expected.update(_place(nodeid) for nodeid in ids)
        for version, task in self._tasks.items():
            total = sum(count for (_, one), count in self.expected.items() if one == version)
            if self._bars:
                self._bars.update(task, total=total)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Add up what a scenario takes."""
        told = getattr(report, "rdscheck", None)
        if told is not None:
            self.seconds[json.loads(told["scenario"])["id"], told["version"]] += report.duration

    def pytest_rdscheck_outcome(self, outcome: Outcome, nodeid: str) -> None:
        """Tell about one claim, and about a scenario when it was the last of it."""
        place = _place(nodeid)
        done = self._done.setdefault(place, Counter())
        done[outcome.status] += 1
        if outcome.status in _LOUD:
            first = (outcome.reason.splitlines() or [""])[0]
            self._tell(
                f"{outcome.status}: PostgreSQL {outcome.version} {outcome.scenario}: {outcome.title}: {first}"
            )
        if self._bars and outcome.version in self._tasks:
            self._bars.update(self._tasks[outcome.version], advance=1, description=outcome.scenario)
        elif sum(done.values()) == self.expected[place]:
            told = ", ".join(f"{count} {status}" for status, count in sorted(done.items()))
            self._tell(f"PostgreSQL {outcome.version} {outcome.scenario}: {told}")

    def _tell(self, line: str) -> None:
        self._err.print(line, markup=False)
        self._stream.flush()

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        """Keep what stopped a scenario from being read at all."""
        if report.failed:
            lines = str(report.longrepr).strip().splitlines()
            self.trouble = RdscheckError(
                f"{report.nodeid} cannot be read: {lines[-1] if lines else 'no reason'}"
            )

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """Take the result once everything is collected."""
        plugin = session.config.pluginmanager.get_plugin(OUTCOMES)
        if isinstance(plugin, OutcomePlugin):
            self.run = plugin.run()


def _place(nodeid: str) -> tuple[str, str]:
    # The version stands before or behind the other parameters of a claim.
    match = re.search(r"[\[-]pg([0-9]+(?:\.[0-9]+)?)(?=[\]-])", nodeid)
    return nodeid.partition("::")[0], match[1] if match else ""
