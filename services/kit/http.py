"""A small HTTP server with /metrics and /healthz, for targets that have no other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import ThreadingWSGIServer

JOIN_S = 5


class MetricsServer:
    """Serves until stopped; `port` is the one that it has."""

    def __init__(self, server: ThreadingWSGIServer) -> None:
        self._server = server
        self.port: int = server.server_port
        self._thread = threading.Thread(target=server.serve_forever, name="metrics", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Stops and frees the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(JOIN_S)


def serve_metrics(
    host: str, port: int, registry: CollectorRegistry, healthy: Callable[[], bool]
) -> MetricsServer:
    """Serves /metrics and /healthz (200 while `healthy()`, else 503); port 0 takes a free one."""
    metrics: Callable[[dict[str, Any], Any], Iterable[bytes]] = make_wsgi_app(registry)

    def application(environment: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        path = environment.get("PATH_INFO", "")
        if path == "/metrics":
            return metrics(environment, start_response)
        if path == "/healthz":
            well = healthy()
            start_response(
                "200 OK" if well else "503 Service Unavailable",
                [("Content-Type", "text/plain; charset=utf-8")],
            )
            return [b"ok\n" if well else b"not ready\n"]
        start_response("404 Not Found", [("Content-Type", "text/plain; charset=utf-8")])
        return [b"see /metrics and /healthz\n"]

    return MetricsServer(make_server(host, port, application, ThreadingWSGIServer, _Silent))


class _Silent(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class names it so
        """A scrape every few seconds is not worth a line."""
