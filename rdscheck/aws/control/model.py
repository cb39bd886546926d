"""RDS's API as botocore describes it: shapes of requests and answers, names of list members, errors."""

from functools import cache
from typing import Any


@cache
def service() -> Any:
    """Return botocore's model of RDS; a tenth of a second the first time."""
    from botocore.loaders import Loader  # noqa: PLC0415  loads slowly
    from botocore.model import ServiceModel  # noqa: PLC0415

    return ServiceModel(Loader().load_service_model("rds", "service-2"), "rds")
