"""``refused``: expect that the server refuses something, and how."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg


class Refusal:
    """What the server answered, once it has: ``value`` is the error as psycopg raised it."""

    value: psycopg.Error


@contextmanager
def refused(
    how: str | type[psycopg.Error], message: str = "", *, detail: str = "", hint: str = ""
) -> Iterator[Refusal]:
    """Expect an error inside the ``with`` block, whose message, detail and hint contain these texts.

    ``how`` is its SQLSTATE, five characters such as ``"42501"``, or its class in ``psycopg.errors``.
    Raises ``AssertionError`` when nothing is refused, or in another way; a lost connection is no
    refusal and goes on as psycopg's own error. A refused log-in has no SQLSTATE: its class is
    ``psycopg.OperationalError``::

        with refused("42501", "permission denied"):
            rds.execute("ALTER SYSTEM SET work_mem = '1GB'")
    """
    refusal = Refusal()
    try:
        yield refusal
    except psycopg.Error as error:
        refusal.value = error
        _check(error, how, {"message": message, "detail": detail, "hint": hint})
        return
    raise AssertionError("it was not refused")


def _check(error: psycopg.Error, how: str | type[psycopg.Error], wanted: dict[str, str]) -> None:
    told = f"{type(error).__name__}, SQLSTATE {error.sqlstate}: {error}".strip()
    if isinstance(how, str):
        if error.sqlstate is None:
            raise error  # no server said that: the connection is lost, and nothing was found out
        wanted_error, same = f"SQLSTATE {how}", error.sqlstate == how
    else:
        wanted_error, same = how.__name__, isinstance(error, how)
    if not same:
        raise AssertionError(f"refused, but not with {wanted_error}: {told}") from error
    said = {
        # A log-in that is refused has no diagnostics, only its own text.
        "message": error.diag.message_primary or str(error),
        "detail": error.diag.message_detail or "",
        "hint": error.diag.message_hint or "",
    }
    for part, text in wanted.items():
        if text not in said[part]:
            raise AssertionError(f"refused without {text!r} in its {part}: {told}") from error
