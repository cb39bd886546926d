"""Statements that dumps are full of, told without the parser.

Each form is one that pg_dump writes, matched as a whole and with all that may stand in it; whatever differs
by a word goes to the parser. What comes out is what the parser's tree gives: tests compare the two.
"""

import re
from collections.abc import Callable

from rdscheck.assess.dump.scene import Change, Said, Scene
from rdscheck.assess.dump.usual_table import NAME, QUALIFIED, plain_name, usual_table
from rdscheck.assess.facts import Relation
from rdscheck.assess.roles import is_system_role

_I, _N = NAME, QUALIFIED
_LIST = rb"\(" + _I + rb"(?:, " + _I + rb")*+\)"
_PARTS = re.compile(_I)

#: Words that are no names of roles where a role is meant.
_NO_ROLE = frozenset({b"current_user", b"current_role", b"session_user", b"public", b"none"})


def _form(*parts: bytes) -> re.Pattern[bytes]:
    return re.compile(b"".join(parts))


_OWNER = _form(
    rb"ALTER (?:FOREIGN TABLE|MATERIALIZED VIEW|SEQUENCE|TABLE|VIEW)(?: ONLY)? (",
    _N,
    rb") OWNER TO (",
    _I,
    rb")",
)
_FUNCTION = _form(rb"ALTER FUNCTION (", _N, rb")\(\) OWNER TO (", _I, rb")")
_KEY = _form(rb"ALTER TABLE(?: ONLY)? (", _N, rb")\s+ADD CONSTRAINT ", _I, rb" (PRIMARY KEY|UNIQUE) ", _LIST)
_SEQUENCE = _form(
    rb"CREATE SEQUENCE (",
    _N,
    rb")(?:\s+AS (?:integer|smallint|bigint))?\s+START WITH -?\d++\s+INCREMENT BY -?\d++",
    rb"\s+(?:NO MINVALUE|MINVALUE -?\d++)\s+(?:NO MAXVALUE|MAXVALUE -?\d++)\s+CACHE \d++(?:\s+CYCLE)?",
)
_ACT = rb" ON (?:UPDATE|DELETE) (?:CASCADE|RESTRICT|SET NULL|SET DEFAULT|NO ACTION)"
_NOTHING = _form(
    rb"(?:ALTER SEQUENCE ", _N, rb" OWNED BY ", _I, rb"(?:\.", _I, rb"){1,2}",
    rb"|ALTER TABLE(?: ONLY)? ", _N, rb" ALTER COLUMN ", _I, rb" SET DEFAULT nextval\('[^'\\]*+'::regclass\)",
    rb"|ALTER TABLE(?: ONLY)? ", _N, rb"\s+ADD CONSTRAINT ", _I, rb" FOREIGN KEY ", _LIST,
    rb" REFERENCES ", _N, _LIST, rb"(?:", _ACT, rb")*+(?: DEFERRABLE(?: INITIALLY DEFERRED)?)?",
    rb"(?: NOT VALID)?",
    rb"|ALTER INDEX ", _N, rb" ATTACH PARTITION ", _N,
    rb"|COMMENT ON (?:COLUMN|INDEX|SCHEMA|SEQUENCE|TABLE|TYPE|VIEW) ", _N, rb"(?:\.", _I, rb")?",
    rb" IS '(?:[^'\\]|'')*+')",
)  # fmt: skip
_ELEMENT = _I + rb"(?: DESC)?(?: NULLS (?:FIRST|LAST))?"
_INDEX = _form(
    rb"CREATE (?:UNIQUE )?INDEX ", _I, rb" ON (?:ONLY )?", _N,
    rb" USING btree \(", _ELEMENT, rb"(?:, ", _ELEMENT, rb")*+\)",
)  # fmt: skip
_GRANT = _form(rb"GRANT [A-Z]++(?:,[A-Z]++)*+ ON (?:TABLE|SEQUENCE) (", _N, rb") TO (", _I, rb")")


def usual(scene: Scene, statement: bytes) -> list[Said] | None:
    """Return what a statement of a usual form says, None for any other."""
    reader = _READERS.get(statement[:8])
    return reader(scene, statement) if reader else None


def _alter(scene: Scene, statement: bytes) -> list[Said] | None:
    if match := _OWNER.fullmatch(statement):
        where, owner = _name(scene, match[1]), plain_name(match[2])
        if where is None or owner is None or match[2] in _NO_ROLE:
            return None
        return [Change("relations", where, {"owner": owner})]
    if _NOTHING.fullmatch(statement):
        return []
    if not scene.tablespace and (match := _KEY.fullmatch(statement)):
        where = _name(scene, match[1])
        if where is not None:
            return [Change("relations", where, {"has_key": True})] if match[2][:1] == b"P" else []
    return None


def _function(scene: Scene, statement: bytes) -> list[Said] | None:
    match = _FUNCTION.fullmatch(statement)
    if match is None or match[2] in _NO_ROLE:
        return None
    where, owner = _name(scene, match[1]), plain_name(match[2])
    return None if where is None or owner is None else [Change("functions", (*where, ""), {"owner": owner})]


def _create(scene: Scene, statement: bytes) -> list[Said] | None:
    if statement.startswith(b"CREATE UNLOGGED"):
        return usual_table(scene, statement)
    if not scene.tablespace and _INDEX.fullmatch(statement):
        return []
    if (match := _SEQUENCE.fullmatch(statement)) and (where := _name(scene, match[1])) is not None:
        return [Relation(schema=where[0], name=where[1], kind="sequence", owner=scene.user, **scene.at)]
    return None


def _comment(_scene: Scene, statement: bytes) -> list[Said] | None:
    return [] if _NOTHING.fullmatch(statement) else None


def _grant(scene: Scene, statement: bytes) -> list[Said] | None:
    match = _GRANT.fullmatch(statement)
    if match is None or match[2] in _NO_ROLE:
        return None
    where, grantee = _name(scene, match[1]), plain_name(match[2])
    if where is None or grantee is None or is_system_role(grantee) or is_system_role(scene.user):
        return None
    return None if where[0].startswith("pg_") or where[0] == "information_schema" else []


_READERS: dict[bytes, Callable[[Scene, bytes], list[Said] | None]] = {
    b"ALTER TA": _alter,
    b"ALTER SE": _alter,
    b"ALTER VI": _alter,
    b"ALTER MA": _alter,
    b"ALTER FO": _alter,
    b"ALTER IN": _alter,
    b"ALTER FU": _function,
    b"CREATE I": _create,
    b"CREATE U": _create,
    b"CREATE S": _create,
    b"CREATE T": usual_table,
    b"COMMENT ": _comment,
    b"GRANT AL": _grant,
    b"GRANT DE": _grant,
    b"GRANT IN": _grant,
    b"GRANT SE": _grant,
    b"GRANT UP": _grant,
    b"GRANT US": _grant,
}


def _name(scene: Scene, name: bytes) -> tuple[str, str] | None:
    """Return schema and name."""
    parts = [plain_name(part) for part in _PARTS.findall(name)]
    if None in parts:
        return None
    return scene.path.split([part for part in parts if part is not None])
