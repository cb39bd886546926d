"""The table [started] of a runbook.toml: what is run on an instance that the lab made."""

from pathlib import Path

import pytest

from rdscheck.errors import UsageError
from rdscheck.runbook.binding.configuration import load


def written(directory: Path, text: str) -> Path:
    (directory / "ready.sql").write_text("SELECT 1;")
    path = directory / "page.runbook.toml"
    path.write_text(text)
    return path


def test_files_are_named_by_instance(tmp_path: Path) -> None:
    found = load(written(tmp_path, '[started]\nTarget-Instance = ["ready.sql"]\n'))
    assert found.started == {"target-instance": (str(tmp_path.resolve() / "ready.sql"),)}


@pytest.mark.parametrize(
    "text",
    [
        "started = 3\n",
        '[started]\ntarget = "ready.sql"\n',
        '[started]\ntarget = ["missing.sql"]\n',
        '[started]\ntarget = ["../ready.sql"]\n',
        '[started]\ntarget = ["/etc/passwd"]\n',
        '[started]\n"no instance" = ["ready.sql"]\n',
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, text: str) -> None:
    with pytest.raises(UsageError, match=r"page\.runbook\.toml: started"):
        load(written(tmp_path, text))
