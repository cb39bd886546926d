"""Associating roles with an instance or, in a shared sandbox, with one database of it."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from rdscheck.errors import RdscheckError
from rdscheck.sandbox.access import (
    DEFAULT_ACTIONS,
    Access,
    Association,
    Credentials,
    check_feature,
    resources,
)
from rdscheck.sandbox.programs import run_program, write_file
from rdscheck.sandbox.server import Connection, Server

_ACCOUNT = "123456789012"

#: The role of a feature for which none was named.
ROLE_ARN = f"arn:aws:iam::{_ACCOUNT}:role/rdscheck-{{feature}}"


class Associations:
    """What the stand-ins are told about roles and S3, written where they read it.

    ``dbname`` limits it to one database, which then ignores what the instance has;
    without it everything holds for the instance, as on RDS.
    """

    def __init__(self, server: Server, dbname: str | None = None) -> None:
        self._server = server
        self._dbname = dbname
        self._access = Access()
        self._bucket = ""
        self._functions: tuple[str, ...] = ()
        self._account = _ACCOUNT  # of functions that are called by name only
        self._credentials = self._lambda_credentials = Credentials("test", "test")
        self._written = False

    def use_s3(
        self,
        endpoint: str,
        region: str,
        credentials: Credentials,
        bucket: str,
        associate: Iterable[str] = (),
    ) -> None:
        """Point the stand-ins at an S3 endpoint; roles may use ``bucket`` by default.

        ``associate`` names features that get a role with the default rights at once.
        """
        self._bucket = bucket
        self._credentials = credentials
        self._access = replace(self._access, endpoint=endpoint, region=region)
        for feature in associate:
            self._add(feature)
        self._write()

    def use_lambda(
        self,
        endpoint: str,
        region: str,
        credentials: Credentials,
        functions: Iterable[str] = (),
        *,
        account: str = _ACCOUNT,
        associate: bool = True,
    ) -> None:
        """Point the stand-ins at a Lambda endpoint; a role may invoke ``functions`` by default.

        ``functions`` are ARN patterns, ``account`` is the one that functions and role belong to. A role for
        the feature Lambda is associated at once unless told not to be.
        """
        self._functions = tuple(functions)
        self._account = account
        self._lambda_credentials = credentials
        self._access = replace(self._access, lambda_endpoint=endpoint, region=region)
        if associate:
            self._add("Lambda")
        self._write()

    @property
    def lambda_credentials(self) -> Credentials:
        """What signs requests to Lambda, unless a role brings its own."""
        return self._lambda_credentials

    def associate_role(
        self,
        feature: str,
        *,
        allow: Iterable[str] | None = None,
        deny: Iterable[str] = (),
        resource: Iterable[str] | None = None,
        role_arn: str | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        """Associate a role for a feature, as ``aws rds add-role-to-db-instance`` does.

        ``feature`` is ``s3Export``, ``s3Import`` or ``Lambda``, case-sensitive; ``allow``
        and ``deny`` are action patterns of its policy (by default what the guides give
        such a role) on ``resource``, ARN patterns (by default the bucket of ``use_s3``, or
        the functions of ``use_lambda``).
        Raises ``InvalidFeatureName``.
        """
        self._add(feature, allow, deny, resource, role_arn, credentials)
        self._write()

    def _add(  # noqa: PLR0917 (the arguments of associate_role, passed on)
        self,
        feature: str,
        allow: Iterable[str] | None = None,
        deny: Iterable[str] = (),
        resource: Iterable[str] | None = None,
        role_arn: str | None = None,
        credentials: Credentials | None = None,
    ) -> None:
        check_feature(feature)
        actions = DEFAULT_ACTIONS[feature] if allow is None else tuple(allow)
        if resource is None and feature == "Lambda" and self._access.lambda_endpoint:
            resource = self._functions
        if resource is None:
            if not self._bucket:
                raise RdscheckError(
                    "a role needs a policy, and no bucket is known yet",
                    hint="pass resource=, or ask for rds_s3",
                )
            resource = resources(self._bucket)
        where = tuple(resource)
        known, account = self._credentials, _ACCOUNT
        if feature == "Lambda":
            known, account = self._lambda_credentials, self._account
        self._access = self._access.with_role(
            Association(
                feature=feature,
                role_arn=role_arn or ROLE_ARN.format(feature=feature).replace(_ACCOUNT, account),
                credentials=credentials or known,
                allow=tuple((action, arn) for action in actions for arn in where),
                deny=tuple((action, arn) for action in deny for arn in where),
            )
        )

    def associate(self, association: Association) -> None:
        """Associate a role whose policies are spelt out; it replaces the one its feature has."""
        self._access = self._access.with_role(association)
        self._write()

    def remove_role(self, feature: str) -> None:
        """Take the role of a feature away, as ``aws rds remove-role-from-db-instance`` does."""
        self._access = self._access.without_role(feature)
        self._write()

    def tell(self, access: Access) -> None:
        """Let all that was said be replaced by this."""
        self._access = access
        self._write()

    def change(self, **changes: Any) -> None:
        """Change fields of ``Access``: endpoint, region, split_bytes, part_bytes."""
        self._access = replace(self._access, **changes)
        self._write()

    def forget(self) -> None:
        """Remove what was written."""
        if not self._written:
            return
        with self._server.maintenance() as admin:
            run_program(admin, f"exec rm -f {self._path(admin)}")

    def _write(self) -> None:
        """Put the file into the data directory."""
        self._written = True
        with self._server.maintenance() as admin:
            write_file(admin, self._path(admin), self._access.lines())

    def _path(self, admin: Connection) -> str:
        if self._dbname is None:
            return "rdscheck/aws/default.conf"
        row = admin.execute("SELECT oid FROM pg_database WHERE datname = %s", [self._dbname]).fetchone()
        if row is None:
            raise RdscheckError(f"there is no database {self._dbname!r}")
        return f"rdscheck/aws/{int(row[0])}.conf"  # a number: a shell reads nothing into it
