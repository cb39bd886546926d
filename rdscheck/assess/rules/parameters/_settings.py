"""Settings as findings speak of them."""

from collections.abc import Iterator

from rdscheck.assess.facts import Setting
from rdscheck.assess.names import plain, quoted
from rdscheck.assess.rule import Context

SERVER = "server"

#: Why an example of a server's parameter shows on a live server alone.
NOT_IN_DUMPS = "a dump does not hold the server's own settings"


def of_server(context: Context, *names: str) -> Iterator[Setting]:
    """Return the settings of the server itself, all or those of some names."""
    for one in context.facts.settings:
        if one.scope == SERVER and (not names or one.name.lower() in names):
            yield one


def of_objects(context: Context, *names: str) -> Iterator[Setting]:
    """Return the settings of roles, databases and functions, all or those of some names."""
    for one in context.facts.settings:
        if one.scope not in {SERVER, "session"} and (not names or one.name.lower() in names):
            yield one


def whose(setting: Setting) -> str:
    """Return what a setting belongs to: ``role app``, ``database shop``, empty for the server."""
    if setting.scope == SERVER:
        return ""
    if setting.scope == "function":
        return f"function {setting.subject}"
    if setting.scope == "role in database":
        return f"role {plain(setting.subject)} in database {plain(setting.database)}"
    return f"{setting.scope} {plain(setting.subject)}"


def subject(setting: Setting) -> str:
    """Return what findings call a setting: ``setting work_mem of role app``."""
    owner = whose(setting)
    return f"setting {setting.name}" + (f" of {owner}" if owner else "")


def reset(setting: Setting) -> str:
    """Return the statement that takes a setting back."""
    name = quoted(*setting.name.split("."))
    if setting.scope == "function":
        return f"ALTER FUNCTION {setting.subject} RESET {name};"
    if setting.scope == "database":
        return f"ALTER DATABASE {quoted(setting.subject)} RESET {name};"
    if setting.scope == "role in database":
        return f"ALTER ROLE {quoted(setting.subject)} IN DATABASE {quoted(setting.database)} RESET {name};"
    return (
        f"ALTER ROLE {quoted(setting.subject)} RESET {name};"
        if setting.subject
        else f"ALTER ROLE ALL RESET {name};"
    )


def in_group(name: str, value: str) -> str:
    """Return the step that sets a parameter of an instance."""
    return f"Set {name} = {value} in the parameter group of the instance."
