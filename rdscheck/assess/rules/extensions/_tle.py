"""Extensions made with pg_tle: their control file is a function in the schema pgtle."""

from rdscheck.assess.facts import Facts

_SCHEMA, _CONTROL = "pgtle", ".control"


def made_by_tle(facts: Facts) -> frozenset[tuple[str, str]]:
    """Return database and name of the extensions that pg_tle keeps."""
    return frozenset(
        (one.database, one.name.removesuffix(_CONTROL))
        for one in facts.functions
        if one.schema == _SCHEMA and one.name.endswith(_CONTROL)
    )
