"""A second, empty project: only the built wheel, and a five-line test."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

FIVE_LINES = """
def test_export(rds, rds_s3):
    rds.execute("CREATE EXTENSION aws_s3 CASCADE")
    rds.execute("SELECT aws_s3.query_export_to_s3('SELECT 42', %s, 'answer.csv')", [rds_s3.bucket])
    assert rds_s3.get("answer.csv") == b"42\\n"
"""

WHERE = """
from rdscheck.resources import images_dir, scenarios_dir
print(scenarios_dir(), images_dir())
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Build the wheel from what git knows, so that nothing lying about gets into it."""
    source = tmp_path_factory.mktemp("source")
    archive = source / "source.tar"
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    names = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-co", "--exclude-standard"],
        capture_output=True, text=True, check=True,
    ).stdout.splitlines()  # fmt: skip
    with tarfile.open(archive, "w") as tar:
        for name in names:
            if (ROOT / name).is_file():
                tar.add(ROOT / name, name)
    with tarfile.open(archive) as tar:
        tar.extractall(source / "tree", filter="data")
    out = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "-w", str(out),
         str(source / "tree")],
        check=True,
    )  # fmt: skip
    (built,) = out.glob("rdscheck-*.whl")
    return built


def test_the_wheel_carries_scenarios_fixtures_and_licence(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for wanted in (
        "rdscheck/_bundled/scenarios/s3/test_export.py",
        "rdscheck/_bundled/scenarios/pytest.ini",
        "rdscheck/_bundled/fixtures/images/Dockerfile",
        "rdscheck/_bundled/fixtures/images/aws_s3/export.c",
        "rdscheck/report/templates/version.md.j2",
        "rdscheck/report/schema/run.schema.json",
        "rdscheck/catalog/data/engine_versions.csv",
        "rdscheck/catalog/data/extensions.csv",
    ):
        assert wanted in names
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not [name for name in names if name.startswith(("tests/", "bench/")) or "/corpus/" in name]


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Install the wheel alone into a directory and return the environment that finds it there."""
    site = tmp_path_factory.mktemp("site")
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(site), str(wheel)],
        check=True,
    )
    return os.environ | {"PYTHONPATH": str(site)}


def test_five_lines_pass_in_an_empty_project(
    installed: dict[str, str], quick: tuple[str, int], tmp_path: Path
) -> None:
    (tmp_path / "test_five.py").write_text(FIVE_LINES)
    engine, major = quick
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-rs",
         "--rds-s3=moto", f"--rds-engine={engine}", f"--rds-pg={major}"],
        capture_output=True, text=True, cwd=tmp_path, env=installed, check=False,
    )  # fmt: skip
    if "could not be built" in done.stdout:
        pytest.skip("no compiler or headers here")
    assert "1 passed" in done.stdout, done.stdout


def test_the_command_runs_its_own_scenarios(
    installed: dict[str, str], quick: tuple[str, int], tmp_path: Path
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", WHERE],
        capture_output=True, text=True, cwd=tmp_path, env=installed, check=True,
    )  # fmt: skip
    assert all(path.startswith(installed["PYTHONPATH"]) for path in done.stdout.split())
    listed = subprocess.run(
        [sys.executable, "-m", "rdscheck", "list", "scenarios"],
        capture_output=True, text=True, cwd=tmp_path, env=installed, check=True,
    )  # fmt: skip
    assert "s3/export\t" in listed.stdout
