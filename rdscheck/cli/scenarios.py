"""Running pytest on the scenarios that travel with rdscheck."""

import pytest

from rdscheck.resources import scenarios_dir


def run_pytest(plugin: object, *options: str) -> int | pytest.ExitCode:
    """Run pytest on our scenarios with a plugin that takes what it finds.

    The user's own pytest configuration has no say, nothing is written beside the
    scenarios, and pytest itself prints nothing.
    """
    folder = scenarios_dir()
    fixed = [
        str(folder),
        "-c",
        str(folder / "pytest.ini"),
        f"--rootdir={folder}",
        "--import-mode=importlib",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:terminal",
    ]
    return pytest.main([*fixed, *options], plugins=[plugin])
