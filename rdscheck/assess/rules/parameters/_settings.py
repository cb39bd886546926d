"""Settings as findings speak of them."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType

from rdscheck.assess.facts import Function, Setting
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context

SERVER, _ALL_ROLES = "server", "ALTER ROLE ALL"

#: Why an example of a server's parameter shows on a live server alone.
NOT_IN_DUMPS = "a dump does not hold the server's own settings"


def is_of_all_roles(setting: Setting) -> bool:
    """Tell whether a setting was made by ALTER ROLE ALL."""
    return setting.source == _ALL_ROLES or (setting.scope == "role" and not setting.subject)


def is_of_server(setting: Setting) -> bool:
    """Tell whether a setting is the server's own, and none of ALTER ROLE ALL."""
    return setting.scope == SERVER and setting.source != _ALL_ROLES


def of_server(context: Context, *names: str) -> Iterator[Setting]:
    """Return the settings of the server itself, all or those of some names."""
    for one in context.facts.settings:
        if is_of_server(one) and (not names or one.name.lower() in names):
            yield one


def of_objects(context: Context, *names: str) -> Iterator[Setting]:
    """Return the settings of roles, databases and functions, all or those of some names."""
    for one in context.facts.settings:
        if not is_of_server(one) and one.scope != "session" and (not names or one.name.lower() in names):
            yield one


Routines = Mapping[tuple[str, str], Function]


def routines(context: Context) -> Routines:
    """Return the functions by database and by what settings call them."""
    return {(one.database, one.signature): one for one in context.facts.functions}


def whose(setting: Setting, known: Routines) -> str:
    """Return what a setting belongs to: ``role app``, ``database shop``, empty for the server."""
    if is_of_server(setting):
        return ""
    if setting.scope == "function":
        found = known.get((setting.database, setting.subject))
        return (
            f"function {plain(found.schema, found.name)}({found.arguments})"
            if found
            else f"function {setting.subject}"
        )
    who = f"role {plain(setting.subject)}" if setting.subject else "all roles"
    if setting.scope == "role in database":
        return f"{who} in database {plain(setting.database)}"
    if setting.scope in {"role", SERVER}:
        return who
    return f"{setting.scope} {plain(setting.subject)}"


def subject(setting: Setting, known: Routines = MappingProxyType({})) -> str:
    """Return what findings call a setting: ``setting work_mem of role app``."""
    owner = whose(setting, known)
    return f"setting {setting.name}" + (f" of {owner}" if owner else "")


def reset(setting: Setting, known: Routines) -> str:
    """Return the statement that takes a setting back, empty for a function that is not known."""
    name = quoted(*setting.name.split("."))
    if setting.scope == "function":
        found = known.get((setting.database, setting.subject))
        if not found:  # its name cannot be taken apart
            return ""
        kind = "PROCEDURE" if found.kind == "procedure" else "FUNCTION"
        return f"ALTER {kind} {quoted(found.schema, found.name)}({found.arguments}) RESET {name};"
    if setting.scope == "database":
        return f"ALTER DATABASE {quoted(setting.subject)} RESET {name};"
    who = quoted(setting.subject) if setting.subject else "ALL"
    where = f" IN DATABASE {quoted(setting.database)}" if setting.scope == "role in database" else ""
    return f"ALTER ROLE {who}{where} RESET {name};"


def in_group(name: str, value: str) -> str:
    """Return the step that sets a parameter of an instance."""
    return f"Set {name} = {' '.join(value.split())} in the parameter group of the instance."
