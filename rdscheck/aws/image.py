"""Builds our LocalStack image, for machines that have none and cannot pull one."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from rdscheck.aws import docker
from rdscheck.errors import StartError
from rdscheck.resources import images_dir

TAG = "rdscheck/localstack:4.14.0"

#: Where tools look for a machine's own certificate authorities, pip's first.
_CA_VARIABLES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")
#: Predefined by Docker except the first, and none of them stays in the image.
_PASSED_ON = ("PIP_INDEX_URL", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def build_localstack(progress: Callable[[str], None]) -> str:
    """Build the image and return its tag; ``progress`` gets every step as it begins.

    Through the engine's own builder, as BuildKit is a plug-in that may be missing.
    """
    from docker.errors import DockerException  # noqa: PLC0415  see docker.engine

    said: list[str] = []
    with tempfile.TemporaryDirectory(prefix="rdscheck-image-") as directory, docker.engine() as client:
        _context(Path(directory))
        try:
            for event in client.api.build(
                path=directory,
                tag=TAG,
                buildargs=_arguments(),
                network_mode="host",  # a bridge may lack what the host has: names, a proxy, a route
                rm=True,
                forcerm=True,
                decode=True,
            ):
                if "error" in event:
                    raise StartError(
                        f"the LocalStack image cannot be built: {event['error'].strip()}",
                        hint=f"its last words were: {' / '.join(said[-3:])}",
                    )
                for line in event.get("stream", "").splitlines():
                    if line.strip():
                        said.append(line.strip())
                    if line.startswith("Step "):
                        progress(line)
        except DockerException as error:
            raise StartError(f"the LocalStack image cannot be built: {error}", hint="docker info") from error
    return TAG


def _context(directory: Path) -> None:
    """Copy the recipe, and the machine's certificate authorities where it names its own."""
    shutil.copy(images_dir() / "localstack" / "Dockerfile", directory / "Dockerfile")
    for variable in _CA_VARIABLES:
        bundle = os.environ.get(variable)
        if bundle and Path(bundle).is_file():
            shutil.copy(bundle, directory / "ca-certificates.crt")
            return


def _arguments() -> dict[str, str]:
    names = {name: os.environ.get(name) or os.environ.get(name.lower()) for name in _PASSED_ON}
    return {name: value for name, value in names.items() if value}
