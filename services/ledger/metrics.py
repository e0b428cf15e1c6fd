"""What is measured of postings. Labels are the kinds of entry."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter

from services.ledger.domain.linking import Posted


class Metrics:
    """Counts over a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._rows = Counter(
            "ledger_rows_total", "Rows that came to be posted.", ("kind", "outcome"), registry=registry
        )

    def observe(self, kind: str, posted: Posted) -> None:
        """Counts what became of a batch."""
        self._rows.labels(kind, "posted").inc(posted.posted)
        self._rows.labels(kind, "known").inc(posted.known)
        self._rows.labels(kind, "refused").inc(len(posted.refused))
