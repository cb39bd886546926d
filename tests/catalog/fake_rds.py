"""An RDS endpoint on loopback: the two calls the catalog makes, in RDS's own XML, page by page."""

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any, Self
from urllib.parse import parse_qs
from xml.sax.saxutils import escape

PAGE = 2


@dataclass
class FakeRds:
    """What it answers.

    ``refusal`` is (HTTP status, code), for calls of ``refused_action`` or, where that is empty, for all.
    """

    versions: list[dict[str, str]] = field(
        default_factory=lambda: [
            {"EngineVersion": "14.24", "Status": "available"},
            {
                "EngineVersion": "15.4",
                "Status": "deprecated",
                "DBEngineVersionDescription": "PostgreSQL 15.4-R2",
            },
            {"EngineVersion": "15.19", "Status": "available"},
            {"EngineVersion": "15.20", "Status": "available"},
            {"EngineVersion": "19beta1", "Status": "available"},
        ]
    )
    parameters: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {
            "postgres14": [{"ParameterName": "work_mem", "ApplyType": "dynamic", "IsModifiable": "true"}],
            "postgres15": [
                {
                    "ParameterName": "rds.extensions",
                    "ParameterValue": "vector, hstore,brand_new , wal2json",
                    "ApplyType": "static",
                    "IsModifiable": "false",
                },
                {
                    "ParameterName": "work_mem",
                    "ParameterValue": "{DBInstanceClassMemory/1}",
                    "ApplyType": "dynamic",
                    "AllowedValues": "64-2147483647",
                    "Description": "(kB) Sets the\nmemory & more.",
                    "IsModifiable": "true",
                },
                {"ParameterName": "archive_mode"},
            ],
        }
    )
    refusal: tuple[int, str] | None = None
    refused_action: str = ""
    nonsense: bool = False
    calls: list[dict[str, str]] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        fake = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                call = {name: values[0] for name, values in parse_qs(body).items()}
                fake.calls.append(call)
                fake.headers.append(self.headers.get("Authorization", ""))
                status, text = fake.answer(call)
                data = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "text/xml")
                self.send_header("Content-Length", str(len(data)))
                self.end_headers()
                self.wfile.write(data)

            def log_message(self, *_args: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        return self

    def __exit__(self, *_raised: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, call: dict[str, str]) -> tuple[int, str]:
        action = call["Action"]
        if self.nonsense:
            return 200, "<html>a portal wants you to log in"
        if self.refusal and self.refused_action in {"", action}:
            status, code = self.refusal
            return status, (
                f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>told {code}</Message>"
                "</Error><RequestId>r</RequestId></ErrorResponse>"
            )
        if action == "DescribeDBEngineVersions":
            assert call["Engine"] == "postgres"
            rows, marker = self._page(self.versions, call)
            inner = f"<DBEngineVersions>{_items('DBEngineVersion', rows)}</DBEngineVersions>{marker}"
        else:
            family = call["DBParameterGroupFamily"]
            rows, marker = self._page(self.parameters.get(family, []), call)
            members = f"<Parameters>{_items('Parameter', rows)}</Parameters>{marker}"
            inner = f"<EngineDefaults>{members}</EngineDefaults>"
        return 200, (
            f'<{action}Response xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><{action}Result>{inner}'
            f"</{action}Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></{action}Response>"
        )

    @staticmethod
    def _page(rows: list[dict[str, str]], call: dict[str, str]) -> tuple[list[dict[str, str]], str]:
        begin = int(call.get("Marker", "0"))
        more = begin + PAGE < len(rows)
        return rows[begin : begin + PAGE], f"<Marker>{begin + PAGE}</Marker>" if more else ""


def _items(tag: str, rows: list[dict[str, str]]) -> str:
    inner = ("".join(f"<{name}>{escape(value)}</{name}>" for name, value in row.items()) for row in rows)
    return "".join(f"<{tag}>{one}</{tag}>" for one in inner)
