"""Whether RDS takes a parameter and a value into a group, and when it comes into force.

Facts come from the catalog, for everything it does not name from the server's ``pg_settings``.
"""

import re
from dataclasses import dataclass
from functools import cached_property

from rdscheck.catalog.libraries import PreloadLibrary, preload_libraries
from rdscheck.catalog.numbering import covers
from rdscheck.catalog.parameters import Parameter, parameters
from rdscheck.errors import UsageError
from rdscheck.sandbox.parameters import LIBRARY_OF, PRELOAD, is_formula, libraries, quote
from rdscheck.sandbox.refusals import COMBINATION, FormulaValue, LibraryMissing, ParameterRefused
from rdscheck.sandbox.settings import Capabilities, Setting

IMMEDIATE = "immediate"
PENDING = "pending-reboot"

#: What a name may look like; anything else could break out of its line.
_NAME = re.compile(r"[a-z_][a-z0-9_]*(\.[a-z_][a-z0-9_]*)?")

#: Settings of the machine, of its files and of recovery: no group of a managed service has them (derived).
_HOST = re.compile(
    r"allow_alter_system|archive_\w+|bonjour\w*|cluster_name|data_directory_mode|dynamic_library_path"
    r"|event_source|extension_control_path|external_pid_file|krb_\w+|primary_\w+|promote_trigger_file"
    r"|recovery_\w+|restore_command|ssl_crl_\w+|ssl_dh_params_file|ssl_passphrase_\w+"
    # How jobs of pg_cron reach the server, by AWS's page about it: PostgreSQL_pg_cron.html (documented).
    r"|cron\.(host|use_background_workers)"
)

#: Static parameters of libraries, for as long as the library has not told so itself.
_STATIC = re.compile(r"cron\..*|pg_stat_statements\.max|pglogical\.(batch_inserts|use_spi|temp_directory)")

_CHOICES = re.compile(r"[^\s|]+(\|[^\s|]+)+")
_SPAN = re.compile(r"([a-z]+)(\d)\.\.\1(\d)")
_RANGE = re.compile(r"(\d+)-(\d+)\b")
_BOOLEANS = {"1", "0", "on", "off", "true", "false", "yes", "no"}


@dataclass(frozen=True)
class Rules:
    """The rules of one engine version such as ``15.4`` on one server."""

    engine_version: str
    here: Capabilities

    @cached_property
    def _major(self) -> int:
        return int(self.engine_version.split(".")[0])

    def name(self, given: str) -> str:
        """Return the name as groups spell it; raises ``ParameterRefused`` when RDS has no such parameter.

        The wording was observed in https://github.com/hashicorp/terraform/issues/11820
        """
        name = given.lower()
        if not _NAME.fullmatch(name):
            raise ParameterRefused(f"Could not find parameter with name: {given}", certainty="observed")
        setting, known = self._setting(name), self._parameter(name)
        prefix = name.partition(".")[0] if "." in name else ""
        if known or (setting and setting.context != "internal" and prefix != "rdscheck"):
            return name
        # A library that is loaded has told all its names; of another one any has to be believed.
        told = any(one.startswith(f"{prefix}.") for one in self.here.settings)
        if LIBRARY_OF.get(prefix) in self._preload and not told:
            return name
        raise ParameterRefused(f"Could not find parameter with name: {given}", certainty="observed")

    def static(self, name: str) -> bool:
        """Tell whether a parameter waits for a reboot."""
        known, setting = self._parameter(name), self._setting(name)
        if setting and setting.context == "postmaster":
            return True
        if known and known.apply_type:
            return known.apply_type == "static"
        return setting is None and bool(_STATIC.fullmatch(name))

    def check(self, name: str, value: str | None) -> None:
        """Raise unless RDS lets a user set a parameter to a value; None stands for the default.

        Raises ``ParameterRefused``, ``FormulaValue`` for what only RDS can compute, and
        ``LibraryMissing`` for a library that RDS has and this machine lacks.
        """
        known = self._parameter(name)
        if (known and known.modifiable == "no") or _HOST.fullmatch(name):
            raise ParameterRefused(
                f"The parameter {name} cannot be modified.", hint=known.note or None if known else None
            )
        if value is None:
            return
        if not isinstance(value, str):
            raise UsageError(f"{name} = {value!r}: values of a parameter group are texts")
        if is_formula(value):
            raise FormulaValue(
                f"{name} = {value} depends on the instance class, which a sandbox has not",
                hint="give a number, or leave the sandbox's own value",
            )
        quote(value)
        if name == PRELOAD:
            self._check_libraries(value)
            return
        if known:
            _check_allowed(known, value)
        if setting := self._setting(name):
            _check_setting(name, setting, value)

    def method(self, name: str, asked: str | None) -> str:
        """Return when a change comes into force; raises ``ParameterRefused`` for a static one at once.

        The wording was observed in public reports about ModifyDBParameterGroup.
        """
        if asked not in {None, IMMEDIATE, PENDING}:
            raise ParameterRefused(
                f"Invalid apply method: {asked}",
                hint=f"{IMMEDIATE} or {PENDING}",
                code="InvalidParameterValue",
            )
        static = self.static(name)
        if static and asked == IMMEDIATE:
            raise ParameterRefused(
                "cannot use immediate apply method for static parameter",
                hint=f"{name} needs {PENDING} and a reboot",
                code=COMBINATION,
                certainty="observed",
            )
        return asked or (PENDING if static else IMMEDIATE)

    def _parameter(self, name: str) -> Parameter | None:
        return parameters(self.engine_version).get(name)

    def _setting(self, name: str) -> Setting | None:
        return self.here.settings.get(name)

    @cached_property
    def _preload(self) -> dict[str, PreloadLibrary]:
        return dict(preload_libraries(self._major))

    def _check_libraries(self, value: str) -> None:
        source = next((one.source for one in self._preload.values()), "")
        for name in libraries(value):
            known = self._preload.get(name)
            if known is None or not (
                known.min_version == "" or covers(known.min_version, self.engine_version)
            ):
                since = f" (it does from {known.min_version} on)" if known else ""
                raise ParameterRefused(
                    f"Invalid parameter value: {name} for: {PRELOAD}: RDS for PostgreSQL {self._major} "
                    f"does not load this library{since}",
                    hint=(known.source if known else source) or None,
                )
        for name in libraries(value):
            if name not in self.here.libraries:
                raise LibraryMissing(
                    f"RDS loads {name}, but the PostgreSQL {self._major} here has no such library",
                    hint=f"install the package of {name} beside the server, or leave it out here",
                )


def settable(setting: Setting) -> bool:
    """Tell whether groups have a setting of the server."""
    return (
        setting.context != "internal"
        and not setting.name.startswith("rdscheck.")
        and not _HOST.fullmatch(setting.name)
    )


def _check_allowed(known: Parameter, value: str) -> None:
    """Check a value against what AWS's pages print, as far as a machine can read it."""
    words = choices(known)
    if words:
        wanted = [part.strip() for part in value.split(",")] if known.name == "log_destination" else [value]
        if any(one not in words for one in wanted):
            raise _not_allowed(known.name, value, ",".join(words), known.source)
    elif (match := _RANGE.match(known.allowed)) and not _within(value, match[1], match[2]):
        raise _not_allowed(known.name, value, f"{match[1]}-{match[2]}", known.source)


def choices(known: Parameter) -> tuple[str, ...]:
    """Return the values AWS's pages name, empty where they are no plain list."""
    text = re.sub(r"\s*\(.*?\)", "", known.allowed).replace(" | ", "|")
    if known.name == "pgaudit.role":
        return (text,)
    if not _CHOICES.fullmatch(text):
        return ()
    words: list[str] = []
    for word in text.split("|"):
        if match := _SPAN.fullmatch(word):
            first, last = int(match[2]), int(match[3])
            step = 1 if last >= first else -1
            words += [f"{match[1]}{number}" for number in range(first, last + step, step)]
        else:
            words.append(word)
    return tuple(words)


def _check_setting(name: str, setting: Setting, value: str) -> None:
    """Check a value against the server's own limits; numbers are in the setting's unit, as AWS has them."""
    allowed = ""
    if setting.kind == "bool" and value.lower() not in _BOOLEANS:
        allowed = "0,1"
    elif setting.kind == "enum" and value.lower() not in {word.lower() for word in setting.words}:
        allowed = ",".join(setting.words)
    elif setting.kind in {"integer", "real"}:
        whole = setting.kind == "integer"
        if (whole and not re.fullmatch(r"-?[0-9]+", value)) or not _within(value, setting.low, setting.high):
            allowed = f"{setting.low}-{setting.high}"
    if allowed:
        raise _not_allowed(name, value, allowed, f"the unit is {setting.unit}" if setting.unit else "")


def _within(value: str, low: str, high: str) -> bool:
    if not re.fullmatch(r"-?[0-9]+(\.[0-9]+)?(e[+-]?[0-9]{1,3})?", value):
        return False
    return float(low) <= float(value) <= float(high)


def _not_allowed(name: str, value: str, allowed: str, hint: str) -> ParameterRefused:
    return ParameterRefused(
        f"Invalid parameter value: {value} for: {name} allowed values are: {allowed}", hint=hint or None
    )
