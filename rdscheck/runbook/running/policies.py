"""Policies that a page tells the reader to save: which file a later command reads them from."""

import re
from collections.abc import Mapping

from rdscheck.runbook.model import Kind, Page

#: A plain name, in the working directory of the page's commands.
_FILE = re.compile(r"\bfile://(?:\./)?([A-Za-z0-9][\w.-]*)(?=[\s'\"]|$)")


def policy_files(page: Page) -> Mapping[int, tuple[str, int]]:
    """Return for each policy that a later command reads: its file, and the number of that block.

    The prose before the policy names the file; where it names none, the next command that reads a file
    which no other policy is named for is its reader.
    """
    readers: list[tuple[str, int]] = [
        (found[1], block.number)
        for block in page.blocks
        if block.kind is Kind.SHELL
        for piece in block.pieces
        for found in _FILE.finditer(piece.text)
    ]
    policies = [one for one in page.blocks if one.kind is Kind.POLICY]
    files: dict[int, tuple[str, int]] = {}
    taken: set[str] = set()
    for block in policies:
        for name, reader in readers:
            if reader > block.number and re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", block.before):
                files[block.number] = (name, reader)
                taken.add(name)
                break
    for block in policies:
        if block.number in files:
            continue
        later = [(name, reader) for name, reader in readers if reader > block.number and name not in taken]
        if later:
            files[block.number] = later[0]
            taken.add(later[0][0])
    return files
