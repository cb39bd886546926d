"""What a deliberate fault is."""

from dataclasses import dataclass
from pathlib import Path

from rdscheck.resources import scenarios_dir

#: Where claims that mutants name are, below the scenarios; file names differ.
FOLDERS = ("s3", "aws/functions", ".")


@dataclass(frozen=True)
class Mutant:
    """One fault: ``red`` are the claims, as file and test, that must fail with it."""

    id: str
    imitates: str
    red: tuple[str, ...]
    sql: str = ""
    patch: str = ""  # name of a function of mutant_plugin
    source: tuple[str, str, str] = ("", "", "")  # file, text in it, text instead

    @property
    def extension(self) -> str:
        """Return the extension whose C source is changed."""
        return "aws_lambda" if self.source[0].startswith("aws_lambda/") else "aws_s3"


def module(claim: str) -> Path:
    """Return the file of a claim."""
    name = claim.partition("::")[0]
    return next(path for folder in FOLDERS if (path := scenarios_dir() / folder / name).exists())
