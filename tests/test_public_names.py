"""What the package offers to others."""

import subprocess
import sys
from pathlib import Path

import pytest

import rdscheck

PACKAGE = Path(rdscheck.__file__).parent


@pytest.mark.parametrize("name", rdscheck.__all__)
def test_a_public_name_is_there_whatever_was_loaded_before(name: str) -> None:
    # A module of the same name would take its place as soon as it is loaded.
    assert not (PACKAGE / f"{name}.py").exists()
    assert not (PACKAGE / name).exists()
    assert getattr(rdscheck, name).__module__.startswith("rdscheck.")
    assert name in dir(rdscheck)


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_ours'"):
        _ = rdscheck.nothing_of_ours


def test_loading_the_package_loads_no_other_one() -> None:
    program = "import sys, rdscheck; print({'pytest', 'psycopg', 'docker', 'boto3'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "set()"
