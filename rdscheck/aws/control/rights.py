"""What roles and users of IAM may do, told to the servers whenever it changed."""

from contextlib import ExitStack
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

from rdscheck.aws.control.login import tell_login
from rdscheck.aws.control.state import Cluster, Database, Role
from rdscheck.aws.control.wire import Response
from rdscheck.errors import RdscheckError
from rdscheck.sandbox.access import DEFAULT_ACTIONS, Access, Association, Credentials
from rdscheck.sandbox.associations import Associations

if TYPE_CHECKING:
    # IAM's part brings boto3, for which a start need not wait.
    from rdscheck.aws.control.plane import ControlPlane
    from rdscheck.aws.iam.deciding import Decisions
    from rdscheck.aws.iam.logins import Logins


class Rights:
    """The rights of one control plane's instances: of their roles, by feature, and of who logs in by IAM."""

    def __init__(self, plane: "ControlPlane") -> None:
        self._plane = plane
        self._opened = ExitStack()

    @cached_property
    def _decisions(self) -> "Decisions":
        from rdscheck.aws.iam.deciding import Decisions  # noqa: PLC0415

        decisions = Decisions(lambda: self._plane.url, self._plane.s3)
        self._opened.callback(decisions.close)
        return decisions

    @cached_property
    def _logins(self) -> "Logins":
        from rdscheck.aws.iam.logins import Logins  # noqa: PLC0415

        return Logins(lambda: self._plane.url)

    def close(self) -> None:
        """Close what was opened to ask IAM."""
        self._opened.close()

    def changed(self, response: Response) -> None:
        """Tell the servers anew after an answer of IAM that may have changed something."""
        self._logins.hear(response.status, response.body)
        self.refresh_roles()
        self.refresh_logins()

    def keys_given(self, response: Response) -> None:
        """Take notice of keys that STS gave: their holders may log in to instances."""
        if self._logins.hear(response.status, response.body):
            self.refresh_logins()

    def usual(self, role_arn: str, feature: str) -> Association:
        """Return the rights AWS's guides give a role for a feature, on everything."""
        keys = Credentials("test", "test")
        if feature == "Lambda" and self._plane.functions is not None:
            keys = self._plane.functions().credentials
        elif self._plane.s3 is not None and feature != "Lambda":
            keys = self._plane.s3_endpoint().credentials
        allow = tuple((one, "*") for one in DEFAULT_ACTIONS[feature])
        return Association(feature, role_arn, keys, allow)

    def refresh_roles(self) -> None:
        """Look up anew what every associated role may do, and tell the servers."""
        with self._plane.state.changed:
            owners: list[Database | Cluster] = [*self._plane.state.databases.values()]
            owners += self._plane.state.clusters.values()
        for owner in owners:
            # IAM is asked with nothing held; what was added or removed meanwhile stays so.
            anew = {
                id(one): self.role(one.arn, one.feature, owner.arn) for one in owner.roles if not one.fixed
            }
            with self._plane.state.changed:
                owner.roles = [anew.get(id(one), one) for one in owner.roles]
        for database in list(self._plane.state.databases.values()):
            if database.server is not None and self._of(database):
                self.write(database)

    def refresh_logins(self) -> None:
        """Tell servers anew who may log in with IAM tokens."""
        for database in [*self._plane.state.databases.values()]:
            if database.server is not None and database.iam:
                self.write_login(database)

    def write_login(self, database: Database) -> None:
        """Tell a server whether it takes IAM tokens, and whose."""
        with database.lock:
            addresses = self._plane.addresses(database.identifier)
            tell_login(database, self._logins.holders() if database.iam else (), addresses)

    def role(self, arn: str, feature: str, source_arn: str) -> Role:
        """Return a role with what it may do now; without any rights where it cannot be assumed."""
        try:
            found = self._decisions(arn, feature, source_arn)
        except RdscheckError as error:
            return Role(arn, feature, None, str(error))
        return Role(arn, feature, None if found.invalid else found, found.invalid)

    def _of(self, database: Database) -> list[Role]:
        """Return the roles of an instance and of the cluster it belongs to."""
        cluster = self._plane.state.clusters.get(database.cluster)
        return [*database.roles, *(cluster.roles if cluster else ())]

    def write(self, database: Database) -> None:
        """Tell a server what its roles may do, and where S3 is."""
        server = database.server
        assert server is not None
        roles = [one.association for one in self._of(database) if one.association is not None]
        # Without a role for it S3 is not asked, and starting it takes a while.
        wanted = self._plane.knows_s3 or any(one.feature != "Lambda" for one in roles)
        endpoint = self._plane.s3_endpoint() if wanted and self._plane.s3 is not None else None
        access = Access(
            endpoint=endpoint.url_for_server if endpoint else "",
            region=endpoint.region if endpoint and not endpoint.is_local else database.region,
        )
        for role in roles:
            if role.feature == "Lambda" and self._plane.functions is not None:
                functions = self._plane.functions()
                access = replace(access, lambda_endpoint=functions.url_for_server)
                # It checks signatures, and does not know the keys of this account's roles; what the role
                # may do has been decided by then.
                role = replace(role, credentials=functions.credentials)  # noqa: PLW2901
            access = access.with_role(role)
        with database.lock:
            Associations(server).tell(access)
