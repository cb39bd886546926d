"""Everything one page needs on one version, opened and closed: lab and names."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from rdscheck.runbook.acting import Configuration
from rdscheck.runbook.binding.binder import Binder
from rdscheck.runbook.binding.made import made
from rdscheck.runbook.binding.premises import premises
from rdscheck.runbook.lab.lab import open_lab
from rdscheck.runbook.model import Page
from rdscheck.runbook.running.runner import Runner
from rdscheck.runbook.running.setting_up import text_of
from rdscheck.sandbox.engine import Engine


@dataclass(frozen=True)
class Order:
    """A page that is to be run, and what was said of it."""

    page: Page
    configuration: Configuration = field(default_factory=Configuration)
    binds: Mapping[str, str] = field(default_factory=dict)
    lines: Collection[int] = ()  # of the blocks that are wanted; empty: all


@contextmanager
def opened(order: Order, version: str, engine: Engine) -> Iterator[Runner]:
    """Give what runs the blocks of a page; its sandbox ends with the block.

    Raises ``EngineUnavailable`` when the version cannot run here, and ``UsageError`` for names and lines
    that do not fit the page.
    """
    page, configuration = order.page, order.configuration
    files = [*configuration.setup, *(path for paths in configuration.started.values() for path in paths)]
    texts = [text_of(Path(path)) for path in files]
    # What the page takes for granted, but not what its set-up files make.
    databases = [one.name for one in premises(page, made(page, texts)).databases]
    with open_lab(version, engine, configuration, page=page, databases=databases) as lab:
        names = Binder(page, configuration, order.binds, lab.value)
        yield Runner(page, lab, names, configuration, order.lines)
