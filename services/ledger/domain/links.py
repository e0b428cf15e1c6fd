"""What people decide about links 挂接: which part of a payment goes to which quota, what is unrelated, what is undone.

A decision takes its parts out of what a payment's row has left: what is in suspense, or what was linked by document
number. So no decision stands on another one, and any of them can be undone whatever came after it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple

from services.ledger.domain.documents import FEN_MAX, KEY_MAX, LINES_MAX, TEXT_MAX, Problem
from services.ledger.domain.movements import yuan

UNRELATED = "unrelated"
"""Where parts stand that are not money of poverty alleviation. It is no category: no stream tells them."""
DUE_DAY = 3
"""Day of the month after the payment's by which it is linked, at the latest, unless something else is configured."""
NUMBERS_MAX = 10_000
"""Of the shares of a payment, when people link more of it: undoing and corrections, which are not refused, number on."""
_CONTROL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")


class Kind(Enum):
    """What a decision does. The value is stored and sealed: never reuse one."""

    LINK = "link"
    UNRELATED = "unrelated"
    UNDO = "undo"


@dataclass(frozen=True)
class LinkLine:
    """A part of a payment, signed fen, and the quota that it is of; unrelated: no quota, and 0 for all that is left.

    Without a project the part is of the project that the voucher names.
    """

    payment_key: str
    quota_key: str = ""
    project_key: str = ""
    amount_fen: int = 0


@dataclass(frozen=True)
class Decision:
    """A decision as somebody makes it. An undoing names the decision that it undoes, and has no lines or division."""

    key: str
    kind: Kind
    division_code: str
    lines: tuple[LinkLine, ...] = ()
    reason: str = ""
    original_key: str = ""

    def line_key(self, number: int) -> str:
        """The key of a line; numbers begin with 1."""
        return f"{self.key}:{number}"


@dataclass(frozen=True)
class PaymentState:
    """A payment of the division: what its row has left, the quota that the row is linked to with its year, and the
    newest number of its shares."""

    id: int
    key: str
    fiscal_year: int
    amount_fen: int
    remaining_fen: int
    quota_key: str | None
    project_key: str | None
    quota_year: int | None = None
    share_number: int = 1


@dataclass(frozen=True)
class QuotaState:
    """A standing quota of the division."""

    id: int
    key: str
    fiscal_year: int
    category: str


@dataclass(frozen=True)
class Original:
    """A decision that is to be undone. `undone_by` is empty while it stands; the years are those that it touched."""

    key: str
    kind: Kind
    division_code: str
    undone_by: str
    fiscal_years: frozenset[int]


@dataclass(frozen=True)
class Known:
    """What of the ledger a decision needs, as far as the caller sees it."""

    payments: Mapping[str, PaymentState] = field(default_factory=dict)
    quotas: Mapping[str, QuotaState] = field(default_factory=dict)
    projects: frozenset[str] = frozenset()
    closed_years: frozenset[int] = frozenset()
    original: Original | None = None


class Part(NamedTuple):
    """What a line takes out of a payment: fen, and where they go (no quota: unrelated)."""

    payment_id: int
    quota_id: int | None
    category: str
    project_key: str | None
    amount_fen: int


@dataclass(frozen=True)
class Plan:
    """The parts of the lines in their order, or why the decision is refused."""

    parts: tuple[Part, ...] = ()
    problems: tuple[Problem, ...] = ()


def due_on(day: date, due_day: int = DUE_DAY) -> date:
    """By which day a payment of a business day is to be linked: `due_day` of the month after it."""
    return date(day.year + day.month // 12, day.month % 12 + 1, due_day)


def is_late(day: date, linked_on: date, due_day: int = DUE_DAY) -> bool:
    """Whether a payment of `day` that was linked, or still waits, on `linked_on` is behind its day."""
    return linked_on > due_on(day, due_day)


def find_problems(decision: Decision) -> list[Problem]:
    """What is wrong with a decision by itself, whatever the ledger holds."""
    return [*_head_problems(decision), *_line_problems(decision)]


def _head_problems(decision: Decision) -> Iterator[Problem]:
    undoes = decision.kind is Kind.UNDO
    for name, text, longest in (
        ("标识 key", decision.key, KEY_MAX),
        ("区划 division_code", decision.division_code, KEY_MAX),
        ("原决定 original_key", decision.original_key, KEY_MAX),
        ("原因 reason", decision.reason, TEXT_MAX),
    ):
        yield from _text_problems(0, name, text, longest)
    if not decision.key or not (decision.original_key if undoes else decision.division_code):
        yield Problem("ledger.field_missing", "缺少决定的标识或区划", "a key or the division is missing")
    if decision.kind is not Kind.LINK and not decision.reason.strip():
        yield Problem("ledger.reason_missing", "请说明原因", "say the reason")
    if undoes == bool(decision.lines) or len(decision.lines) > LINES_MAX:
        zh = "撤销没有明细" if undoes else f"一次挂接应有 1 至 {LINES_MAX} 条明细"
        en = "an undoing has no lines" if undoes else f"a decision has 1 to {LINES_MAX} lines"
        yield Problem("ledger.lines", zh, en)


def _line_problems(decision: Decision) -> Iterator[Problem]:
    links = decision.kind is Kind.LINK
    met: set[tuple[str, str, str]] = set()
    for number, line in enumerate(decision.lines[:LINES_MAX], start=1):
        for name, text in (
            ("支付 payment_key", line.payment_key),
            ("指标 quota_key", line.quota_key),
            ("项目 project_key", line.project_key),
        ):
            yield from _text_problems(number, name, text, KEY_MAX)
        if not line.payment_key or links != bool(line.quota_key) or (line.project_key and not links):
            yield Problem(
                "ledger.field_missing",
                "挂接须指明支付和指标，无关数据只指明支付",
                "a link names a payment and a quota, what is unrelated only a payment",
                number,
            )
        if abs(line.amount_fen) > FEN_MAX or (links and not line.amount_fen):
            yield Problem("ledger.amount", "金额无效", "the amount is not valid", number)
        place = (line.payment_key, line.quota_key, line.project_key)
        if place in met:
            yield Problem(
                "ledger.line_twice", "同一支付和指标重复", "the same payment and quota come twice", number
            )
        met.add(place)


def _text_problems(line: int, name: str, text: str, longest: int) -> Iterator[Problem]:
    zh, en = name.split(" ")
    if len(text) > longest:
        yield Problem(
            "ledger.text_too_long",
            f"{zh}超过 {longest} 个字符",
            f"{en} has more than {longest} characters",
            line,
        )
    elif _CONTROL.search(text):
        yield Problem("ledger.unstorable_text", f"{zh}含有控制字符", f"{en} holds a control character", line)


def plan(decision: Decision, known: Known) -> Plan:
    """What a decision does with what is known, or why it is refused. Lack of money is no reason: it was spent."""
    if decision.kind is Kind.UNDO:
        return Plan(problems=tuple(_undo_problems(decision, known)))
    left = Counter({key: state.remaining_fen for key, state in known.payments.items()})
    parts: list[Part] = []
    problems: list[Problem] = []
    for number, line in enumerate(decision.lines, start=1):
        found = list(_refusals(decision.kind, number, line, left[line.payment_key], known))
        problems += found
        if found:
            continue
        payment = known.payments[line.payment_key]
        amount_fen = line.amount_fen or left[line.payment_key]
        left[line.payment_key] -= amount_fen
        if decision.kind is Kind.UNRELATED:
            parts.append(Part(payment.id, None, UNRELATED, payment.project_key, amount_fen))
        else:
            quota = known.quotas[line.quota_key]
            project_key = line.project_key or payment.project_key
            parts.append(Part(payment.id, quota.id, quota.category, project_key, amount_fen))
    return Plan((), tuple(problems)) if problems else Plan(tuple(parts))


def _refusals(kind: Kind, number: int, line: LinkLine, left_fen: int, known: Known) -> Iterator[Problem]:
    payment, quota = known.payments.get(line.payment_key), known.quotas.get(line.quota_key)
    if payment is None:
        yield Problem(
            "ledger.payment_unknown",
            f"本区划没有支付 {line.payment_key}",
            f"the division has no payment {line.payment_key}",
            number,
            {"key": line.payment_key},
        )
        return
    if kind is Kind.LINK and quota is None:
        yield Problem(
            "ledger.quota_unknown",
            f"本区划没有指标 {line.quota_key}",
            f"the division has no quota {line.quota_key}",
            number,
            {"key": line.quota_key},
        )
    if line.project_key and line.project_key not in known.projects:
        yield Problem(
            "ledger.project_unknown",
            f"本区划没有项目 {line.project_key}",
            f"the division has no project {line.project_key}",
            number,
            {"key": line.project_key},
        )
    if kind is Kind.UNRELATED and payment.quota_key is not None:
        yield Problem(
            "ledger.payment_linked",
            f"支付 {payment.key} 已按文号挂接，不能标记为无关数据",
            f"payment {payment.key} is linked by its document number and cannot be unrelated",
            number,
            {"key": payment.key},
        )
    if payment.share_number + number >= NUMBERS_MAX:
        yield Problem(
            "ledger.too_many_shares",
            f"支付 {payment.key} 的挂接变动次数过多，不能再挂接",
            f"the links of payment {payment.key} have changed too often to be changed again",
            number,
            {"key": payment.key, "max": NUMBERS_MAX},
        )
    years = {payment.fiscal_year, payment.quota_year, *([quota.fiscal_year] if quota else [])} - {None}
    yield from _closed(sorted(known.closed_years & years), number)
    yield from _amount_refusals(number, line, payment, left_fen)


def _amount_refusals(number: int, line: LinkLine, payment: PaymentState, left_fen: int) -> Iterator[Problem]:
    if line.amount_fen and (line.amount_fen > 0) != (payment.amount_fen > 0):
        yield Problem(
            "ledger.link_sign",
            f"金额的正负与支付 {payment.key} 不同",
            f"the amount has not the sign of payment {payment.key}",
            number,
            {"key": payment.key},
        )
    elif left_fen == 0 or abs(line.amount_fen) > abs(left_fen) or (left_fen > 0) != (payment.amount_fen > 0):
        yield Problem(
            "ledger.over_linked",
            f"支付 {payment.key} 只剩 {yuan(left_fen)} 元可以挂接",
            f"payment {payment.key} has {yuan(left_fen)} yuan left to be linked",
            number,
            {"key": payment.key, "left_fen": left_fen},
        )


def _undo_problems(decision: Decision, known: Known) -> Iterator[Problem]:
    original = known.original
    if original is None:
        yield Problem(
            "ledger.link_unknown",
            f"没有挂接决定 {decision.original_key}",
            f"there is no decision {decision.original_key}",
            0,
            {"key": decision.original_key},
        )
        return
    if original.kind is Kind.UNDO:
        yield Problem(
            "ledger.undo_undone",
            "撤销不能再撤销，请重新挂接",
            "an undoing is not undone: link the payments again",
        )
    if original.undone_by:
        yield Problem(
            "ledger.undone_before",
            f"决定 {original.key} 已由 {original.undone_by} 撤销",
            f"decision {original.key} was undone by {original.undone_by}",
            0,
            {"key": original.key, "by": original.undone_by},
        )
    yield from _closed(sorted(original.fiscal_years & known.closed_years), 0)


def _closed(years: Sequence[int], line: int) -> Iterator[Problem]:
    for year in years:
        yield Problem(
            "ledger.closed_year",
            f"{year} 年度已结账，不能再变动",
            f"the year {year} is closed and changes no more",
            line,
            {"year": year},
        )


class OpenPart(NamedTuple):
    """A part as it stands: the line that made it, and what is left of it, fen."""

    line_id: int
    amount_fen: int


def spread(correction_fen: int, row_fen: int, parts: Sequence[OpenPart]) -> tuple[int, dict[int, int]]:
    """A correction of a payment of which people linked parts: what the row takes of it, and each part (by line).

    What takes money back takes first what nobody decided about, the row, then the newest parts; what nothing is left
    for, and what adds money, is the row's.
    """
    whole_fen = row_fen + sum(one.amount_fen for one in parts)
    if (correction_fen > 0) == (whole_fen > 0):
        return correction_fen, {}
    sign = 1 if correction_fen > 0 else -1
    rest_fen = abs(correction_fen)
    of_row_fen = min(rest_fen, abs(row_fen)) if (row_fen > 0) == (whole_fen > 0) else 0
    rest_fen -= of_row_fen
    taken: dict[int, int] = {}
    for one in sorted(parts, reverse=True):
        if fen := min(rest_fen, abs(one.amount_fen)):
            taken[one.line_id] = sign * fen
            rest_fen -= fen
    return sign * (of_row_fen + rest_fen), taken
