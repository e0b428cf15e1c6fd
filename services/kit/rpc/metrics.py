"""What is measured of every RPC."""

from __future__ import annotations

import threading
from weakref import WeakKeyDictionary

from prometheus_client import CollectorRegistry, Counter, Histogram

_of_registry: WeakKeyDictionary[CollectorRegistry, RpcMetrics] = WeakKeyDictionary()
_lock = threading.Lock()


class RpcMetrics:
    """Counts and durations of served RPCs. `service` is "ledger", `method` "LedgerService/PostPayments"."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "grpc_requests_total",
            "RPCs served, by outcome.",
            ("service", "method", "code"),
            registry=registry,
        )
        self.seconds = Histogram(
            "grpc_request_seconds",
            "How long an RPC took to serve.",
            ("service", "method"),
            registry=registry,
            buckets=(0.001, 0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
        )


def rpc_metrics(registry: CollectorRegistry) -> RpcMetrics:
    """The metrics of a registry: made once, because the services of one process may share one registry."""
    with _lock:
        if registry not in _of_registry:
            _of_registry[registry] = RpcMetrics(registry)
        return _of_registry[registry]
