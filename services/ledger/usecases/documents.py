"""Documents by which people register, issue, receive and change quotas: applied whole, or refused whole."""

from __future__ import annotations

from datetime import date

import polars as pl

from services.kit.caller import Caller
from services.kit.errors import Conflict, InvalidInput, NotAllowed, Refused
from services.ledger.domain.accounts import first_id
from services.ledger.domain.chain import Tag
from services.ledger.domain.changes import Change, by_category
from services.ledger.domain.document_rows import (
    allotment_rows,
    changed_totals,
    document_row,
    line_rows,
    quota_rows,
    request_hash,
    sealed,
    transfer_rows,
)
from services.ledger.domain.documents import Document, Kind, find_problems
from services.ledger.domain.linking import Posted
from services.ledger.domain.movements import Known, Plan
from services.ledger.domain.planning import plan
from services.ledger.usecases.acting import require_may_act, told_problems
from services.ledger.usecases.entering import finish, with_content
from services.ledger.usecases.ports import Book, Gate, Posting
from services.ledger.usecases.quotas import allot, enter_quotas
from services.ledger.usecases.relinking import finish_links

_ALONE = (Kind.REGISTER, Kind.RECEIVE, Kind.CARRY_OVER, Kind.ALLOT, Kind.REVERSE)
"""Kinds that relate rows which are there already: to new quotas, or to what another document made. The others hold the
balances that they draw on, and run beside payments and each other."""


def post_document(book: Book, document: Document, caller: Caller, today: date) -> Posted:
    """Applies a document, once: `known` is 1 if it was there with the same content.

    Refuses what is not whole (InvalidInput), what a limit or the state of things forbids (Refused), a key with other
    content (Conflict) and what the caller may not do (NotAllowed); then nothing has changed.
    """
    require_may_act(caller, document.division_code)
    if problems := find_problems(document, today):
        raise InvalidInput(*told_problems(problems))

    def work(posting: Posting) -> Posted:
        posting.enter(Gate.ALONE if document.kind in _ALONE else Gate.PAYMENTS)
        # First the balances: whoever had the same key may have held them, and has recorded it by now.
        known = posting.known(document)
        recorded = posting.request_hash(document.key)
        if recorded:
            if recorded != request_hash(document):
                raise Conflict(
                    "ledger.key_conflict",
                    f"单据 {document.key} 已登记且内容不同",
                    f"document {document.key} is recorded with other content",
                    {"key": document.key},
                )
            return Posted(0, 1, ())
        _require_sees_funds(caller, document, known)
        planned = plan(document, known, first_id(posting.id))
        if planned.problems:
            raise Refused(*told_problems(planned.problems))
        return Posted(1, 0, (), _enter(posting, document, caller.user, known, planned))

    posted = book.post(work, caller.request_id)
    if posted.posted and document.kind in _ALONE:
        finish_links(book, caller.request_id)
    return posted


def _require_sees_funds(caller: Caller, document: Document, known: Known) -> None:
    funds = {quota.key: quota.fund_code for quota in (*known.quotas.values(), *known.uppers.values())}
    funds |= {line.quota_key: line.fund_code for line in document.lines if line.fund_code}
    for key, fund_code in funds.items():
        if caller.scope.funds and fund_code not in caller.scope.funds:
            raise NotAllowed(
                "ledger.other_fund",
                f"指标 {key} 的资金不在您的管理范围内",
                f"the fund of quota {key} is outside your scope",
                {"quota": key},
            )


def _enter(posting: Posting, document: Document, by: str, known: Known, planned: Plan) -> int:
    start = first_id(posting.id)
    posting.record(Tag.QUOTA_DOCUMENT, sealed(document_row(document, by), Tag.QUOTA_DOCUMENT, start))
    ids = {key: state.id for key, state in known.quotas.items()} | {
        one.key: one.id for one in planned.new_quotas
    }
    lines = sealed(line_rows(document, planned), Tag.QUOTA_LINE, start)
    of_quotas = [ids[line.quota_key] for line in document.lines]
    posting.record(Tag.QUOTA_LINE, lines.with_columns(quota_id=pl.Series(of_quotas, dtype=pl.Int64)))
    # A reversal names the lines that it undoes.
    of_lines = known.original.id if known.original else start
    transfers = [transfer_rows(planned, of_lines, document.effective_on)]
    changes = _changed_facts(posting, planned, known)
    for moved, told in (
        _enter_quotas(posting, document, planned),
        _enter_allotments(posting, document, known, planned),
    ):
        transfers += moved
        changes += told
    if planned.voided:
        posting.void(pl.Series(planned.voided, dtype=pl.Int64))
    made = [(one.id, document.effective_on) for one in planned.new_quotas]
    registered = pl.DataFrame(made, schema={"quota_id": pl.Int64, "day": pl.Date}, orient="row")
    return finish(posting, transfers, changes, registered)


def _enter_quotas(
    posting: Posting, document: Document, planned: Plan
) -> tuple[list[pl.DataFrame], list[Change]]:
    if not planned.new_quotas:
        return [], []
    declared = posting.columns(Tag.QUOTA)
    rows = quota_rows(document, planned.new_quotas, declared)
    content, _ = with_content(rows.select(declared.names()), Tag.QUOTA)
    beside = rows.select(name for name in rows.columns if name not in declared)
    return enter_quotas(posting, pl.concat([content, beside], how="horizontal"))


def _enter_allotments(
    posting: Posting, document: Document, known: Known, planned: Plan
) -> tuple[list[pl.DataFrame], list[Change]]:
    keys = {state.id: state.key for state in (*known.quotas.values(), *known.uppers.values())}
    rows = allotment_rows(document, planned, keys, posting.columns(Tag.ALLOTMENT))
    if rows.height == 0:
        return [], []
    content, _ = with_content(rows, Tag.ALLOTMENT)
    numbered = content.with_row_index("id").with_columns(
        id=pl.col("id").cast(pl.Int64) + first_id(posting.id)
    )
    posting.record(Tag.ALLOTMENT, numbered.with_columns(quota_id=pl.lit(None, pl.Int64)))
    moved, changes = allot(posting, numbered["id"], pl.Series([], dtype=pl.String))
    return [moved], changes


def _changed_facts(posting: Posting, planned: Plan, known: Known) -> list[Change]:
    totals = changed_totals(planned, known)
    if not totals:
        return []
    facts = posting.quota_facts(pl.Series(sorted(totals), dtype=pl.Int64))
    amounts = pl.DataFrame(
        {"quota_id": list(totals), "amount_fen": list(totals.values())},
        schema={"quota_id": pl.Int64, "amount_fen": pl.Int64},
    )
    changed = facts.drop("amount_fen").join(amounts, on="quota_id", how="inner", maintain_order="left")
    return by_category("QuotasChanged", "quotas", changed)
