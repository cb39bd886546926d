"""moto's S3 as a process of its own."""

import importlib.metadata
import importlib.util
import signal

from rdscheck.aws import child
from rdscheck.aws.answers import require_s3
from rdscheck.aws.endpoint import DEFAULT_REGION, Found, Place, S3Endpoint, http_url
from rdscheck.errors import S3Unavailable
from rdscheck.sandbox.process import end_process


class Moto:
    """The backend that needs neither Docker nor a network."""

    def found(self) -> Found:
        """Tell whether moto and its server part are installed."""
        missing = [name for name in ("moto", "werkzeug", "flask") if importlib.util.find_spec(name) is None]
        if missing:
            return Found("moto", "moto", False, f"{missing[0]} is missing: pip install 'moto[s3,server]'")
        return Found("moto", _name(), True)

    def start(self, place: Place) -> S3Endpoint:
        """Start a server on a port the kernel chooses and return once it answers."""
        found = self.found()
        if not found.usable:
            raise S3Unavailable("moto is not installed", hint="pip install 'moto[s3,server]'")
        log = place.run_dir / "moto.log"
        arguments = child.arguments_of(place)
        with child.launched("rdscheck.aws.moto_server", arguments, "moto", log) as told:
            port = int(told["port"])
            endpoint = S3Endpoint(
                kind="moto",
                name=_name(),
                url_for_host=http_url(place.bind, port),
                url_for_server=http_url(place.server_host or place.bind, port),
                region=DEFAULT_REGION,
                # moto checks no signature; the names say so to whoever meets them.
                access_key="moto",
                secret_key="moto",  # noqa: S106
                pid=int(told["pid"]),
                started=told["started"],
            )
            require_s3(endpoint)
            return endpoint

    def stop(self, endpoint: S3Endpoint) -> None:
        """End the server; nothing happens where it is gone, or its id belongs to somebody else now."""
        # It holds nothing that needs closing, so there is no gentle way to try first.
        end_process(endpoint.pid, endpoint.started, signal.SIGKILL)


def _name() -> str:
    return f"moto {importlib.metadata.version('moto')}"
