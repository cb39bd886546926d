"""A lab and names that need no server: what a piece prints is told by the test."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rdscheck.model import Basis
from rdscheck.runbook.acting import Done
from rdscheck.runbook.model import Block, Kind, Page, Piece, Placeholder


@dataclass
class FakeLab:
    """Answers each piece from a table; what is not in it prints nothing."""

    answers: Mapping[str, Done | str | Callable[[], Done]] = field(default_factory=dict)
    version: str = "17"
    server: str = "17.6 (fake)"
    hidden: Mapping[str, str] = field(default_factory=dict)
    logged: Sequence[str] | None = None
    ran: list[tuple[Kind, str]] = field(default_factory=list)

    def run(self, kind: Kind, text: str, seconds: float) -> Done:
        assert seconds > 0
        self.ran.append((kind, text))
        answer = self.answers.get(text, Done())
        if isinstance(answer, str):
            return Done(answer)
        return answer if isinstance(answer, Done) else answer()

    def value(self, placeholder: Placeholder) -> str | None:
        return None

    def shown(self) -> Mapping[str, str]:
        return self.hidden

    def notes(self) -> tuple[str, ...]:
        return ("the database labdb was made",)

    def audits(self) -> Sequence[str] | None:
        return self.logged

    def close(self) -> None:
        pass


@dataclass
class FakeNames:
    """Binds by plain replacement; a placeholder without a value stays unbound."""

    values: Mapping[str, str] = field(default_factory=dict)

    @property
    def placeholders(self) -> tuple[Placeholder, ...]:
        return tuple(
            Placeholder(text, "instance", (1,), value, "--bind" if value else "")
            for text, value in self.values.items()
        )

    def bind(self, text: str, kind: Kind | None = None) -> str:
        del kind
        for name, value in self.values.items():
            text = text.replace(name, value)
        return text

    def unbound(self, text: str, kind: Kind | None = None) -> Sequence[str]:
        del kind
        return [name for name, value in self.values.items() if not value and name in text]

    def shown(self, text: str) -> str:
        for name, value in self.values.items():
            text = text.replace(value, name) if value else text
        return text


def refused(message: str, sqlstate: str = "42501", basis: Basis = Basis.REAL) -> Done:
    """Return how a refused statement ends."""
    return Done(f"ERROR:  {message}\n", 1, sqlstate, basis=basis)


def page(
    *blocks: tuple[Kind, str] | tuple[Kind, str, str | None], name: str = "page.md", **more: int
) -> Page:
    """Return a page of blocks, one piece each: its kind, its text, and what the page prints below.

    Output blocks show the block before; ``more`` is not used.
    """
    del more
    lines: list[str] = ["# A page", ""]
    made: list[Block] = []
    for number, one in enumerate(blocks, 1):
        kind, text = one[0], one[1]
        expected = one[2] if len(one) == 3 else None
        lines += [f"Step {number}.", "", "```"]
        line = len(lines) + 1
        body = text.splitlines() or [""]
        shown = expected.splitlines() if expected is not None else []
        lines += [*body, *shown, "```", ""]
        output = kind is Kind.OUTPUT
        passive = kind in {Kind.OUTPUT, Kind.YAML, Kind.CODE, Kind.TEXT, Kind.POLICY}
        made.append(
            Block(
                number=number,
                kind=kind,
                line=line,
                end=line + len(body) + len(shown) - 1,
                text="\n".join([*body, *shown]),
                headings=("A page",),
                before=f"Step {number}.",
                pieces=()
                if passive
                else (Piece(text, line, expected, line + len(body) if expected is not None else 0),),
                shows=number - 1 if output else 0,
            )
        )
    return Page(name, "A page", "\n".join(lines) + "\n", tuple(made))
