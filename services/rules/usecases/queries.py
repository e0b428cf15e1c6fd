"""What may be asked of rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Protocol

from services.kit.caller import Scope
from services.kit.errors import InvalidInput, NotFound
from services.rules.domain import Rule
from services.rules.usecases.evaluate import CompiledBundles
from services.rules.usecases.log import EvaluatorState
from services.rules.usecases.warnings import explained

PAGE_ROWS_MAX = 500


@dataclass(frozen=True)
class WarningFilter:
    """Which warnings are wanted; an empty text asks for all."""

    category: str = ""
    rule_id: str = ""
    severity: str = ""
    subject: str = ""
    with_retracted: bool = False


@dataclass(frozen=True)
class RuleInForce:
    """A rule of a category's bundle, with its standing warnings and the facts that it could not judge."""

    category: str
    rule: Rule
    standing: int
    cannot_judge: int


@dataclass(frozen=True)
class EvaluatorStatus:
    """How far an evaluator is, what it could not do, and the last number applied of each "emitter/stream"."""

    state: EvaluatorState
    quarantined: int
    applied: Mapping[str, int]


WarningRow = dict[str, Any]
"""A warning at one revision: the columns of usecases.columns.WARNING."""


class Reader(Protocol):
    """Reads what the evaluators of all categories have stored, at one moment."""

    def page(self, scope: Scope, wanted: WarningFilter, before: int, rows_max: int) -> list[WarningRow]:
        """Warnings, newest change first, changed before number `before`; each with its change_no."""
        ...

    def history(self, scope: Scope, warning_id: str) -> list[WarningRow]:
        """All revisions of a warning, oldest first."""
        ...

    def states(self) -> list[EvaluatorState]:
        """The evaluators."""
        ...

    def bundle(self, digest: str) -> bytes:
        """The content of a bundle."""
        ...

    def standing(self, scope: Scope) -> Mapping[tuple[str, str], int]:
        """The number of standing warnings by (log, rule)."""
        ...

    def cannot_judge(self) -> Mapping[tuple[str, str], int]:
        """The counters by (log, rule)."""
        ...

    def quarantined(self) -> Mapping[str, int]:
        """The number of facts and groups in quarantine by log."""
        ...

    def applied(self) -> Mapping[str, Mapping[str, int]]:
        """The last number applied of each "emitter/stream" by log."""
        ...


def list_warnings(
    reader: Reader, scope: Scope, wanted: WarningFilter, limit: int, page_token: str
) -> tuple[Sequence[WarningRow], str]:
    """A page of warnings, newest change first, and the token of the next one ("" at the end)."""
    if not 1 <= limit <= PAGE_ROWS_MAX:
        raise InvalidInput(
            "rules.limit",
            f"每页条数须在 1 到 {PAGE_ROWS_MAX} 之间",
            f"a page has 1 to {PAGE_ROWS_MAX} warnings",
            {"limit": limit},
        )
    if page_token and not (page_token.isascii() and page_token.isdigit() and len(page_token) <= 18):
        raise InvalidInput("rules.page_token", "翻页标记无效", "the page token is not valid")
    rows = reader.page(scope, wanted, int(page_token or 0), limit + 1)
    more = len(rows) > limit
    return rows[:limit], str(rows[limit - 1]["change_no"]) if more else ""


def get_warning(
    reader: Reader, bundles: CompiledBundles, scope: Scope, warning_id: str
) -> tuple[WarningRow, Sequence[WarningRow]]:
    """A warning with its explanation, and its earlier revisions. Raises NotFound, also where the scope hides it."""
    revisions = reader.history(scope, warning_id)
    if not revisions:
        raise NotFound("rules.no_warning", "没有这条预警", "there is no such warning", {"id": warning_id})
    warning = revisions[-1]
    digest = str(warning["bundle_hash"])
    rules = bundles.get(digest, partial(reader.bundle, digest))
    text = explained(rules, str(warning["rule_id"]), str(warning["explanation"]))
    return {**warning, "explanation": text}, revisions[:-1]


def list_rules(
    reader: Reader, bundles: CompiledBundles, scope: Scope, category: str
) -> Sequence[RuleInForce]:
    """The rules in force of a category ("" for all), by category and rule. Counts standing warnings in the scope."""
    standing, cannot_judge = reader.standing(scope), reader.cannot_judge()
    found = []
    for state in reader.states():
        digest = state.bundle_hash
        if digest is None or category not in ("", state.log):
            continue
        for rule in bundles.get(digest, partial(reader.bundle, digest)).bundle.rules:
            place = (state.log, rule.id)
            found.append(RuleInForce(state.log, rule, standing.get(place, 0), cannot_judge.get(place, 0)))
    return found


def get_status(reader: Reader, served: Sequence[str]) -> Sequence[EvaluatorStatus]:
    """The evaluators of the served categories."""
    quarantined, applied = reader.quarantined(), reader.applied()
    return [
        EvaluatorStatus(state, quarantined.get(state.log, 0), applied.get(state.log, {}))
        for state in reader.states()
        if state.log in served
    ]
