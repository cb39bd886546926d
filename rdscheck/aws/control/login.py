"""IAM database authentication of instances, as EnableIAMDatabaseAuthentication turns it on and off."""

from rdscheck.aws.control.shim import ACCESS_KEY, SECRET_KEY
from rdscheck.aws.control.state import ACCOUNT, Database
from rdscheck.aws.tokens import ACTION, Holder, IamLogin
from rdscheck.sandbox.access import Credentials


def tell_login(database: Database, holders: tuple[Holder, ...], addresses: tuple[str, ...] = ()) -> None:
    """Tell an instance's server whether it takes tokens, and whose.

    ``addresses`` are hosts with ports by which clients know it besides the endpoint it is described with.

    The keys the control plane hands out are the account's own: like every action of the API, they may
    connect as any user. ``holders`` are users and roles of IAM.
    """
    server = database.server
    assert server is not None
    own = Holder(Credentials(ACCESS_KEY, SECRET_KEY), allow=((ACTION, "*"),))
    login = IamLogin(server)
    login.change(
        endpoints=(*login.known.endpoints, *addresses),
        enabled=database.iam,
        region=database.region,
        account=ACCOUNT,
        resource_id=database.resource,
        holders=(own, *holders),
    )
