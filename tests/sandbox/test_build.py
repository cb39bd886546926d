"""What build.sh installs, with a compiler that only pretends: a stand-in of plv8, or the real one."""

import os
import re
import subprocess
from pathlib import Path

import pytest

from rdscheck.resources import images_dir
from rdscheck.sandbox.server import STAND_IN

#: Makes an empty file of whatever follows -o.
COMPILER = '#!/bin/sh\nwhile [ $# -gt 1 ]; do [ "$1" != -o ] || : >"$2"; shift; done\n'


def install(directory: Path, major: int) -> Path:
    """Run build.sh for a server of a major and return the directory of its extensions."""
    include, share = directory / "include", directory / "share"
    include.mkdir()
    (include / "postgres.h").touch()
    (include / "pg_config.h").write_text(f'#define PG_MAJORVERSION "{major}"\n')
    compiler = directory / "cc"
    compiler.write_text(COMPILER)
    compiler.chmod(0o755)
    subprocess.run(
        ["sh", str(images_dir() / "build.sh"), str(include), str(directory / "lib"), str(share)],
        env=os.environ | {"CC": str(compiler)},
        check=True,
    )
    return share / "extension"


@pytest.mark.parametrize(("major", "default"), [(13, "3.1.10"), (17, "3.1.10"), (18, "3.2.4")])
def test_plv8_is_a_stand_in_of_the_version_rds_has(tmp_path: Path, major: int, default: str) -> None:
    extensions = install(tmp_path, major)
    control = (extensions / "plv8.control").read_text()
    assert f"default_version = '{default}'" in control
    assert re.search(f"^comment = '.*{STAND_IN}", control, re.MULTILINE)
    scripts = {path.name for path in extensions.glob("plv8--*")}
    assert scripts == {f"plv8--{version}.sql" for version in ("2.3.15", "3.1.10", "3.2.4")}


def test_a_real_plv8_is_left_alone(tmp_path: Path) -> None:
    real = tmp_path / "share" / "extension" / "plv8.control"
    real.parent.mkdir(parents=True)
    real.write_text("default_version = '3.2.3'\n")
    extensions = install(tmp_path, 18)
    assert real.read_text() == "default_version = '3.2.3'\n"
    assert list(extensions.glob("plv8--*")) == []
    assert (extensions / "aws_s3.control").exists()
