"""What reports in HTML have in common: one file that needs nothing else, with foreign text made harmless."""

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rdscheck.report.text import visible

_TEMPLATES = Path(__file__).parent / "templates"


def page(template: str, **values: object) -> str:
    """Return a template filled in, without its empty lines."""
    rendered = _environment().get_template(template).render(**values)
    return "\n".join(line for line in rendered.split("\n") if line.strip()) + "\n"


def _address(value: str) -> str:
    """Return an address that a link may lead to; anything else leads nowhere."""
    return value if value.startswith("https://") else "#"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=lambda value: visible(value, keep="\n") if type(value) is str else value,
    )
    environment.filters["address"] = _address
    return environment
