"""Names of the parser's tree as the catalogs have them."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from pglast import keywords

Node = Mapping[str, Any]

_NEED_QUOTES = keywords.RESERVED_KEYWORDS | keywords.TYPE_FUNC_NAME_KEYWORDS | keywords.COL_NAME_KEYWORDS

#: How the server prints its own types where that is not their name.
_PRINTED = {
    "bit": "bit",
    "bool": "boolean",
    "bpchar": "character",
    "char": '"char"',
    "float4": "real",
    "float8": "double precision",
    "int2": "smallint",
    "int4": "integer",
    "int8": "bigint",
    "interval": "interval",
    "numeric": "numeric",
    "time": "time without time zone",
    "timestamp": "timestamp without time zone",
    "timestamptz": "timestamp with time zone",
    "timetz": "time with time zone",
    "varbit": "bit varying",
    "varchar": "character varying",
}

#: Types of the system that dumps name without schema while user schemas are searched first (before the
#: minor versions of March 2018); those that begin with ``pg_`` or are printed otherwise are told by that.
_SYSTEM = frozenset(
    """
    abstime aclitem any anyarray anycompatible anycompatiblearray anycompatiblemultirange
    anycompatiblenonarray anycompatiblerange anyelement anyenum anymultirange anynonarray anyrange
    box bytea cid cidr circle cstring date datemultirange daterange event_trigger fdw_handler
    gtsvector index_am_handler inet int2vector int4multirange int4range int8multirange int8range
    internal json jsonb jsonpath language_handler line lseg macaddr macaddr8 money name
    nummultirange numrange oid oidvector opaque path point polygon record refcursor regclass
    regcollation regconfig regdictionary regnamespace regoper regoperator regproc regprocedure
    regrole regtype reltime smgr table_am_handler text tid tinterval trigger tsm_handler
    tsmultirange tsquery tsrange tstzmultirange tstzrange tsvector txid_snapshot unknown uuid void
    xid xid8 xml
    """.split()  # noqa: SIM905
)


def strings(nodes: Iterable[Node] | None) -> list[str]:
    """Return the texts of a list of String nodes, empty ones too."""
    return [str(text(one)) for one in nodes or ()]


def text(node: Node | None) -> str:
    """Return what a String, number, constant, list of names or type name says, as one text."""
    if not node:
        return ""
    ((kind, value),) = node.items()
    reader: Callable[[Node], str] | None = _TEXTS.get(kind)
    return "" if reader is None else reader(value)


def _constant(value: Node) -> str:
    for name, inner in value.items():
        if name in {"ival", "sval", "fval", "bsval"}:
            return str(inner.get(name, 0 if name == "ival" else ""))
        if name == "boolval":
            return "true" if inner.get("boolval") else "false"
    return ""


_TEXTS: dict[str, Callable[[Node], str]] = {
    "A_Const": _constant,
    "Boolean": lambda value: "true" if value.get("boolval") else "false",
    "Float": lambda value: str(value.get("fval", "")),
    "Integer": lambda value: str(value.get("ival", 0)),
    "List": lambda value: ".".join(strings(value.get("items"))),
    "String": lambda value: str(value.get("sval", "")),
    "TypeCast": lambda value: text(value.get("arg")),
    "TypeName": lambda value: ".".join(strings(value.get("names"))),
}


def options(nodes: Iterable[Node] | None) -> dict[str, str]:
    """Return DefElem nodes as names and values; an option without value is ``true``."""
    found: dict[str, str] = {}
    for node in nodes or ():
        one = node["DefElem"]
        space = one.get("defnamespace")
        name = f"{space}.{one['defname']}" if space else str(one["defname"])
        found[name] = text(one["arg"]) if "arg" in one else "true"
    return found


def role(node: Node | None) -> str:
    """Return the role of a RoleSpec: ``public`` for PUBLIC."""
    if not node:
        return ""
    spec = node.get("RoleSpec", node)
    kind = spec.get("roletype", "ROLESPEC_CSTRING")
    if kind == "ROLESPEC_CSTRING":
        return str(spec.get("rolename", ""))
    return str(kind).removeprefix("ROLESPEC_").lower()


def roles(nodes: Iterable[Node] | None) -> list[str]:
    """Return the roles of RoleSpec or AccessPriv nodes."""
    return [
        str(one["AccessPriv"].get("priv_name", "")) if "AccessPriv" in one else role(one)
        for one in nodes or ()
    ]


@lru_cache(maxsize=4096)
def quoted(name: str) -> str:
    """Return a name as the server prints it: in quotation marks where SQL needs them."""
    plain = name.isascii() and name.replace("_", "a").isalnum() and name == name.lower()
    if plain and not name[0].isdigit() and name not in _NEED_QUOTES:
        return name
    return '"' + name.replace('"', '""') + '"'


#: What the server makes of types that are none; pg_dump does not write them.
_SERIAL = {
    "serial": "int4",
    "serial2": "int2",
    "serial4": "int4",
    "serial8": "int8",
    "bigserial": "int8",
    "smallserial": "int2",
}


class Path:
    """Where names without schema belong, as the dump's ``search_path`` says."""

    def __init__(self, schemas: Sequence[str] = ()) -> None:
        self.schemas = [one for one in schemas if one not in {"", "pg_catalog", "pg_temp", "$user"}]

    @property
    def first(self) -> str:
        """Return where new objects go; without any that is ``public``, as for a new session."""
        return self.schemas[0] if self.schemas else "public"

    def relation(self, node: Node) -> tuple[str, str]:
        """Return schema and name of a RangeVar."""
        var = node.get("RangeVar", node)
        return str(var.get("schemaname") or self.first), str(var.get("relname", ""))

    def split(self, parts: Sequence[str]) -> tuple[str, str]:
        """Return schema and name of a name of users' objects."""
        return (parts[-2] if len(parts) > 1 else self.first), (parts[-1] if parts else "")

    def name(self, nodes: Iterable[Node] | None) -> tuple[str, str]:
        """Return schema and name of a list of String nodes."""
        return self.split(strings(nodes))

    def known(self, parts: Sequence[str], *, system: bool = True) -> str:
        """Return ``schema.name`` of something used, which is the system's where nothing else is searched.

        ``system`` tells what to take where user schemas are searched too.
        """
        if not parts:
            return ""
        if len(parts) > 1:
            return ".".join(parts[-2:])
        return f"{self.first if self.schemas and not system else 'pg_catalog'}.{parts[0]}"

    def type(self, node: Node | None) -> str:
        """Return ``schema.name`` of a type, ``[]`` behind it for an array."""
        if not node:
            return ""
        name = node.get("TypeName", node)
        parts = strings(name.get("names"))
        if not parts:
            return ""
        if len(parts) == 1:
            parts = [_SERIAL.get(parts[0], parts[0])]
            system = parts[0] in _SYSTEM or parts[0] in _PRINTED or parts[0].startswith("pg_")
            found = self.known(parts, system=system)
        else:
            found = ".".join(parts[-2:])
        return f"{found}[]" if name.get("arrayBounds") else found

    def printed(self, node: Node | None) -> str:
        """Return a type as the server prints it with an empty ``search_path``."""
        found = self.type(node)
        brackets = "[]" if found.endswith("[]") else ""
        name = found.removesuffix("[]")
        if name.startswith("pg_catalog."):
            bare = name.removeprefix("pg_catalog.")
            return _PRINTED.get(bare, quoted(bare) if bare else "") + brackets
        parts = strings((node or {}).get("TypeName", node or {}).get("names"))
        schema, bare = self.split(parts)
        return f"{quoted(schema)}.{quoted(bare)}{brackets}"

    def arguments(self, nodes: Iterable[Node] | None) -> str:
        """Return the input types of FunctionParameter or TypeName nodes, as the server prints them."""
        found = []
        for node in nodes or ():
            parameter = node.get("FunctionParameter")
            if parameter is None:
                found.append(self.printed(node))
            elif parameter.get("mode") not in {"FUNC_PARAM_OUT", "FUNC_PARAM_TABLE"}:
                found.append(self.printed(parameter.get("argType")))
        return ", ".join(found)

    def signature(self, node: Node) -> tuple[str, str, str]:
        """Return schema, name and arguments of an ObjectWithArgs."""
        one = node.get("ObjectWithArgs", node)
        schema, name = self.name(one.get("objname"))
        parameters = one.get("objfuncargs")
        return schema, name, self.arguments(one.get("objargs") if parameters is None else parameters)
