"""Our own pages with the verdicts somebody wrote down for them, and how they are run."""

import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rdscheck.runbook.acting import Configuration, Done, Lab
from rdscheck.runbook.binding.binder import Binder
from rdscheck.runbook.binding.configuration import load
from rdscheck.runbook.model import Kind, Placeholder, Ran, Verdict
from rdscheck.runbook.reading import read
from rdscheck.runbook.running.opening import Order, opened
from rdscheck.runbook.running.runner import Runner
from rdscheck.sandbox.docker import DockerEngine
from tests.sandbox.places import place

DIRECTORY = Path(__file__).resolve().parents[3] / "fixtures" / "documents"

#: How the table says a verdict.
SHORT = {
    "passed": Verdict.PASSED,
    "differs": Verdict.DIFFERS,
    "failed": Verdict.FAILED,
    "simulated": Verdict.SIMULATED,
    "not-runnable": Verdict.NOT_RUNNABLE,
    "not-a-command": Verdict.NOT_A_COMMAND,
}


@dataclass(frozen=True)
class Truth:
    """What the table says of a block."""

    line: int
    kind: Kind
    verdict: Verdict
    elsewhere: Mapping[int, Verdict]  # by major

    def on(self, major: int) -> Verdict:
        """Return its verdict on a major."""
        return self.elsewhere.get(major, self.verdict)


def names() -> list[str]:
    """Return the pages, without their suffix."""
    return sorted(path.stem for path in DIRECTORY.glob("*.md") if path.stem != "about")


def truth(name: str) -> tuple[Truth, ...]:
    """Return what the table says of the blocks of a page."""
    return tuple(_truth(one) for one in _table()[f"{name}.md"]["blocks"])


def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((DIRECTORY / "expected.toml").read_text(encoding="utf-8"))


def _truth(text: str) -> Truth:
    line, kind, verdict, *others = text.split()
    elsewhere = {int(major): SHORT[short] for major, _, short in (one.partition(":") for one in others)}
    return Truth(int(line), Kind(kind), SHORT[verdict], elsewhere)


def source(name: str) -> str:
    """Return the text of a page."""
    return (DIRECTORY / f"{name}.md").read_text(encoding="utf-8")


def configuration(name: str) -> Configuration:
    """Return what stands beside a page; without such a file an empty one."""
    path = DIRECTORY / f"{name}.runbook.toml"
    return load(path) if path.exists() else Configuration()


def order(name: str, text: str, settings: Configuration) -> Order:
    """Return what is to be run of a text as a page of that name."""
    return Order(read(f"{name}.md", text), settings)


def run_text(name: str, text: str, settings: Configuration, major: int = 17) -> Ran:
    """Run a text in a sandbox of its own; skips where Docker has no image of the major."""
    place(f"docker-{major}")
    with opened(order(name, text, settings), str(major), DockerEngine()) as runner:
        return runner.run()


def run_page(name: str, major: int = 17) -> Ran:
    """Run one of our pages as it is."""
    return run_text(name, source(name), configuration(name), major)


def verdicts(ran: Ran) -> dict[int, Verdict]:
    """Return the verdicts of a page by the lines of its blocks."""
    return {one.block.line: one.verdict for one in ran.judged}


class Recorded:
    """A lab that answers through another, and remembers."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.version, self.server = lab.version, lab.server
        self.done: list[tuple[Kind, str, Done]] = []
        self.last: Mapping[str, str] = {}
        self.logged: Sequence[str] | None = None

    def run(self, kind: Kind, text: str, seconds: float) -> Done:
        done = self._lab.run(kind, text, seconds)
        self.done.append((kind, text, done))
        return done

    def value(self, placeholder: Placeholder) -> str | None:
        return self._lab.value(placeholder)

    def shown(self) -> Mapping[str, str]:
        self.last = dict(self._lab.shown())
        return self.last

    def notes(self) -> tuple[str, ...]:
        return self._lab.notes()

    def audits(self) -> Sequence[str] | None:
        self.logged = self._lab.audits()
        return self.logged

    def close(self) -> None:
        self._lab.close()


class Replayed:
    """A lab without a server: it answers what another one answered to the same pieces in that order."""

    def __init__(self, recorded: Recorded, ran: Ran) -> None:
        self.version, self.server = recorded.version, recorded.server
        self._values = {one.text: one.value for one in ran.placeholders}
        self._shown, self._logged = recorded.last, recorded.logged
        self._waiting: dict[tuple[Kind, str], list[Done]] = defaultdict(list)
        for kind, text, done in recorded.done:
            self._waiting[kind, text].append(done)

    def run(self, kind: Kind, text: str, seconds: float) -> Done:
        waiting = self._waiting[kind, text]
        return waiting.pop(0) if waiting else Done(not_run="it was not recorded")

    def value(self, placeholder: Placeholder) -> str | None:
        return self._values.get(placeholder.text)

    def shown(self) -> Mapping[str, str]:
        return self._shown

    def notes(self) -> tuple[str, ...]:
        return ()

    def audits(self) -> Sequence[str] | None:
        return self._logged

    def close(self) -> None:
        """Nothing is to be ended."""


def record(name: str) -> tuple[Recorded, Ran]:
    """Run one of our pages on 17, and keep what the sandbox answered."""
    place("docker-17")
    wanted = order(name, source(name), configuration(name))
    with opened(wanted, "17", DockerEngine()) as runner:
        recorded = Recorded(runner.lab)
        runner.lab = recorded
        return recorded, runner.run()


def replay(name: str, text: str, recorded: Recorded, ran: Ran) -> Ran:
    """Run a changed page with the answers of a run before."""
    page, settings = read(f"{name}.md", text), configuration(name)
    lab = Replayed(recorded, ran)
    return Runner(page, lab, Binder(page, settings, {}, lab.value), settings).run()
