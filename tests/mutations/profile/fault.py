"""What a deliberate fault of the RDS profile is."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Edit:
    """A text in a file of fixtures/images, and what stands there instead."""

    file: str
    old: str
    new: str


@dataclass(frozen=True)
class Fault:
    """One fault and the claims that must fail with it.

    ``red`` names them: ``area/claim-role`` for one of scenarios/privileges/claims, as
    ``roles/rds-superuser-drop-master``, and ``test_passwords.py::test_rename_of_md5`` for a
    test. ``since`` and ``until`` are the majors on which the fault can be seen.
    """

    id: str
    imitates: str
    red: tuple[str, ...]
    edits: tuple[Edit, ...]
    since: int = 0
    until: int = 0

    @property
    def baked(self) -> bool:
        """Tell whether a data directory of its own has to be made."""
        return any(not edit.file.endswith(".c") for edit in self.edits)

    @property
    def compiled(self) -> bool:
        """Tell whether a library of its own has to be built."""
        return any(edit.file.endswith(".c") for edit in self.edits)

    def visible_on(self, major: int) -> bool:
        """Tell whether a server of that major shows the fault."""
        return self.since <= major and (not self.until or major <= self.until)


def c(file: str, old: str, new: str) -> tuple[Edit, ...]:
    """Return the edit of one text in a C file of rdsutils."""
    return (Edit(f"rdsutils/{file}", old, new),)
