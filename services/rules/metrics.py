"""What operators see of rules. Labels are bounded: categories, fact kinds, rules in force, steps."""

from __future__ import annotations

from contextlib import AbstractContextManager

from prometheus_client import CollectorRegistry, Counter, Histogram


class Metrics:
    """Counters and times over a registry that is handed in. Implements usecases.ports.Meter."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._judged = Counter(
            "rules_facts_judged_total", "Facts that were judged", ["category", "kind"], registry=registry
        )
        self._changed = Counter(
            "rules_warnings_changed_total",
            "Warnings raised, changed or retracted",
            ["category", "rule", "change"],
            registry=registry,
        )
        self._cannot_judge = Counter(
            "rules_cannot_judge_total",
            "Facts that a rule could not judge for lack of data",
            ["category", "rule"],
            registry=registry,
        )
        self._quarantined = Counter(
            "rules_quarantined_total",
            "Facts and groups that could not be judged",
            ["category"],
            registry=registry,
        )
        self._step = Histogram(
            "rules_step_seconds", "Time of a step of applying a batch", ["step"], registry=registry
        )

    def judged(self, log: str, kind: str, facts: int) -> None:
        """Counts facts that were judged."""
        self._judged.labels(log, kind).inc(facts)

    def changed(self, log: str, rule_id: str, change: str, number: int) -> None:
        """Counts warnings that were "raised" (new or with other evidence) or "retracted"."""
        self._changed.labels(log, rule_id, change).inc(number)

    def cannot_judge(self, log: str, rule_id: str, number: int) -> None:
        """Counts facts that a rule could not judge."""
        self._cannot_judge.labels(log, rule_id).inc(number)

    def quarantined(self, log: str, number: int) -> None:
        """Counts facts and groups that went into quarantine."""
        self._quarantined.labels(log).inc(number)

    def step(self, name: str) -> AbstractContextManager[object]:
        """Times a step."""
        timer: AbstractContextManager[object] = self._step.labels(name).time()
        return timer
