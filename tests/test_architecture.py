"""Imports go one way: a layer may use the layers before it, never those behind it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import rdscheck

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "rdscheck"

#: Layers in order; modules of one entry may import each other.
LAYERS = (
    ("model", "errors", "resources", "refusal"),
    ("babelfish",),
    ("catalog",),
    ("deviations",),
    ("upgrade",),
    ("sandbox",),
    ("aws",),
    ("assess",),
    ("runbook",),
    ("report",),
    ("decorators", "recording", "guides"),
    ("claims",),
    ("plugin",),
    ("cli", "__main__"),
)
RANK = {name: rank for rank, names in enumerate(LAYERS) for name in names}

#: The package itself re-exports what scenarios may use and its version.
PUBLIC = "rdscheck"


def layer(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def modules() -> list[Path]:
    return sorted(
        p for p in PACKAGE.rglob("*.py") if "_bundled" not in p.parts and p.parent != PACKAGE.parent
    )


def imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            if node.module == PUBLIC:
                # A public name may be called like the module it comes from.
                names = (alias.name for alias in node.names)
                yield from (PUBLIC if name in rdscheck.__all__ else f"{PUBLIC}.{name}" for name in names)
            else:
                yield node.module


def forbidden(own: str, names: Iterator[str]) -> list[str]:
    """Return imports of our own layers that stand behind a module's layer."""
    wrong = []
    for name in names:
        parts = name.split(".")
        if parts[0] != PUBLIC or len(parts) < 2 or parts[1] not in RANK:
            continue
        if RANK[parts[1]] > RANK[own]:
            wrong.append(name)
    return wrong


@pytest.mark.parametrize("path", modules(), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_a_module_imports_only_layers_before_its_own(path: Path) -> None:
    if path == PACKAGE / "__init__.py":
        pytest.skip("the public names of the package come from several layers")
    assert layer(path) in RANK, f"{path.name} belongs to no layer: add it to LAYERS"
    assert forbidden(layer(path), imported(path)) == []


def test_an_import_from_behind_is_noticed() -> None:
    assert forbidden("sandbox", iter(["rdscheck.report.write", "rdscheck.model", "json"])) == [
        "rdscheck.report.write"
    ]


def test_only_the_command_line_prints_or_exits() -> None:
    found = [
        f"{path.name}:{node.lineno}"
        for path in modules()
        if layer(path) not in {"cli", "__main__"}
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "sys.exit", "exit", "quit"}
    ]
    assert found == []


def test_scenarios_use_public_names_only() -> None:
    wrong = [
        f"{path.name}: {name}"
        for path in sorted((ROOT / "scenarios").rglob("*.py"))
        for name in imported(path)
        if name.startswith("rdscheck.") and name.split(".")[1] in RANK
    ]
    assert wrong == []


def test_every_module_is_read_in_one_sitting() -> None:
    long = {
        str(path.relative_to(ROOT)): length
        for path in [*modules(), *(ROOT / "scenarios").rglob("*.py"), *(ROOT / "fixtures").rglob("*.c")]
        if (length := len(path.read_text(encoding="utf-8").splitlines())) > 450
    }
    assert long == {}
