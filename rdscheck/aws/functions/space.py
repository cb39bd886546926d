"""The functions one test uses, gone when it is over."""

import io
import json
import zipfile
from collections.abc import Callable
from types import TracebackType
from typing import Any
from urllib.parse import quote
from urllib.request import ProxyHandler, build_opener
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from rdscheck.aws.functions.endpoint import OURS, LambdaEndpoint, client
from rdscheck.aws.functions.service import CALLS
from rdscheck.errors import LambdaUnavailable
from rdscheck.sandbox.access import Credentials

_RUNTIME = "python3.13"


class LambdaSpace:
    """Functions deployed from source text, a client for them, and what they were given.

    ``client`` is a plain boto3 Lambda client. Functions have names of their own: ``deploy`` returns
    the real one for the one that was wished for.
    """

    def __init__(self, endpoint: LambdaEndpoint) -> None:
        self.endpoint = endpoint
        self.on_new_name: Callable[[str, str], None] | None = None  # told real and wished name
        self.on_unknown: Callable[[str], Any] | None = None  # told why calls are not known
        self.on_call: Callable[[str, dict[str, Any]], None] | None = None  # told what changes something
        self.client: Any = client(endpoint)
        self.client.meta.events.register("provide-client-params.lambda.*", self._called)
        self._suffix = uuid4().hex[:10]
        self._names: dict[str, str] = {}

    @property
    def region(self) -> str:
        """Region of the functions."""
        return self.endpoint.region

    @property
    def account(self) -> str:
        """Account of the functions."""
        return self.endpoint.account

    @property
    def credentials(self) -> Credentials:
        """Keys that Lambda takes."""
        return self.endpoint.credentials

    @property
    def role_arn(self) -> str:
        """A role for functions to run as; nothing asks for its rights."""
        return f"arn:aws:iam::{self.account}:role/lambda-role"

    def __enter__(self) -> "LambdaSpace":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def name(self, wish: str) -> str:
        """Return the real name of a function, also before it is deployed."""
        if wish not in self._names:
            self._names[wish] = f"{wish}-{self._suffix}"
            if self.on_new_name:
                self.on_new_name(self._names[wish], wish)
        return self._names[wish]

    def arn(self, wish: str, qualifier: str = "", *, region: str = "") -> str:
        """Return a function's ARN."""
        tail = f":{qualifier}" if qualifier else ""
        return f"arn:aws:lambda:{region or self.region}:{self.account}:function:{self.name(wish)}{tail}"

    @property
    def patterns(self) -> tuple[str, str]:
        """ARN patterns of all functions of this space, and of their versions and aliases."""
        every = f"arn:aws:lambda:{self.region}:{self.account}:function:*-{self._suffix}"
        return every, f"{every}:*"

    def deploy(self, wish: str, source: str, **config: Any) -> str:
        """Create a function from the text of its module, or give it new code; return its real name.

        The handler is ``lambda_function.lambda_handler``; ``config`` are boto3's arguments of
        ``create_function`` (``Timeout=1``).
        """
        name = self.name(wish)
        code = archive({"lambda_function.py": source})
        settings = {
            "Runtime": _RUNTIME,
            "Role": self.role_arn,
            "Handler": "lambda_function.lambda_handler",
        } | config
        try:
            self.client.create_function(FunctionName=name, Code={"ZipFile": code}, **settings)
        except self.client.exceptions.ResourceConflictException:
            self.client.update_function_code(FunctionName=name, ZipFile=code)
        except (BotoCoreError, ClientError) as error:
            raise LambdaUnavailable(f"{self.endpoint.url_for_host} takes no function: {error}") from error
        if self.endpoint.kind != OURS:
            self.client.get_waiter("function_active_v2").wait(FunctionName=name)
        return name

    def calls(self, wish: str) -> list[dict[str, Any]]:
        """Return what a function was given so far, oldest first, with what it answered.

        Only our own endpoint remembers that: raises ``LambdaUnavailable`` for another one.
        """
        if self.endpoint.kind != OURS:
            reason = "this Lambda does not tell what its functions were given"
            if self.on_unknown:
                self.on_unknown(reason)
            raise LambdaUnavailable(reason)
        url = f"{self.endpoint.url_for_host}{CALLS}?function={quote(self.arn(wish), safe='')}"
        with build_opener(ProxyHandler({})).open(url, timeout=10) as answer:
            told: list[dict[str, Any]] = json.load(answer)
        return told

    def _called(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self.on_call and not model.name.startswith(("Get", "List", "Invoke")):
            self.on_call(model.name, params)

    def close(self) -> None:
        """Delete every function."""
        self.on_call = None
        for name in self._names.values():
            try:
                self.client.delete_function(FunctionName=name)
            except self.client.exceptions.ResourceNotFoundException:
                continue
        self.client.close()


def archive(files: dict[str, str]) -> bytes:
    """Return a zip of text files, the same bytes for the same files."""
    room = io.BytesIO()
    with zipfile.ZipFile(room, "w") as packed:
        for name, text in sorted(files.items()):
            packed.writestr(zipfile.ZipInfo(name), text)
    return room.getvalue()
