"""The fixture ``rds_roles``: roles and policies in IAM decide what the stand-ins may do."""

import json
import shlex
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest
from botocore import xform_name

from rdscheck.errors import StartError
from rdscheck.plugin.fixtures import SHOWN_INSTANCE, recorder_of
from rdscheck.plugin.session import session_of
from rdscheck.recording import Recorder
from rdscheck.sandbox.access import Association, Credentials
from rdscheck.sandbox.associations import Associations
from rdscheck.sandbox.database import Database

if TYPE_CHECKING:
    from rdscheck.aws.iam.local import LocalIam
    from rdscheck.aws.space import S3Space

_READING = ("Get", "List", "Head", "Describe", "Simulate")


class RdsRoles:
    """An AWS account with IAM and STS, and one database that has roles of it.

    ``iam`` and ``sts`` are plain boto3 clients; after each change, also of a bucket's policy by the
    client of ``rds_s3``, what the roles may do is read anew. ``add_role`` and ``remove_role`` do what
    ``aws rds add-role-to-db-instance`` and ``remove-role-from-db-instance`` do.
    """

    account: str
    instance_arn: str

    def __init__(
        self, local: "LocalIam", space: "S3Space", associations: Associations, recorder: Recorder, s3: Any
    ) -> None:
        from rdscheck.aws.iam.grants import Grants  # noqa: PLC0415  boto3 loads slowly; most tests need none
        from rdscheck.aws.iam.local import ACCOUNT  # noqa: PLC0415

        self.account = ACCOUNT
        self.instance_arn = f"arn:aws:rds:{space.region}:{ACCOUNT}:db:{SHOWN_INSTANCE}"
        self._recorder = recorder
        self._quiet = s3  # reads policies, which is nothing a report needs to show
        self.iam: Any = local.new_client("iam")
        self.sts: Any = local.new_client("sts")
        self._grants = Grants(
            associations,
            local.client("iam"),
            local.client("sts"),
            s3,
            source_arn=self.instance_arn,
            credentials=_own_credentials(space, associations),
        )
        for client in (self.iam, self.sts):
            self._watch(client, "*")
        for operation in ("PutBucketPolicy", "DeleteBucketPolicy"):
            self._watch(space.client, operation)

    def add_role(self, role_arn: str, feature: str) -> Association:
        """Associate a role for a feature; ``status`` of the answer is ACTIVE or INVALID, as RDS shows it."""
        self._rds("add-role-to-db-instance", role_arn, feature)
        return self._grants.add(role_arn, feature)

    def remove_role(self, role_arn: str, feature: str) -> None:
        """Take the role of a feature away."""
        self._rds("remove-role-from-db-instance", role_arn, feature)
        self._grants.remove(feature)

    def role(self, feature: str) -> Association:
        """Return what the role of a feature may do now; raises ``KeyError`` when there is none."""
        return self._grants.current[feature]

    def close(self) -> None:
        """Close the clients."""
        for client in (self.iam, self.sts, self._quiet):
            client.close()

    def _rds(self, command: str, role_arn: str, feature: str) -> None:
        self._recorder.act(
            f"-- $ aws rds {command} --db-instance-identifier {SHOWN_INSTANCE}"
            f" --feature-name {shlex.quote(feature)} --role-arn {role_arn}"
        )

    def _watch(self, client: Any, operation: str) -> None:
        service = client.meta.service_model.service_name
        scope = f".{service}" if operation == "*" else f".{service}.{operation}"
        client.meta.events.register(f"provide-client-params{scope}", self._note)
        client.meta.events.register(f"after-call{scope}", self._refresh)

    def _note(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        service = "s3api" if model.service_model.service_name == "s3" else model.service_model.service_name
        words = [f"-- $ aws {service} {xform_name(model.name, '-')}"]
        for name, value in params.items():
            words.append(f"--{xform_name(name, '-')} {shlex.quote(_shown(value))}")
        self._recorder.act(" ".join(words))

    def _refresh(self, parsed: Mapping[str, Any], model: Any, **_: Any) -> None:
        if error := parsed.get("Error"):
            self._recorder.act(f"-- An error occurred ({error.get('Code')}): {error.get('Message')}")
        elif not model.name.startswith(_READING):
            self._grants.refresh()


def _shown(value: Any) -> str:
    """Return an argument as the command line has it; policies on one line, however they were written."""
    if isinstance(value, str) and value.lstrip().startswith("{"):
        try:
            return json.dumps(json.loads(value))
        except ValueError:
            return value
    return value if isinstance(value, str) else json.dumps(value)


def _own_credentials(space: "S3Space", associations: Associations) -> Callable[[str], Credentials | None]:
    """Return keys by feature for an S3 and a Lambda that check them, and do not know those of roles here."""
    endpoint = space.endpoint

    def credentials(feature: str) -> Credentials | None:
        if feature == "Lambda":
            return associations.lambda_credentials
        return None if endpoint.is_local else endpoint.credentials

    return credentials


@pytest.fixture(scope="session")
def rds_moto_iam() -> "Iterator[LocalIam]":
    """Give IAM and STS for all tests of this process, one after the other."""
    from rdscheck.aws.iam.local import LocalIam  # noqa: PLC0415  moto loads slowly

    try:
        local = LocalIam().__enter__()
    except StartError as error:
        pytest.skip(str(error))
    yield local
    local.__exit__(None, None, None)


@pytest.fixture
def rds_roles(
    request: pytest.FixtureRequest, rds_db: Database, rds_s3: "S3Space", rds_moto_iam: "LocalIam"
) -> Iterator[RdsRoles]:
    """Give an empty AWS account whose roles the database of ``rds`` can be given; it has none at first."""
    from rdscheck.aws.client import s3_client  # noqa: PLC0415

    if not rds_db.server.info.admin_host:
        pytest.skip("a server given by --rds-dsn has the IAM of its own account")
    rds_moto_iam.reset()
    for feature in ("s3Export", "s3Import"):
        rds_db.remove_role(feature)
    account = RdsRoles(
        rds_moto_iam, rds_s3, rds_db, recorder_of(request.node), s3_client(session_of(request.config).s3)
    )
    yield account
    account.close()


__all__ = ["RdsRoles", "rds_moto_iam", "rds_roles"]
