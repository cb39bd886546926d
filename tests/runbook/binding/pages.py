"""Pages for tests, made of texts and kinds."""

from collections.abc import Mapping

from rdscheck.runbook.binding.binder import Binder
from rdscheck.runbook.model import Block, Kind, Page, Piece, Placeholder


def page(*blocks: tuple[Kind, str]) -> Page:
    """Return a page whose blocks stand one after the other in fences, one piece each."""
    lines, made = ["# Procedure", ""], []
    for number, (kind, text) in enumerate(blocks, 1):
        lines.append("```")
        first = len(lines) + 1
        lines += text.split("\n")
        made.append(
            Block(
                number, kind, first, len(lines), text, headings=("Procedure",), pieces=(Piece(text, first),)
            )
        )
        lines += ["```", ""]
    return Page("procedure.md", "Procedure", "\n".join(lines), tuple(made))


def shell(text: str) -> Page:
    return page((Kind.SHELL, text))


def sql(text: str) -> Page:
    return page((Kind.SQL, text))


def binder(of: Page, values: Mapping[str, str] | None = None, /, **binds: str) -> Binder:
    """Return a binder whose sandbox knows values by role."""
    known = values or {}

    def value(placeholder: Placeholder) -> str | None:
        return known.get(placeholder.role)

    return Binder(of, binds=binds, value=value)
