"""What a deliberate fault is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One fault: ``red`` are the claims, as file and test, that must fail with it."""

    id: str
    imitates: str
    red: tuple[str, ...]
    sql: str = ""
    patch: str = ""  # name of a function of mutant_plugin
    source: tuple[str, str, str] = ("", "", "")  # file, text in it, text instead
