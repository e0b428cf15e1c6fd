"""What is measured of postings. Labels are the kinds of entry."""

from __future__ import annotations

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge

from services.ledger.domain.linking import Posted


class Metrics:
    """Counts over a registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._rows = Counter(
            "ledger_rows_total", "Rows that came to be posted.", ("kind", "outcome"), registry=registry
        )

        self._differences = Gauge(
            "ledger_conservation_difference_fen",
            "Fen that an equation of conservation misses; zero in a sound ledger.",
            ("equation",),
            registry=registry,
        )

    def tell_differences(self, differences: Mapping[str, int]) -> None:
        """Says what each equation misses."""
        for equation, fen in differences.items():
            self._differences.labels(equation).set(fen)

    def observe(self, kind: str, posted: Posted) -> None:
        """Counts what became of a batch."""
        self._rows.labels(kind, "posted").inc(posted.posted)
        self._rows.labels(kind, "known").inc(posted.known)
        self._rows.labels(kind, "refused").inc(len(posted.refused))
