"""What operators see of ingest."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

from services.ingest.domain.imports import BatchOutcome


class Metrics:
    """Counters over a registry that is handed in. Labels: profiles and fates of rows, both bounded."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self.batches = Counter(
            "mingzhang_ingest_batches_total", "Batches sealed", ["profile"], registry=registry
        )
        self.rows = Counter(
            "mingzhang_ingest_rows_total",
            "Rows by what became of them",
            ["profile", "fate"],
            registry=registry,
        )

    def batch(self, profile: str, outcome: BatchOutcome) -> None:
        """Counts a sealed batch; `outcome.progress` holds the numbers of this batch alone."""
        step = outcome.progress
        self.batches.labels(profile).inc()
        self.rows.labels(profile, "posted").inc(step.rows_posted)
        self.rows.labels(profile, "known").inc(step.rows_known)
        self.rows.labels(profile, "quarantined").inc(len(outcome.rejected))
