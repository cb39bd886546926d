"""What a deliberate fault of an extension procedure is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """One step of a procedure done wrong, left out or swapped: the claim must fail with it.

    ``claim`` is the file and the test below ``scenarios``, or below ``scenarios/extensions`` when it
    names no folder. ``replace`` are texts and what stands in their place, each found exactly once: in the
    claim's own function, else in its module, or in ``file``, a path below the project's root.
    """

    title: str
    claim: str
    replace: tuple[tuple[str, str], ...]
    file: str = ""
    needs: str = ""  # the extension without which the fault cannot be tried
    pg: int = 0  # the major that shows it, when not every one does

    @property
    def module(self) -> str:
        """Return the file of the claim below ``scenarios``."""
        file = self.claim.partition("::")[0]
        return file if "/" in file else f"extensions/{file}"

    @property
    def test(self) -> str:
        """Return the name of the claim's function."""
        return self.claim.partition("::")[2]

    @property
    def edited(self) -> str:
        """Return the file that is changed, below the project's root."""
        return self.file or f"scenarios/{self.module}"
