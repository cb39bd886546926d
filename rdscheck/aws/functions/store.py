"""The functions of an account: code, configuration, versions and aliases."""

import base64
import binascii
import hashlib
import io
import re
import zipfile
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from rdscheck.aws.functions.names import LATEST, Name
from rdscheck.aws.functions.wire import LambdaError, invalid_value, not_found, violated

#: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
MAX_TIMEOUT = 900
MAX_MEMORY = 10240
MAX_UNZIPPED = 250 << 20

#: So many calls of a function are remembered.
_REMEMBERED = 1000

_HANDLER = re.compile(r"[^\s.]+(\.[^\s.]+)*\.[^\s.]+")


@dataclass(frozen=True)
class Code:
    """Unpacked code; the same archive is unpacked once."""

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True)
class Version:
    """What runs: a published version never changes, ``$LATEST`` is replaced by another one."""

    number: str
    code: Code
    handler: str
    runtime: str
    role: str
    timeout: int
    memory: int
    variables: tuple[tuple[str, str], ...]
    description: str
    modified: str

    def configuration(self, name: Name, *, qualified: bool) -> dict[str, Any]:
        """Return it as the API tells it."""
        return {
            "FunctionName": name.name,
            "FunctionArn": f"{name.arn}:{self.number}" if qualified else name.arn,
            "Runtime": self.runtime,
            "Role": self.role,
            "Handler": self.handler,
            "CodeSize": self.code.size,
            "Description": self.description,
            "Timeout": self.timeout,
            "MemorySize": self.memory,
            "LastModified": self.modified,
            "CodeSha256": self.code.sha256,
            "Version": self.number,
            "Environment": {"Variables": dict(self.variables)},
            "State": "Active",
            "LastUpdateStatus": "Successful",
            "PackageType": "Zip",
            "Architectures": ["x86_64"],
        }


@dataclass
class Function:
    """One function with all its versions."""

    name: Name
    latest: Version
    published: dict[str, Version] = field(default_factory=dict)
    aliases: dict[str, dict[str, Any]] = field(default_factory=dict)
    reserved: int | None = None
    running: int = 0
    last: int = 0  # number of the newest published version
    calls: "deque[dict[str, Any]]" = field(default_factory=lambda: deque(maxlen=_REMEMBERED))

    def version(self, name: Name) -> Version:
        """Return the version that a qualifier means; raises ``LambdaError``."""
        wanted = name.qualifier
        if wanted in self.aliases:
            wanted = self.aliases[wanted]["FunctionVersion"]
        if wanted in {"", LATEST}:
            return self.latest
        if wanted not in self.published:
            raise not_found("Function", name.qualified_arn)
        return self.published[wanted]

    def publish(self, description: str = "") -> Version:
        """Keep what ``$LATEST`` is; unchanged since the last time, that version is returned."""
        newest = self.published.get(str(self.last))
        if newest and replace(newest, number=LATEST, description=self.latest.description) == self.latest:
            return newest
        self.last += 1
        made = replace(self.latest, number=str(self.last), description=description or self.latest.description)
        self.published[made.number] = made
        return made

    def alias(self, wanted: str) -> dict[str, Any]:
        """Return an alias as the API tells it; raises ``LambdaError``."""
        if wanted not in self.aliases:
            raise not_found("Alias", f"{self.name.arn}:{wanted}")
        return {"AliasArn": f"{self.name.arn}:{wanted}", "Name": wanted} | self.aliases[wanted]

    def set_alias(self, wanted: str, told: Mapping[str, Any]) -> dict[str, Any]:
        """Make or change an alias; raises ``LambdaError``."""
        before = self.aliases.get(wanted, {"Description": "", "FunctionVersion": ""})
        number = str(told.get("FunctionVersion") or before["FunctionVersion"])
        if number != LATEST and number not in self.published:
            raise not_found("Function", f"{self.name.arn}:{number}")
        self.aliases[wanted] = {
            "FunctionVersion": number,
            "Description": told.get("Description", before["Description"]),
        }
        return self.alias(wanted)


def unpack(told: Mapping[str, Any], room: Path) -> Code:
    """Unpack the code of a request below ``room``; raises ``LambdaError``."""
    given = told.get("ZipFile")
    if not isinstance(given, str) or not given:
        raise invalid_value("rdscheck's Lambda takes code as ZipFile only, not from S3 or as an image")
    try:
        data = base64.b64decode(given, validate=True)
        archive = zipfile.ZipFile(io.BytesIO(data))
        sizes = sum(one.file_size for one in archive.infolist())
    except (binascii.Error, ValueError, zipfile.BadZipFile) as error:
        raise invalid_value(
            "Could not unzip uploaded file. Please check your file, then try to upload again."
        ) from error
    if sizes > MAX_UNZIPPED:
        raise invalid_value(f"Unzipped size must be smaller than {MAX_UNZIPPED} bytes")
    digest = hashlib.sha256(data)
    path = room / digest.hexdigest()[:32]
    if not path.exists():
        # extractall takes neither absolute names nor names that lead out of the directory.
        archive.extractall(path)
    return Code(path, base64.b64encode(digest.digest()).decode(), len(data))


def configured(told: Mapping[str, Any], code: Code, before: Version | None = None) -> Version:
    """Return ``$LATEST`` as a request wants it, everything else as it was; raises ``LambdaError``."""

    def value(key: str, was: Any) -> Any:
        given = told.get(key)
        return was if given is None else given

    runtime = value("Runtime", before.runtime if before else "")
    handler = value("Handler", before.handler if before else "")
    role = value("Role", before.role if before else "")
    timeout = value("Timeout", before.timeout if before else 3)
    memory = value("MemorySize", before.memory if before else 128)
    variables = told["Environment"].get("Variables", {}) if told.get("Environment") else None
    if not re.fullmatch(r"python3\.\d+", str(runtime)):
        raise invalid_value(f"rdscheck's Lambda runs Python handlers only, not {runtime!r}")
    if not _HANDLER.fullmatch(str(handler)):
        raise violated(str(handler), "handler", "be of the form module.function")
    if not str(role).startswith("arn:aws:iam::"):
        raise violated(
            str(role), "role", r"regular expression pattern: arn:(aws[a-zA-Z-]*)?:iam::\d{12}:role/.+"
        )
    if not isinstance(timeout, int) or not 1 <= timeout <= MAX_TIMEOUT:
        raise violated(str(timeout), "timeout", f"have value between 1 and {MAX_TIMEOUT}")
    if not isinstance(memory, int) or not 128 <= memory <= MAX_MEMORY:
        raise violated(str(memory), "memorySize", f"have value between 128 and {MAX_MEMORY}")
    kept = before.variables if before else ()
    return Version(
        number=LATEST,
        code=code,
        handler=handler,
        runtime=runtime,
        role=role,
        timeout=timeout,
        memory=memory,
        variables=kept
        if variables is None
        else tuple(sorted((str(k), str(v)) for k, v in variables.items())),
        description=value("Description", before.description if before else ""),
        modified=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000",
    )


class Store:
    """All functions, by Region and name."""

    def __init__(self, account: str) -> None:
        self.account = account
        self._functions: dict[tuple[str, str], Function] = {}

    def get(self, name: Name) -> Function:
        """Return a function; raises ``LambdaError``."""
        found = self._functions.get((name.region, name.name)) if name.account == self.account else None
        if found is None:
            raise not_found("Function", name.qualified_arn)
        return found

    def add(self, function: Function) -> None:
        """Add a new function; raises ``LambdaError``."""
        key = (function.name.region, function.name.name)
        if key in self._functions:
            message = f"Function already exist: {function.name.name}"
            raise LambdaError(HTTPStatus.CONFLICT, "ResourceConflictException", message)
        self._functions[key] = function

    def remove(self, function: Function) -> None:
        """Remove a function with all its versions."""
        self._functions.pop((function.name.region, function.name.name), None)

    def of_region(self, region: str) -> list[Function]:
        """Return the functions of a Region by name."""
        return [one for (where, _), one in sorted(self._functions.items()) if where == region]
