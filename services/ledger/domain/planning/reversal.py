"""The reversal of a document: all that it moved, moved back, if it is still there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from services.ledger.domain.accounts import AccountKind, TransferKind
from services.ledger.domain.documents import Kind, Problem
from services.ledger.domain.movements import GUARDED, Original, QuotaState
from services.ledger.domain.planning.draft import Draft, over_problem


def reverse(draft: Draft) -> list[Problem]:
    """冲销: plans the reversal; says why it cannot be done. An issue that nobody received is withdrawn by it."""
    original = draft.known.original
    problems = list(_problems(draft, original))
    if problems or original is None:
        return problems
    problems += _used(draft, original)
    keys = {state.id: state.key for state in (*draft.known.quotas.values(), *draft.known.uppers.values())}
    for movement in reversed(original.movements):
        there = draft.balances.of(movement.quota_id, movement.to_kind, movement.project_key)
        if movement.to_kind in GUARDED and there < movement.amount_fen:
            key = keys[movement.quota_id]
            problems.append(
                over_problem(movement.line, key, movement.to_kind, movement.amount_fen, max(there, 0))
            )
            continue
        draft.move(
            movement.line,
            movement.quota_id,
            TransferKind.ALLOT if movement.kind is TransferKind.ALLOT else TransferKind.REVERSE,
            movement.to_kind,
            movement.from_kind,
            movement.amount_fen,
            movement.project_key,
        )
    draft.voided.extend(original.quota_ids)
    return problems


def _used(draft: Draft, original: Original) -> Iterator[Problem]:
    """A quota that a document made goes only as it was made, and not while it is held to be a part of another."""
    states = {state.id: state for state in draft.known.uppers.values()}
    for quota_id in original.quota_ids:
        state = states[quota_id]
        if _held(state) != _left_by(original, quota_id):
            yield Problem(
                "ledger.in_use",
                f"指标 {state.key} 登记后已有变动，不能冲销",
                f"quota {state.key} is not as it was made: it cannot be undone",
                parameters={"quota": state.key},
            )
        if original.kind is Kind.REGISTER and state.upper_id:
            yield Problem(
                "ledger.received_here",
                f"指标 {state.key} 已与上级指标对应，只能由上级收回",
                f"quota {state.key} is matched to one above: it is recovered from above",
                parameters={"quota": state.key},
            )


def _held(state: QuotaState) -> dict[AccountKind, int]:
    """Where the money of a quota is now, but for nothing; allotments together."""
    allotted = {AccountKind.ALLOTMENT_FREE: 1} if any(state.allotments.values()) else {}
    return {kind: fen for kind, fen in state.balances.items() if fen} | allotted


def _left_by(original: Original, quota_id: int) -> dict[AccountKind, int]:
    """Where a document alone left the money of a quota."""
    left: Counter[AccountKind] = Counter()
    for movement in original.movements:
        if movement.quota_id == quota_id:
            left[movement.from_kind] -= movement.amount_fen
            left[movement.to_kind] += movement.amount_fen
    return {kind: fen for kind, fen in left.items() if fen}


def _problems(draft: Draft, original: Original | None) -> Iterator[Problem]:
    document = draft.document
    if original is None:
        yield Problem(
            "ledger.document_unknown",
            f"没有单据 {document.original_key}",
            f"there is no document {document.original_key}",
        )
        return
    if original.kind is Kind.REVERSE:
        yield Problem("ledger.reverses_reversal", "冲销单据不能再冲销", "a reversal is not undone")
    if original.division_code != document.division_code:
        yield Problem(
            "ledger.not_your_document",
            f"单据 {original.key} 不属于 {document.division_code}",
            f"document {original.key} is not of {document.division_code}",
        )
    if original.fiscal_year != document.fiscal_year:
        yield draft.other_year(0, original.key, original.fiscal_year).problem
    if original.reversed_by:
        yield Problem(
            "ledger.reversed_already",
            f"单据 {original.key} 已被 {original.reversed_by} 冲销",
            f"document {original.key} was undone by {original.reversed_by}",
        )
    if document.effective_on < original.effective_on:
        yield Problem(
            "ledger.before_original",
            f"业务日 {document.effective_on} 早于原单据的 {original.effective_on}",
            f"the business day {document.effective_on} is before that of the document, {original.effective_on}",
        )
    if original.received_lines:
        yield Problem(
            "ledger.received_below",
            f"单据 {original.key} 已有 {original.received_lines} 条明细被下级接收，只能收回",
            f"{original.received_lines} lines of document {original.key} were received below: recover them instead",
        )
