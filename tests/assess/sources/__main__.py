"""``python -m tests.assess.sources fetch``: get the plain servers that the tests of this folder start."""

import sys

from tests.assess.sources.binaries import COMMAND, VERSIONS, directory, fetch


def _tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")


def main() -> int:
    if sys.argv[1:] != ["fetch"]:
        _tell(f"usage: {COMMAND}")
        return 2
    missing = fetch(_tell)
    _tell(f"{len(VERSIONS) - len(missing)} plain servers in {directory()}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
