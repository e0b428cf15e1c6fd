"""What operators see of notify. Labels are bounded: decisions, channels, outcomes."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import TypeVar

from prometheus_client import CollectorRegistry, Counter

Reason = TypeVar("Reason", bound=StrEnum)


class Metrics:
    """Counters over a registry that is handed in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._warnings = Counter(
            "notify_warnings_total", "Warnings by what they did to a case", ["decision"], registry=registry
        )
        self._messages = Counter("notify_messages_composed_total", "Messages put together", registry=registry)
        self._attempts = Counter(
            "notify_attempts_total", "Attempts to send a message", ["outcome"], registry=registry
        )
        self._found = Counter(
            "notify_late_routes_total",
            "Cases that found a recipient only when users changed",
            registry=registry,
        )

    def grouped(self, decisions: Mapping[Reason, int]) -> None:
        """Counts what a batch of warnings did."""
        for decision, count in decisions.items():
            self._warnings.labels(str(decision)).inc(count)

    def composed(self, count: int) -> None:
        """Counts messages put together."""
        self._messages.inc(count)

    def attempted(self, outcomes: Mapping[Reason, int]) -> None:
        """Counts attempts by outcome."""
        for outcome, count in outcomes.items():
            self._attempts.labels(str(outcome)).inc(count)

    def routed_late(self, count: int) -> None:
        """Counts cases that found a recipient late."""
        self._found.inc(count)
