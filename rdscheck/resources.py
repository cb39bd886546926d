"""Where our own data files are: beside the package in a checkout, inside it in a wheel."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_bundled"
_ROOT = _BUNDLED if _BUNDLED.is_dir() else _PACKAGE.parent


def scenarios_dir() -> Path:
    """Return the folder of the scenarios that travel with rdscheck."""
    return _ROOT / "scenarios"


def fixtures_dir() -> Path:
    """Return the folder of images, SQL and documents."""
    return _ROOT / "fixtures"


def images_dir() -> Path:
    """Return the build context of the server and LocalStack images."""
    return fixtures_dir() / "images"
