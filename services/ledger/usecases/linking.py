"""Decisions about links: parts of payments to quotas, what is unrelated, and undoing a decision whole."""

from __future__ import annotations

from datetime import date

import polars as pl

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller
from services.kit.errors import Conflict, InvalidInput, NotFound, Refused
from services.ledger.domain.accounts import TransferKind, first_id, signed
from services.ledger.domain.chain import Tag
from services.ledger.domain.document_rows import sealed
from services.ledger.domain.link_rows import link_line_rows, link_row, request_hash
from services.ledger.domain.linking import Posted, link
from services.ledger.domain.links import UNRELATED, Decision, Kind, Known, Plan, find_problems, plan
from services.ledger.usecases.acting import require_may_act, told_problems
from services.ledger.usecases.entering import finish, with_money_accounts
from services.ledger.usecases.ports import Book, Gate, Posting
from services.ledger.usecases.relinking import VOUCHER, finish_links, move_disbursements, told_links

PAIR = ("division_code", "document_number")


def decide_links(book: Book, decision: Decision, caller: Caller, today: date) -> Posted:
    """Records a decision, once: `known` is 1 if it was there with the same content.

    Refuses what is not whole (InvalidInput), what the state of things forbids (Refused), a key with other content
    (Conflict), a decision to undo that is not there (NotFound) and what the caller may not do (NotAllowed); then
    nothing has changed. Money that a quota does not have is no reason: the payment has happened.
    """
    caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    if problems := find_problems(decision):
        raise InvalidInput(*told_problems(problems))
    if decision.kind is not Kind.UNDO:
        require_may_act(caller, decision.division_code)

    def work(posting: Posting) -> Posted:
        posting.enter(Gate.ALONE)
        if recorded := posting.link_hash(decision.key):
            if recorded != request_hash(decision):
                raise Conflict(
                    "ledger.key_conflict",
                    f"决定 {decision.key} 已登记且内容不同",
                    f"decision {decision.key} is recorded with other content",
                    {"key": decision.key},
                )
            return Posted(0, 1, ())
        known = posting.known_links(decision, caller.scope)
        if known.original:
            require_may_act(caller, known.original.division_code)
        planned = plan(decision, known)
        if planned.problems:
            unknown = decision.kind is Kind.UNDO and known.original is None
            raise (NotFound if unknown else Refused)(*told_problems(planned.problems))
        return _record(posting, decision, caller.user, today, known, planned)

    posted = book.post(work, caller.request_id)
    if posted.unfinished:
        finish_links(book, caller.request_id)
    return posted


def _record(
    posting: Posting, decision: Decision, by: str, today: date, known: Known, planned: Plan
) -> Posted:
    start, original = first_id(posting.id), known.original
    division_code = original.division_code if original else decision.division_code
    head = link_row(decision, division_code, today, by)
    # After the lines: no other entry of the posting has the id of a line, which transfers name as their cause.
    posting.record(Tag.LINK, sealed(head, Tag.LINK, start + len(decision.lines)))
    if original:
        height, unfinished = _undo(posting, posting.link_lines(original.key))
        return Posted(1, 0, (), height, unfinished)
    quota_ids = pl.Series([part.quota_id for part in planned.parts], dtype=pl.Int64)
    lines = sealed(link_line_rows(decision, planned), Tag.LINK_LINE, start)
    posting.record(Tag.LINK_LINE, lines.with_columns(quota_id=quota_ids))
    parts = pl.DataFrame(
        planned.parts,
        schema={
            "payment_id": pl.Int64,
            "quota_id": pl.Int64,
            "category": pl.String,
            "project_key": pl.String,
            "amount_fen": pl.Int64,
        },
        orient="row",
    ).with_columns(line_id=lines["id"])
    height, unfinished = _link(posting, parts)
    return Posted(1, 0, (), height, unfinished)


def _link(posting: Posting, parts: pl.DataFrame) -> tuple[int, bool]:
    """Takes parts out of the rows of payments, on the payments' own days, as if they had been linked so then."""
    rows = posting.payment_rows(parts["payment_id"])
    numbered = parts.with_columns(place=pl.int_range(pl.len()).over("payment_id") + 1).join(
        rows.select("payment_id", "share_number", "effective_on"), on="payment_id", maintain_order="left"
    )
    ended = posting.end_shares(rows["payment_id"])
    posting.add_parts(
        numbered.with_columns(
            number=(pl.col("share_number") + pl.col("place")).cast(pl.Int16), given_fen="amount_fen"
        )
    )
    taken = parts.group_by("payment_id").agg(
        taken_fen=pl.col("amount_fen").sum(), count=pl.len().cast(pl.Int16)
    )
    standing = rows.join(taken, on="payment_id", maintain_order="left").with_columns(
        remaining_fen=pl.col("remaining_fen") - pl.col("taken_fen"),
        share_number=pl.col("share_number") + pl.col("count") + 1,
    )
    posting.restand(standing)
    moved = numbered.select("line_id", "payment_id", "amount_fen", "effective_on")
    transfers = [
        _moved(_row_money(posting, rows), moved, "payment_id", TransferKind.UNLINK, back=True),
        _moved(_part_money(posting, parts, rows), moved, "line_id", TransferKind.LINK),
    ]
    return _finish(posting, transfers, ended, standing, parts["line_id"])


def _undo(posting: Posting, line_ids: pl.Series) -> tuple[int, bool]:
    """Gives what is left of parts back to the rows, which stand where their documents say now."""
    parts = posting.parts_of_lines(line_ids)
    rows = posting.payment_rows(parts["payment_id"])
    given = posting.part_movements(line_ids).join(
        parts.select("line_id", "payment_id"), on="line_id", maintain_order="left"
    )
    was_there = posting.movements(rows["payment_id"])
    ended = pl.concat([posting.end_shares(rows["payment_id"]), posting.end_parts(line_ids)])
    posting.remove_parts(line_ids)
    back = parts.group_by("payment_id").agg(back_fen=pl.col("amount_fen").sum())
    standing = (
        _placed(posting, rows)
        .join(back, on="payment_id", maintain_order="left")
        .with_columns(
            remaining_fen=pl.col("remaining_fen") + pl.col("back_fen"),
            share_number=pl.col("share_number") + 1,
        )
    )
    posting.restand(standing)
    before, after = _row_money(posting, rows), _row_money(posting, standing)
    displaced = rows.filter(pl.col("quota_id").ne_missing(standing["quota_id"]))["payment_id"]
    follow = was_there.filter(pl.col("payment_id").is_in(displaced.implode())).with_columns(
        line_id="subject_id"
    )
    transfers = [
        _moved(_part_money(posting, parts, rows), given, "line_id", TransferKind.UNLINK, back=True),
        _moved(before, follow, "payment_id", TransferKind.UNLINK, back=True),
        _moved(after, follow, "payment_id", TransferKind.LINK),
        _moved(after, given, "payment_id", TransferKind.LINK),
    ]
    return _finish(posting, transfers, ended, standing, pl.Series([], dtype=pl.Int64))


def _placed(posting: Posting, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows with the quota that fits best now, where nothing was left that would stand somewhere already."""
    best = link(
        rows.select("payment_id", *PAIR, "fiscal_year", "function_class"),
        posting.quotas(rows.select(PAIR).drop_nulls().unique()),
    ).select("payment_id", best_quota_id="quota_id", best_category="category")
    empty = pl.col("remaining_fen") == 0
    return rows.join(best, on="payment_id", maintain_order="left").with_columns(
        quota_id=pl.when(empty).then("best_quota_id").otherwise("quota_id"),
        category=pl.when(empty).then("best_category").otherwise("category"),
    )


def _finish(
    posting: Posting,
    transfers: list[pl.DataFrame],
    ended: pl.DataFrame,
    standing: pl.DataFrame,
    line_ids: pl.Series,
) -> tuple[int, bool]:
    moved = move_disbursements(posting, standing.select(VOUCHER).unique())
    linked = pl.concat([posting.share_facts(standing["payment_id"]), posting.part_facts(line_ids)])
    changes = told_links(ended, moved.left, linked, moved.arrived)
    return finish(posting, transfers, changes), moved.unfinished


def _row_money(posting: Posting, rows: pl.DataFrame) -> pl.DataFrame:
    return with_money_accounts(rows, posting).select("payment_id", "from_account", "to_account")


def _part_money(posting: Posting, parts: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """line_id and accounts of parts; `rows` are their payments."""
    whose = rows.select("payment_id", "payee_kind", "division_code", "fiscal_year")
    named = parts.select("line_id", "payment_id", "quota_id", "project_key", "category").join(
        whose, on="payment_id", maintain_order="left"
    )
    money = with_money_accounts(named.with_columns(unrelated=pl.col("category") == UNRELATED), posting)
    return money.select("line_id", "from_account", "to_account")


def _moved(
    accounts: pl.DataFrame, movements: pl.DataFrame, key: str, kind: TransferKind, back: bool = False
) -> pl.DataFrame:
    """Transfers of movements (line_id, payment_id, amount_fen, effective_on) by the accounts of `key`."""
    moving = movements.join(accounts, on=key, how="inner", maintain_order="left").with_columns(
        subject_id="line_id"
    )
    if back:
        moving = moving.rename({"from_account": "to_account", "to_account": "from_account"})
    return signed(moving, kind)
