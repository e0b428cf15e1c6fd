"""What is measured of the outboxes, the consumers and the jobs of a process."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge


class KitMetrics:
    """Made once per process; `service` labels whose they are."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.relayed = Counter(
            "outbox_relayed_total", "Events handed to the bus.", ("service",), registry=registry
        )
        self.relay_failures = Counter(
            "outbox_relay_failures_total",
            "Times the bus did not take events.",
            ("service",),
            registry=registry,
        )
        self.consumed = Counter(
            "consumer_events_total",
            "Events delivered to a consumer, by what became of them.",
            ("consumer", "emitter", "outcome"),
            registry=registry,
        )
        self.consumer_failures = Counter(
            "consumer_failures_total",
            "Times a handler failed and will be tried again.",
            ("consumer", "emitter"),
            registry=registry,
        )
        self.pulled = Counter(
            "consumer_pulled_events_total",
            "Events pulled from the emitter because the bus did not bring them.",
            ("consumer", "emitter"),
            registry=registry,
        )
        self.behind = Gauge(
            "consumer_behind_events",
            "How far a consumer was behind the emitter after its last pull.",
            ("consumer", "emitter", "stream"),
            registry=registry,
        )
        self.job_failures = Counter(
            "job_failures_total", "Times a job failed.", ("service", "job"), registry=registry
        )
