"""The values of a parameter group: checked, and as far as possible in force from a server's first start."""

from collections.abc import Mapping
from typing import Any

from rdscheck.catalog.versions import emulated
from rdscheck.errors import RdscheckError
from rdscheck.model import Version
from rdscheck.sandbox import settings
from rdscheck.sandbox.engine import Engine
from rdscheck.sandbox.info import ServerInfo
from rdscheck.sandbox.owner import Owner
from rdscheck.sandbox.parameters import default_text, defaults, effective, render
from rdscheck.sandbox.rundir import SHARED, RunDir
from rdscheck.sandbox.server import Server
from rdscheck.sandbox.validation import Rules


def checked(rules: Rules, info: ServerInfo, given: str, value: str | None) -> str:
    """Return the name as groups spell it once it may have that value; raises what ``modify`` does."""
    name = rules.name(given)
    rules.check(name, value)
    if name == "rds.force_ssl" and value == "1" and (reason := Server(info).why_not("tls")):
        raise RdscheckError(f"TLS cannot be asked for: {reason}")
    return name


def first_group(
    engine: Engine, run: RunDir, version: Version, parameters: Mapping[str, str]
) -> tuple[str, dict[str, str]]:
    """Return lines and values of a group that a server can be started with, both empty when it cannot.

    That saves a second start. A server of that version has to have told its settings, so that the values
    can be checked: the one that tests share. Raises what ``modify`` raises.
    """
    told = _told(engine, run, version)
    if told is None:
        return "", {}
    engine_version = emulated(version).version
    rules, info = (
        Rules(engine_version, settings.from_json(told["settings"])),
        ServerInfo.from_json(told["info"]),
    )
    group = {checked(rules, info, given, value): value for given, value in parameters.items()}
    text = render(effective(defaults(engine_version), group))
    return ("" if text == default_text(version.major) else text), group


def _told(engine: Engine, run: RunDir, version: Version) -> dict[str, Any] | None:
    """Return what the run's shared server said of itself, asked once in a run."""
    record = f"settings-{engine.name}-{version}"
    known = run.read(record)
    shared = run.read(f"{SHARED}{version}")
    # A run that is kept may outlive the image its servers came from.
    if known is not None or shared is None or shared["group"] or run.owner() == Owner.kept():
        return known
    info = ServerInfo.from_json(shared)
    with Server(info).admin() as conn:
        known = {"settings": settings.to_json(settings.read(conn)), "info": shared}
    run.write(record, known)
    return known
