"""The small language scenarios speak: what a module documents, and what a test claims.

A scenario is a plain pytest module. ``pytestmark = scenario(...)`` says which
documented procedure it runs; each test is one claim, something that can be true
or false, told by the first line of its docstring.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from rdscheck import deviations
from rdscheck.errors import UsageError
from rdscheck.model import Basis, Certainty, Scenario

Test = TypeVar("Test", bound=Callable[..., Any])

MARK_SCENARIO = "rds_scenario"
MARK_CLAIM = "rds_claim"
MARK_RESTS_ON = "rds_rests_on"
MARK_DEVIATION = "rds_deviation"
MARK_FINDING = "rds_documentation_finding"


def scenario(
    id: str,  # noqa: A002 (the word users of the API expect)
    *,
    title: str,
    docs: str,
    document: str = "",
    since: int = 0,
    until: int = 0,
    needs: tuple[str, ...] = (),
    basis: Basis = Basis.REAL,
) -> list[pytest.MarkDecorator]:
    """Mark a module as the scenario of a documented procedure.

    ``id`` is ``area/procedure`` in lower case, ``docs`` the address of the page that
    documents it, ``document`` the guide followed where that is another one. ``since``
    and ``until`` are majors, 0 for no limit; ``needs`` are abilities asked of the
    server, usually names of extensions; without one the claims are skipped with the
    server's reason. ``basis`` is how its outcomes are obtained unless a ``claim`` says
    otherwise. Assign the result to ``pytestmark``.
    """
    if not re.fullmatch(r"[a-z0-9_]+(/[a-z0-9_-]+)+", id):
        raise UsageError(f"scenario id {id!r} is not of the form area/procedure")
    described = Scenario(
        id=id, title=title, docs=docs, document=document, since=since, until=until, needs=needs
    )
    return [pytest.mark.rds, getattr(pytest.mark, MARK_SCENARIO)(described, Basis(basis))]


def claim(
    *,
    title: str = "",
    source: str = "",
    certainty: str = Certainty.UNSTATED,
    needs: tuple[str, ...] | Callable[[int], tuple[str, ...]] = (),
    basis: str | Callable[[int], Basis] | None = None,
    since: int = 0,
    until: int = 0,
) -> Callable[[Test], Test]:
    """Say of one claim what the module or the test does not.

    ``title`` is the claim as a sentence (else the first line of the docstring),
    ``source`` the address of what says that RDS does so, ``certainty`` one of documented,
    observed, derived, guessed. ``needs`` are abilities asked of the server besides those
    of the scenario: without one this claim is skipped with the server's reason. ``needs``
    and ``basis`` may be functions of the major version. ``since`` and ``until`` are the
    majors the claim applies to, 0 for the scenario's. Raises ``UsageError``.
    """
    if certainty not in list(Certainty):
        raise UsageError(
            f"certainty {certainty!r} is none of {', '.join(each for each in Certainty if each)}"
        )
    if source and not source.startswith("https://"):
        raise UsageError(f"source {source!r} is no web address")
    return _mark(
        MARK_CLAIM,
        title=title,
        source=source,
        certainty=Certainty(certainty),
        needs=needs,
        basis=Basis(basis) if isinstance(basis, str) else basis,
        since=since,
        until=until,
    )


def deviation(key: str, *, raises: type[BaseException] = AssertionError) -> Callable[[Test], Test]:
    """Say that the claim, stated as RDS documents it, is known not to hold here.

    The outcome is ``deviated`` while it fails with ``raises``, and ``failed`` once it
    passes, because then the entry in the table is wrong. Raises ``UnknownKey``.
    """
    deviations.deviation(key)

    def decorate(test: Test) -> Test:
        marked: Test = pytest.mark.xfail(raises=raises, strict=True, reason=key)(test)
        return _mark(MARK_DEVIATION, key)(marked)

    return decorate


def rests_on(*keys: str) -> Callable[[Test], Test]:
    """Say that what RDS does here is not documented: the claim holds for our choice, named by its key."""
    for key in keys:
        deviations.deviation(key)
    return _mark(MARK_RESTS_ON, *keys)


def documentation_finding(key: str) -> Callable[[Test], Test]:
    """Say that the claim, when it passes, confirms that a document is wrong or outdated."""
    deviations.documentation_finding(key)
    return _mark(MARK_FINDING, key)


def _mark(name: str, *args: Any, **kwargs: Any) -> Callable[[Test], Test]:
    """Return a mark: it decorates tests, and ``pytest.param`` takes it too."""
    mark: pytest.MarkDecorator = getattr(pytest.mark, name).with_args(*args, **kwargs)
    return mark
