"""Engine ``docker``: one container per server, from images built once.

testcontainers starts and stops; its reaper image cannot be pulled everywhere, so
it is switched off and our labels, reaper and sweep do that work.
"""

import platform
import time
from collections.abc import Callable
from ipaddress import ip_network
from secrets import token_hex
from typing import Any

from rdscheck.errors import EngineUnavailable, RdscheckError, StartError
from rdscheck.model import Version
from rdscheck.sandbox import docker_upgrade, idling, images, inside, resident, upgrade_image
from rdscheck.sandbox.containers import (
    ANY_PORT,
    MEMORY,
    SCRIPTS,
    PortTaken,
    Secrets,
    client,
    last_lines,
    our_way,
)
from rdscheck.sandbox.engine import Progress, quiet, same_engine
from rdscheck.sandbox.info import Offer, ServerInfo
from rdscheck.sandbox.owner import Owner, labels
from rdscheck.sandbox.resident import ShellEnded
from rdscheck.sandbox.rundir import RunDir
from rdscheck.sandbox.server import Server, describe, wait_until_ready
from rdscheck.sandbox.upgrading import UPGRADE, Moved
from rdscheck.sandbox.verifier import stored

#: The name by which a container reaches the machine it runs on.
HOST_NAME = "host.docker.internal"

#: Lines of the log that tell why a server did not start.
_TAIL = 10


#: Tells what a server said when it ended, None while it runs.
Alive = Callable[[], str | None]


class DockerEngine:
    """Servers in containers."""

    name = "docker"

    @property
    def _client(self) -> Any:
        from docker.errors import DockerException  # noqa: PLC0415  see containers.py

        try:
            return client()
        except (DockerException, OSError) as error:
            raise _unavailable(error) from error

    def answers(self) -> str:
        """Return an empty text when an engine answers, else why not."""
        from docker.errors import DockerException  # noqa: PLC0415  see containers.py

        try:
            self._client.ping()
        except EngineUnavailable as error:
            return error.message
        except (DockerException, OSError) as error:
            return _unavailable(error).message
        return ""

    def version(self) -> str:
        """Return the version of the Docker engine."""
        return str(self._client.version()["Version"])

    def offer(self, version: Version) -> Offer:
        """Say whether a version can run: its image is here, or a base is that it can be built from."""
        if told := self.answers():
            return Offer(version, available=False, reason=told)
        image = images.tag(version.major)
        if images.exists(image):
            return Offer(version, available=True, base=images.base_of(image))
        local = [f"postgres:{version.major}"]
        if version.major in images.SUITES:
            local.append(f"debian:{images.SUITES[version.major]}-slim")
        for base in local:
            if images.exists(base):
                return Offer(version, available=True, base=base)
        if version.major in images.SUITES and images.can_make_base():
            return Offer(version, available=True, base=local[-1])
        return Offer(
            version,
            available=False,
            reason=f"no image of PostgreSQL {version.major} and none of its bases ({', '.join(local)})",
            mend=f"docker pull postgres:{version.major} && rdscheck images build --pg {version.major}",
        )

    def prepare(self, version: Version, progress: Progress = quiet) -> None:
        """Build the image unless it is there."""
        if told := self.answers():
            raise EngineUnavailable(told, hint="rdscheck doctor tells more")
        images.build(version.major, progress)

    def start(self, version: Version, run: RunDir, group: str = "") -> ServerInfo:
        """Start a container and return once the server in it answers; see ``Engine.start``."""
        image = images.tag(version.major)
        if self._base_of(image) is None:
            self.prepare(version)
        secrets = Secrets(token_hex(12), token_hex(12))
        given = {
            "RDS_MASTER_PASSWORD": stored(secrets.master, version.major),
            "RDSCHECK_ADMIN_PASSWORD": stored(secrets.admin, version.major),
            "RDS_PARAMETERS": group,
        }
        if idle := idling.take(run, image):
            try:
                return idling.renew(self, version, idle, secrets, given)
            except StartError:
                # A new container takes its place, and says what is wrong if it was not the old one.
                self.stop(idle)
        container = self.launch(image, run, given, port=ANY_PORT)
        try:
            return self.await_server(version, container, secrets)
        except BaseException:
            container.remove(force=True, v=True)
            raise

    def launch(self, image: str, run: RunDir, environment: dict[str, str], port: int | None) -> Any:
        """Start a container with room for a data directory in memory.

        ``port`` is where it is published: ``ANY_PORT``, a number, or None for not at all. Raises
        ``StartError``.
        """
        from docker.errors import DockerException  # noqa: PLC0415
        from testcontainers.core.container import DockerContainer  # noqa: PLC0415

        name = f"rdscheck-{token_hex(8)}"
        container = DockerContainer(image).with_name(name)
        for variable, value in environment.items():
            container.with_env(variable, value)
        container.with_env("RDSCHECK_DATA_DIR", MEMORY).with_tmpfs_mount(MEMORY)
        if port is not None:
            # The form docker-py takes.
            container.ports["5432/tcp"] = ("127.0.0.1", port or None)  # type: ignore[assignment]
        container.with_kwargs(
            labels=labels(run.owner() or Owner.me(), run.id),
            extra_hosts={HOST_NAME: "host-gateway"},
            shm_size="256m",
            # We connect to see whether the server answers; a probe every two seconds costs more than that.
            healthcheck={"test": ["NONE"]},
            log_config={"type": "json-file", "config": {"max-size": "50m"}},
        )
        try:
            with our_way():
                container.start()
        except (DockerException, OSError) as error:
            # It may have been made before it could not be started.
            images.docker("rm", "--force", "--volumes", name)
            raise _start_error(image, error) from error
        return container.get_wrapped_container()

    def _base_of(self, image: str) -> str | None:
        """Return the base of an image of ours, None where the engine has no such image."""
        from docker.errors import ImageNotFound  # noqa: PLC0415  see containers.py

        try:
            return str(self._client.images.get(image).labels.get("rdscheck.base", image))
        except ImageNotFound:
            return None

    def await_server(
        self, version: Version, container: Any, secrets: Secrets, alive: Alive | None = None
    ) -> ServerInfo:
        """Return what is known of a server once it answers; raises ``StartError`` when it ends instead.

        ``alive`` tells what it said when it ended, None while it runs; by default it ends with its container.
        """
        image = images.tag(version.major)
        container.reload()
        port = int(container.ports["5432/tcp"][0]["HostPort"])
        info = ServerInfo(
            version=str(version),
            server_version="0",
            engine=self.name,
            base=self._base_of(image) or image,
            host="127.0.0.1",
            port=port,
            master_user="postgres",
            master_password=secrets.master,
            admin_host="127.0.0.1",
            admin_password=secrets.admin,
            container=container.id,
            abilities={UPGRADE: ""},
        )

        def running() -> str | None:
            container.reload()
            if container.status in {"created", "running"}:
                return None
            return last_lines(container.logs(tail=5).decode(errors="replace"))

        with wait_until_ready(lambda: Server(info).admin(), alive or running) as conn:
            return describe(info, conn)

    def configure(self, info: ServerInfo, group: str) -> None:
        """Put a parameter group into the data directory; raises ``StartError`` when that is impossible."""
        if inside.configure(info, group):
            return
        script = f'printf "%s" "$GROUP" | sh {SCRIPTS}/configure.sh {MEMORY}/data'
        code, told = self.execute(info, ["sh", "-c", script], {"GROUP": group})
        if code != 0:
            raise StartError(
                f"the parameter group could not be written: {told.decode(errors='replace').strip()}"
            )

    def restart(self, info: ServerInfo) -> ServerInfo:
        """Start the server anew inside its container; raises ``StartError`` when it does not come up."""
        asked = time.time()
        before = inside.ask_to_restart(info)
        if before and inside.is_back(info, before):
            return info
        code, told = self.execute(info, ["sh", f"{SCRIPTS}/restart.sh", *([before] if before else [])], {})
        if code == 0:
            wait_until_ready(lambda: Server(info).admin(), lambda: None).close()
            return info
        log = self._client.containers.get(info.container).logs(since=asked, tail=_TAIL)
        said = (
            " | ".join(log.decode(errors="replace").strip().splitlines())
            or told.decode(errors="replace").strip()
        )
        if code == 1:
            raise StartError(f"the server ended while starting: {said}")
        raise StartError(f"the server did not restart in its container: {said}")

    def handle(self, info: ServerInfo) -> Any:
        """Return a server's container to act on, without asking the engine what it knows of it.

        Where it is gone what is done with it raises ``docker.errors.NotFound``.
        """
        return self._client.containers.prepare_model({"Id": info.container})

    def container(self, info: ServerInfo) -> Any:
        """Return a server's container; raises ``StartError`` when it is gone."""
        from docker.errors import DockerException  # noqa: PLC0415  see containers.py

        try:
            return self._client.containers.get(info.container)
        except DockerException as error:
            raise _gone(info, error) from error

    def execute(self, info: ServerInfo, command: list[str], environment: dict[str, str]) -> tuple[int, bytes]:
        """Run a command in a server's container; return its exit status and what it wrote.

        Raises ``StartError`` when the container is gone.
        """
        status, output, errors = self.run(info, command, environment)
        return status, output + errors

    def run(
        self, info: ServerInfo, command: list[str], environment: dict[str, str]
    ) -> tuple[int, bytes, bytes]:
        """Run a command as ``execute`` does; return its output and its errors apart."""
        from docker.errors import DockerException  # noqa: PLC0415  see containers.py

        try:
            return resident.run(self._client.api, info.container, command, environment)
        except DockerException as error:
            raise _gone(info, error) from error
        except ShellEnded as error:
            raise StartError(f"a command beside PostgreSQL {info.version} was cut off: {error}") from error

    def stop(self, info: ServerInfo) -> None:
        """Remove the container of a server with everything in it."""
        from docker.errors import DockerException  # noqa: PLC0415  see containers.py

        try:
            self._client.api.remove_container(info.container, force=True, v=True)
        except (DockerException, EngineUnavailable):
            # Gone already, or being removed; another way to ask changes nothing where the engine is gone.
            images.docker("rm", "--force", "--volumes", info.container)

    def release(self, info: ServerInfo, run: RunDir) -> None:
        """End a server and keep its container for another one, as long as the run lasts."""
        if not idling.keep(self, info, run):
            self.stop(info)

    def log(self, info: ServerInfo, last: int | None = None) -> str:
        """Return the server log, or its ``last`` lines; raises ``StartError`` without a container."""
        from docker.errors import DockerException  # noqa: PLC0415  see containers.py

        asked: dict[str, Any] = {"since": info.log_since} if info.log_since else {}
        if last is not None:
            # The engine finds them from the end; the whole of a long log takes it long to decode.
            asked["tail"] = last
        try:
            return str(self._client.api.logs(info.container, **asked).decode(errors="replace"))
        except DockerException as error:
            raise _gone(info, error) from error

    def prepare_upgrade(self, old: Version, new: Version, progress: Progress = quiet) -> None:
        """Build the image of an upgrade unless it is there."""
        if told := self.answers():
            raise EngineUnavailable(told, hint="rdscheck doctor tells more")
        upgrade_image.build(old.major, new.major, progress)

    def upgrade(
        self, info: ServerInfo, version: Version, group: str, run: RunDir, *, moved: Callable[[Moved], None]
    ) -> None:
        """Upgrade a server to another major; see ``Engine.upgrade``."""
        docker_upgrade.upgrade(self, info, version, group, run, moved=moved)

    def peer_address(self, info: ServerInfo) -> tuple[str, int]:
        """Return the container's address on the engine's network; it stays the same at a reboot."""
        same_engine(self.name, info)
        networks = self.container(info).attrs["NetworkSettings"]["Networks"]
        found = [network["IPAddress"] for network in networks.values() if network.get("IPAddress")]
        if not found:
            raise RdscheckError(
                f"the container of PostgreSQL {info.version} has no address on a network",
                hint="servers that replicate need Docker's bridge network",
            )
        return str(found[0]), 5432

    def s3_addresses(self) -> tuple[str, str | None]:
        """Return where an S3 server must listen, and the name containers reach it by.

        With Docker Desktop the containers' host name leads to this machine's
        loopback; on Linux it leads to the bridge's gateway address.
        """
        if platform.system() != "Linux" or "Desktop" in str(self._client.info().get("OperatingSystem")):
            return "127.0.0.1", HOST_NAME
        config = self._client.networks.get("bridge").attrs["IPAM"]["Config"][0]
        gateway = config.get("Gateway") or str(next(ip_network(config["Subnet"]).hosts()))
        return gateway, HOST_NAME


def _unavailable(error: Exception) -> EngineUnavailable:
    return EngineUnavailable(
        f"no Docker engine answers: {_first_line(error)}",
        hint="start Docker, or rdscheck run --engine local; rdscheck doctor tells more",
    )


def _gone(info: ServerInfo, error: Exception) -> StartError:
    return StartError(f"the container of PostgreSQL {info.version} is gone: {_first_line(error)}")


def _start_error(image: str, error: Exception) -> StartError:
    text = str(error)
    hint = "rdscheck doctor tells more"
    if "No such image" in text or "not found" in text.lower():
        hint = "rdscheck images build"
    elif "no space left" in text:
        hint = "the disk is full: docker system df shows what takes the space"
    elif "port is already allocated" in text or "address already in use" in text:
        return PortTaken(f"{image} did not start: its port is taken", hint="run again")
    return StartError(f"{image} did not start: {_first_line(error)}", hint=hint)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
