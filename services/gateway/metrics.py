"""What is measured of HTTP and of the live stream."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


class Metrics:
    """Counts over a registry. `route` is the template ("/api/v1/imports/{import_id}"), never the path."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.requests = Counter(
            "http_requests_total", "HTTP requests served.", ("method", "route", "status"), registry=registry
        )
        self.seconds = Histogram(
            "http_request_seconds",
            "How long until an HTTP response began.",
            ("method", "route"),
            registry=registry,
            buckets=(0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10, 60),
        )
        self.uploaded_bytes = Counter("uploaded_bytes_total", "Bytes of uploads.", registry=registry)
        self.live_clients = Gauge("live_clients", "Open event streams.", registry=registry)
        self.live_dropped = Counter(
            "live_clients_dropped_total",
            "Event streams ended for being too slow.",
            registry=registry,
        )
