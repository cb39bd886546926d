"""Markdown pages as tests: ``--rds-runbook FILE`` and ``[tool.rdscheck.runbooks]``, one test for each block.

The blocks of a page share one sandbox for each version. A test runs the blocks before its own that have not
run yet, so that any selection of tests, on any worker, finds the state that the page has there.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from rdscheck.errors import EngineUnavailable, RdscheckError, UsageError
from rdscheck.model import Version
from rdscheck.plugin.session import session_of

if TYPE_CHECKING:
    from rdscheck.runbook.acting import Configuration
    from rdscheck.runbook.model import Block, Judged, Page
    from rdscheck.runbook.running.runner import Runner

_OPTION = "--rds-runbook"
_PYPROJECT = "pyproject.toml"
_KEY: pytest.StashKey[dict[Path, "Configuration"]] = pytest.StashKey()


def add_options(group: pytest.OptionGroup) -> None:
    """Add the option that names a page."""
    group.addoption(
        _OPTION,
        action="append",
        default=[],
        metavar="FILE.md",
        help="run the code blocks of a markdown page, a test for each; may be given again",
    )


def configure(config: pytest.Config) -> None:
    """Let pytest collect the pages: those named, and those of pyproject.toml where nothing else is named."""
    named = [Path(config.invocation_params.dir, one).resolve() for one in config.getoption("rds_runbook")]
    pyproject = config.rootpath / _PYPROJECT
    if not named and not _declares(pyproject):
        config.stash[_KEY] = {}
        return
    from rdscheck.runbook.binding.configuration import (  # noqa: PLC0415  most test suites run no page
        configuration_of,
        declared,
    )

    try:
        known = declared(pyproject) if _declares(pyproject) else ()
        pages = {one.page.resolve(): one.configuration for one in known}
        listed = list(pages) if config.args_source is not pytest.Config.ArgsSource.ARGS else []
        for path in named:
            if not path.is_file():
                raise UsageError(f"{_OPTION} {path}: there is no such file")
            pages.setdefault(path, configuration_of(path))
    except RdscheckError as error:
        raise pytest.UsageError(str(error)) from error
    config.stash[_KEY] = pages
    given = [Path(config.invocation_params.dir, one.partition("::")[0]).resolve() for one in config.args]
    for path in dict.fromkeys([*named, *listed]):
        if not any(path == one or path.is_relative_to(one) for one in given):
            config.args.append(str(path))


def _declares(pyproject: Path) -> bool:
    """Tell whether the file may have our table, at the price of reading it."""
    try:
        return "rdscheck" in pyproject.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> "RunbookFile | None":
    """Collect a page that was asked for."""
    if file_path.resolve() not in parent.config.stash.get(_KEY, {}):
        return None
    return RunbookFile.from_parent(parent, path=file_path)


class BlockFailed(Exception):
    """A block failed, or is not as the configuration says."""

    def __init__(self, judged: "Judged") -> None:
        super().__init__(judged.detail)
        self.judged = judged


class _Bench:
    """A page on one version: the sandbox, opened when the first block is run."""

    def __init__(self, config: pytest.Config, page: "Page", configuration: "Configuration", version: Version):
        self.config, self.page, self.configuration, self.version = config, page, configuration, version
        self._stack = ExitStack()
        self._runner: Runner | None = None
        self._trouble: RdscheckError | None = None

    def judge(self, block: "Block") -> "Judged":
        """Run the page up to a block and return its verdict; raises what opening a sandbox raises."""
        if self._trouble:
            raise self._trouble
        if self._runner is None:
            from rdscheck.runbook.running.opening import Order, opened  # noqa: PLC0415

            session = session_of(self.config)
            try:
                order = Order(self.page, self.configuration)
                self._runner = self._stack.enter_context(opened(order, str(self.version), session.engine))
            except RdscheckError as error:
                self._trouble = error  # what fails once is not tried by each test again
                raise
        judged = None
        for one in self.page.blocks[: block.number]:
            judged = self._runner.judge(one)
        if judged is None:
            raise AssertionError(block)
        return judged

    def close(self) -> None:
        """End the sandbox."""
        self._runner = None
        self._stack.close()


class RunbookFile(pytest.File):
    """A page. Its tests are its blocks; on several versions, those of each version."""

    def collect(self) -> Iterator[pytest.Item | pytest.Collector]:
        """Read the page; what cannot be read is an error of collection."""
        from rdscheck.runbook.reading import load  # noqa: PLC0415  most test suites run no page

        configuration = self.config.stash[_KEY][self.path.resolve()]
        try:
            page = load(self.path)
            versions = session_of(self.config).versions
        except RdscheckError as error:
            raise self.CollectError(str(error)) from error
        self._benches = [_Bench(self.config, page, configuration, version) for version in versions]
        for bench in self._benches:
            if len(versions) > 1:
                yield _OnVersion.from_parent(self, name=f"pg{bench.version}", bench=bench)
            else:
                yield from _items(self, bench)

    def teardown(self) -> None:
        """End the sandboxes of the page."""
        for bench in self._benches:
            bench.close()


class _OnVersion(pytest.Collector):
    """The blocks of a page on one of several versions."""

    def __init__(self, *, bench: _Bench, **others: Any) -> None:
        super().__init__(**others)
        self.bench = bench

    def collect(self) -> Iterator[pytest.Item]:
        return _items(self, self.bench)

    def teardown(self) -> None:
        self.bench.close()


def _items(parent: pytest.Collector, bench: _Bench) -> Iterator[pytest.Item]:
    for block in bench.page.blocks:
        yield RunbookItem.from_parent(
            parent, name=f"L{block.line}-{block.kind.value}", bench=bench, block=block
        )


class RunbookItem(pytest.Item):
    """One block of a page."""

    def __init__(self, *, bench: _Bench, block: "Block", **others: Any) -> None:
        super().__init__(**others)
        self._bench, self._block = bench, block
        self.add_marker(pytest.mark.rds)
        # With --dist loadgroup one worker runs the page; without, each that gets a block runs those before.
        self.add_marker(pytest.mark.xdist_group(f"{self.path.name}-{bench.version}"))

    def runtest(self) -> None:
        """Run the page up to this block and tell its verdict."""
        from rdscheck.report.runbook.junit import details  # noqa: PLC0415  most test suites run no page
        from rdscheck.report.runbook.words import of_block, remark, state  # noqa: PLC0415
        from rdscheck.runbook.model import Verdict  # noqa: PLC0415
        from rdscheck.runbook.running.results import failing  # noqa: PLC0415

        try:
            judged = self._bench.judge(self._block)
        except EngineUnavailable as error:
            if session_of(self.config).options.required:
                raise
            self._skip(f"PostgreSQL {self._bench.version}: {error}")
        self.user_properties.append(("verdict", judged.verdict.value))
        if failing(judged, on_differs=False):
            raise BlockFailed(judged)
        if judged.verdict in {Verdict.NOT_RUNNABLE, Verdict.NOT_A_COMMAND}:
            self._skip(f"{state(judged)}: {remark(judged)}")
        if judged.verdict is not Verdict.PASSED or of_block(judged):
            self.add_report_section(
                "call", "runbook", f"{state(judged)}: {remark(judged)}\n{details(judged)}"
            )

    @staticmethod
    def _skip(reason: str) -> NoReturn:
        """Skip, at the line of the page and not at that of this module."""
        raise pytest.skip.Exception(reason, _use_item_location=True)

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """Show the block, the diff and what is known; our own errors in one line."""
        from rdscheck.report.runbook.junit import details  # noqa: PLC0415
        from rdscheck.report.runbook.words import remark, state  # noqa: PLC0415

        error = excinfo.value
        if isinstance(error, BlockFailed):
            return f"{state(error.judged)}: {remark(error.judged)}\n{details(error.judged)}"
        if isinstance(error, RdscheckError):
            return str(error)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """Return the place of the block in the page."""
        return self.path, self._block.line - 1, self.name
