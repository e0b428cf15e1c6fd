"""Logs and the small HTTP server."""

from __future__ import annotations

import logging
import urllib.error
import urllib.request

import orjson
import pytest
from prometheus_client import CollectorRegistry, Counter

from services.kit.http import serve_metrics
from services.kit.log import JsonFormatter
from services.kit.rpc.context import in_request


def test_a_log_line_names_the_service_the_request_and_the_facts() -> None:
    record = logging.makeLogRecord(
        {"name": "mingzhang.ledger.post", "msg": "posted %s", "args": (3,), "levelname": "INFO", "rows": 3}
    )
    with in_request("request-1"):
        line = orjson.loads(JsonFormatter().format(record))

    assert (line["service"], line["logger"], line["message"]) == ("ledger", "ledger.post", "posted 3")
    assert (line["request_id"], line["rows"], line["level"]) == ("request-1", 3, "INFO")


def test_metrics_and_health_are_served_and_an_ill_target_says_so() -> None:
    registry = CollectorRegistry()
    Counter("payments", "Payments.", registry=registry).inc(2)
    well = [True, False]
    server = serve_metrics("127.0.0.1", 0, registry, lambda: well.pop(0))
    try:
        base = f"http://127.0.0.1:{server.port}"
        metrics = urllib.request.urlopen(f"{base}/metrics", timeout=5).read()
        health = urllib.request.urlopen(f"{base}/healthz", timeout=5).status
        with pytest.raises(urllib.error.HTTPError) as ill:
            urllib.request.urlopen(f"{base}/healthz", timeout=5)
    finally:
        server.stop()

    assert b"payments_total 2.0" in metrics
    assert health == 200
    assert ill.value.code == 503
