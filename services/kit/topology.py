"""Which streams there are: the one table that consumers, queues and exchanges are expanded from."""

from __future__ import annotations

from collections.abc import Iterable

CATEGORIES = ("poverty", "project", "benefit", "operations", "general")
"""The fund categories."""
UNASSIGNED = "unassigned"
"""What is not linked to a quota yet: travels and is judged like a category."""
CROSS = "cross"
"""The bundle of rules that relate facts of different categories."""
FACT_STREAMS = tuple(f"{category}.0" for category in (*CATEGORIES, UNASSIGNED))

STREAMS: dict[str, tuple[str, ...]] = {
    "ingest": ("imports", "findings", "lists"),
    "ledger": (*FACT_STREAMS, "base"),
    "rules": (*(f"warnings.{name}" for name in (*CATEGORIES, UNASSIGNED, CROSS)), "bundles"),
    "notify": ("cases",),
    "gateway": ("users", "reports"),
}


def streams_matching(emitter: str, patterns: Iterable[str]) -> tuple[str, ...]:
    """The streams of an emitter that fit a pattern, in the table's order; "*" stands for one dotted word."""
    wanted = tuple(patterns)
    return tuple(name for name in STREAMS[emitter] if any(_fits(name, pattern) for pattern in wanted))


def _fits(name: str, pattern: str) -> bool:
    words, wanted = name.split("."), pattern.split(".")
    return len(words) == len(wanted) and all(w in ("*", n) for n, w in zip(words, wanted, strict=True))
