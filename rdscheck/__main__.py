"""``python -m rdscheck``."""

from rdscheck.cli.main import run

if __name__ == "__main__":
    run()
