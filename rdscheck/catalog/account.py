"""Reading engine versions, parameters and the list of extensions from an AWS account.

Needs the actions ``rds:DescribeDBEngineVersions`` and
``rds:DescribeEngineDefaultParameters``; both only read, and no instance has to exist.
Nothing here runs unless the user names a region.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from rdscheck.catalog.extensions import NO_VERSION
from rdscheck.catalog.numbering import is_version, order_key
from rdscheck.errors import RdscheckError, UsageError

ENGINE = "rds"
_API_ENGINE = "postgres"
_ACTIONS = "rds:DescribeDBEngineVersions and rds:DescribeEngineDefaultParameters"

_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "OptInRequired"}
_BAD_KEYS = {
    *("InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "IncompleteSignature"),
    *("ExpiredToken", "ExpiredTokenException", "RequestExpired", "AuthFailure", "MissingAuthenticationToken"),
}
_MODIFIABLE = {True: "yes", False: "no", None: "unknown"}
_NO_FAMILY = {"DBParameterGroupNotFound", "DBParameterGroupNotFoundFault", "InvalidParameterValue"}


@dataclass(frozen=True)
class Account:
    """What an account says about RDS for PostgreSQL, as rows of the catalog's tables.

    ``majors`` are those that were read; rows of others are not touched by it.
    """

    region: str
    majors: tuple[int, ...]
    versions: tuple[dict[str, str], ...]
    parameters: tuple[dict[str, str], ...]
    lists: tuple[dict[str, str], ...]
    extensions: tuple[dict[str, str], ...]


def client(region: str, profile: str | None = None, endpoint_url: str | None = None) -> Any:
    """Return a boto3 client for RDS in a region.

    Raises ``UsageError`` for a profile, region or address that cannot be used.
    """
    import boto3  # noqa: PLC0415  loads slowly, and almost nobody needs it here
    from botocore.config import Config  # noqa: PLC0415
    from botocore.exceptions import BotoCoreError, ProfileNotFound  # noqa: PLC0415

    if not re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-[0-9]{1,2}", region, re.ASCII):
        raise UsageError(f"{region!r} is no AWS region", hint="a region is written eu-central-1")
    # Whatever a proxy would do with it, an address of this machine is not behind one.
    local = endpoint_url is not None and urlsplit(endpoint_url).hostname in {"127.0.0.1", "localhost", "::1"}
    try:
        session = boto3.session.Session(profile_name=profile, region_name=region)
        return session.client(
            "rds",
            endpoint_url=endpoint_url,
            config=Config(
                connect_timeout=10,
                read_timeout=60,
                retries={"total_max_attempts": 4, "mode": "standard"},
                proxies={} if local else None,
            ),
        )
    except ProfileNotFound as error:
        raise UsageError(str(error), hint="aws configure list-profiles shows them") from error
    except (BotoCoreError, ValueError) as error:
        raise UsageError(f"the AWS client cannot be made: {error}", hint="check --endpoint-url") from error


def read(api: Any, region: str, date: str, majors: Iterable[int] = ()) -> Account:
    """Return what an account offers: of the majors asked for, else of all it knows.

    ``date`` is the day it is read, as ISO text. Raises ``UsageError`` for a major the account does
    not offer, ``RdscheckError`` when it cannot be asked or answers with nothing.
    """
    source = f"an AWS account, {region}, {date}"
    with _told(region):
        offered = _versions(api)
        if not offered:
            raise RdscheckError(
                f"the account offers no version of RDS for PostgreSQL in {region}",
                hint="name another --region",
            )
        of_major: dict[int, list[str]] = {}
        for version in sorted(offered, key=order_key):
            of_major.setdefault(order_key(version)[0], []).append(version)
        wanted = tuple(sorted(set(majors))) or tuple(sorted(of_major))
        for major in wanted:
            if major not in of_major:
                known = ", ".join(str(one) for one in sorted(of_major))
                raise UsageError(
                    f"the account offers no PostgreSQL {major} in {region}", hint=f"it offers {known}"
                )
        defaults = {major: _defaults(api, major) for major in wanted}
    lists, extensions = [], []
    for major in wanted:
        names = _names(defaults[major])
        if not names:
            continue
        # The family has one list; that it is the newest version's is derived, as the page says that
        # it may lack what a minor release added.
        newest = of_major[major][-1]
        here = {"engine": ENGINE, "pg_major": str(major)}
        lists.append({**here, "engine_version": newest, "extensions": str(len(names))})
        told = {"version": NO_VERSION, "first": newest, "last": newest}
        where = f"{source}: rds.extensions of the family postgres{major}"
        extensions += [{**here, "extension": name, **told, "source": where} for name in names]
    return Account(
        region=region,
        majors=wanted,
        versions=tuple(
            _version_row(version, major, offered[version], source)
            for major in wanted
            for version in of_major[major]
        ),
        parameters=tuple(
            _parameter_row(row, major, source)
            for major in wanted
            for row in sorted(defaults[major], key=lambda it: str(it["ParameterName"]))
        ),
        lists=tuple(lists),
        extensions=tuple(extensions),
    )


def _versions(api: Any) -> dict[str, str]:
    """Return engine versions with their status; forms we do not know (previews) are left out."""
    found = {}
    for row in _pages(api, "describe_db_engine_versions", "DBEngineVersions", Engine=_API_ENGINE):
        version = str(row.get("EngineVersion", ""))
        # Whether the API names a rebuild in EngineVersion is not known; its description may do so.
        described = re.search(
            r"[0-9]+\.[0-9]+-R[0-9]+", str(row.get("DBEngineVersionDescription", "")), re.ASCII
        )
        if described and described[0].startswith(f"{version}-"):
            version = described[0]
        if "." in version and is_version(version):
            found[version] = str(row.get("Status") or "available")
    return found


def _defaults(api: Any, major: int) -> list[dict[str, Any]]:
    family = f"postgres{major}"
    pages = _pages(api, "describe_engine_default_parameters", "EngineDefaults", DBParameterGroupFamily=family)
    rows = [row for row in pages if row.get("ParameterName")]
    if not rows:
        raise RdscheckError(f"the account lists no parameters of {family}", hint="run again later")
    return rows


def _pages(api: Any, operation: str, member: str, **arguments: str) -> Iterator[dict[str, Any]]:
    for page in api.get_paginator(operation).paginate(**arguments):
        answer = page.get(member, [])
        yield from answer.get("Parameters", []) if isinstance(answer, dict) else answer


def _names(defaults: Iterable[dict[str, Any]]) -> list[str]:
    for row in defaults:
        if row["ParameterName"] == "rds.extensions":
            words = (word.strip() for word in str(row.get("ParameterValue", "")).split(","))
            return sorted({word for word in words if word})
    return []


def _version_row(version: str, major: int, status: str, source: str) -> dict[str, str]:
    return {
        "engine": ENGINE,
        "scope": "minor",
        "pg_major": str(major),
        "engine_version": version,
        "release_date": "",
        "standard_support_end": "",
        "extended_support_year1_start": "",
        "extended_support_year3_start": "",
        "extended_support_end": "",
        "note": f"{status} in {source}",
        "source": source,
    }


def _parameter_row(row: dict[str, Any], major: int, source: str) -> dict[str, str]:
    return {
        "name": str(row["ParameterName"]),
        "engine": ENGINE,
        "pg_versions": str(major),
        "default": str(row.get("ParameterValue", "")),
        "apply_type": str(row.get("ApplyType", "")),
        "modifiable": _MODIFIABLE[row.get("IsModifiable")],
        "allowed_values": str(row.get("AllowedValues", "")),
        "note": " ".join(str(row.get("Description", "")).split()),
        "source": source,
    }


@contextmanager
def _told(region: str) -> Iterator[None]:
    """Turn what boto3 raises into one line and the next step."""
    from botocore import exceptions  # noqa: PLC0415  loads slowly
    from botocore.parsers import ResponseParserError  # noqa: PLC0415

    try:
        yield
    except exceptions.ClientError as error:
        raise _refused(error.response.get("Error", {})) from error
    except (exceptions.NoCredentialsError, exceptions.PartialCredentialsError) as error:
        raise RdscheckError(
            f"no AWS credentials were found: {error}", hint="aws configure, or name a --profile"
        ) from error
    except (exceptions.HTTPClientError, exceptions.ConnectionError) as error:
        raise RdscheckError(
            f"RDS in {region} cannot be reached: {error}", hint="check the region, network and proxy"
        ) from error
    except (exceptions.BotoCoreError, ResponseParserError) as error:  # a token that cannot be renewed, no XML
        raise RdscheckError(
            f"RDS in {region} cannot be asked: {error}", hint="aws sts get-caller-identity tells more"
        ) from error


def _refused(error: dict[str, str]) -> RdscheckError:
    code, message = error.get("Code", "Unknown"), " ".join(error.get("Message", "").split())
    if code in _DENIED:
        return RdscheckError(f"the account refuses: {message or code}", hint=f"allow {_ACTIONS}")
    if code in _BAD_KEYS:
        return RdscheckError(
            f"AWS does not accept the credentials: {message or code}",
            hint="log in again, or name a --profile",
        )
    if code in _NO_FAMILY:
        return UsageError(f"the account does not know this family: {message}", hint="name other majors")
    return RdscheckError(f"RDS answered {code}: {message}", hint="run again later")
