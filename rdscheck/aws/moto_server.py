"""The moto process: ``python -m rdscheck.aws.moto_server``, started by ``rdscheck.aws.moto``.

It binds a port the kernel chooses and then tells it on standard output, so that
nobody guesses a free port; everything else it has to say goes to standard error.
"""

import argparse
import logging
import sys
from collections.abc import Sequence

import moto.s3.urls  # noqa: F401  loaded before the port is told, not at the first request
from moto.iam.access_control import PermissionResult
from moto.moto_server.werkzeug_app import (
    DomainDispatcherApplication,
    MotoRequestHandler,
    create_backend_app,
)
from moto.s3.models import FakeBucket
from werkzeug.serving import make_server

from rdscheck.aws.lifeline import parse, tell


class _Handler(MotoRequestHandler):
    # Head and body leave in two segments; with Nagle's algorithm the second
    # would wait 40 ms for the client's delayed acknowledgement of the first.
    disable_nagle_algorithm = True


def _look_past_denies() -> None:
    """Let policies of buckets deny nothing here.

    moto denies everybody what a policy denies anybody, whatever its conditions. The stand-ins decide on
    the same policies before they send a request, and the buckets have to be emptied afterwards.
    """
    asked = getattr(FakeBucket, "get_permission", None)
    if asked is None:  # another version of moto may have no such check
        return

    def permission(bucket: FakeBucket, action: str, resource: str) -> PermissionResult:
        found: PermissionResult = asked(bucket, action, resource)
        return PermissionResult.NEUTRAL if found is PermissionResult.DENIED else found

    FakeBucket.get_permission = permission  # type: ignore[method-assign,assignment]


def main(arguments: Sequence[str]) -> None:
    """Serve until the owner is gone."""
    options = parse(argparse.ArgumentParser(), arguments)
    _look_past_denies()

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server(options.bind, 0, application, threaded=True, request_handler=_Handler)
    tell(port=server.server_port)
    server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1:])
