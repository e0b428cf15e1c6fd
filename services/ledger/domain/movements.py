"""What a document knows of the ledger, what it moves, and the balances that it may draw on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from services.ledger.domain.accounts import OUTSIDE, AccountKind, TransferKind
from services.ledger.domain.documents import Kind, Problem

GUARDED = (
    AccountKind.FREE,
    AccountKind.PENDING,
    AccountKind.FROZEN,
    AccountKind.IN_TRANSIT,
    AccountKind.ALLOTMENT_FREE,
)
"""Accounts that no document may overdraw. Payments may: they have happened already."""
UNUSED = (AccountKind.PENDING, AccountKind.FREE)
"""What may be passed on, moved or taken away, in this order."""


@dataclass(frozen=True)
class QuotaState:
    """A quota and its balances, fen (credits less debits)."""

    id: int
    key: str
    division_code: str
    fiscal_year: int
    document_number: str
    fund_code: str
    function_class: str
    category: str
    effective_on: date
    """The day from which it is there."""
    received_on: date
    """The day from which its age counts: it survives being carried over."""
    upper_id: int | None
    received: bool
    """Whether it was received from above, here or outside the ledger."""
    standing: bool
    balances: Mapping[AccountKind, int] = field(default_factory=dict)
    allotments: Mapping[str, int] = field(default_factory=dict)
    """What is left of what was allotted, by project."""


@dataclass(frozen=True)
class IssueLine:
    """A line of an issue that is in the ledger. `state` is in_transit, received or withdrawn."""

    id: int
    key: str
    quota_id: int
    to_division_code: str
    amount_fen: int
    state: str
    document_number: str
    division_code: str
    fiscal_year: int
    effective_on: date
    issued_on: date
    summary: str


@dataclass(frozen=True)
class Original:
    """A document that is to be reversed, and what it moved. `reversed_by` is empty while it stands."""

    id: int
    key: str
    kind: Kind
    division_code: str
    fiscal_year: int
    effective_on: date
    reversed_by: str
    movements: Sequence[Movement]
    quota_ids: Sequence[int]
    """Quotas that it made."""
    received_lines: int
    """How many of its lines were received."""


@dataclass(frozen=True)
class Known:
    """What of the ledger a document needs. Quotas and lines by their keys, uppers by their ids."""

    quotas: Mapping[str, QuotaState]
    uppers: Mapping[int, QuotaState]
    issue_lines: Mapping[str, IssueLine]
    divisions: Mapping[str, tuple[str, str]]
    """code -> level and code of the division above."""
    flows: frozenset[tuple[str, str]]
    """Levels between which money is issued: (issuer, receiver)."""
    funds: frozenset[str]
    projects: Mapping[str, str]
    """key -> division."""
    not_in_library: frozenset[str]
    """Projects of the library, not imported, that are not in it: still on their way, or out again."""
    attachments: frozenset[str]
    closed_to: date | None
    closed_years: frozenset[int]
    original: Original | None = None


@dataclass(frozen=True)
class Movement:
    """Money of one quota that goes from one of its accounts to another. `project_key` names an allotment's account."""

    line: int
    quota_id: int
    kind: TransferKind
    from_kind: AccountKind
    to_kind: AccountKind
    amount_fen: int
    project_key: str = ""


@dataclass(frozen=True)
class NewQuota:
    """A quota that a document makes, of a line."""

    line: int
    id: int
    key: str
    document_number: str
    upper_document_number: str
    issuer_division_code: str
    fund_code: str
    fiscal_year: int
    function_class: str
    summary: str
    amount_fen: int
    issued_on: date
    received_on: date
    upper_id: int | None = None
    origin_id: int | None = None
    """The quota of the year before that it was carried over from."""
    issue_line_id: int | None = None


@dataclass(frozen=True)
class Plan:
    """What a document does, or why it is refused."""

    movements: tuple[Movement, ...] = ()
    new_quotas: tuple[NewQuota, ...] = ()
    amounts: tuple[int, ...] = ()
    """What each line moved, fen."""
    voided: tuple[int, ...] = ()
    """Ids of quotas that no longer stand."""
    problems: tuple[Problem, ...] = ()


class Balances:
    """Balances as they become while lines are planned, one after the other: two lines may draw on one quota."""

    def __init__(self, known: Known) -> None:
        self._left: dict[tuple[int, AccountKind, str], int] = {}
        self.movements: list[Movement] = []
        for state in (*known.quotas.values(), *known.uppers.values()):
            for kind, fen in state.balances.items():
                self._left[state.id, kind, ""] = fen
            for project_key, fen in state.allotments.items():
                self._left[state.id, AccountKind.ALLOTMENT_FREE, project_key] = fen

    def of(self, quota_id: int, kind: AccountKind, project_key: str = "") -> int:
        """A balance as it is now."""
        return self._left.get((quota_id, kind, project_key), 0)

    def unused(self, quota_id: int) -> int:
        """What may be passed on, moved or taken away; never negative. Overdrawn by payments, it makes good for them."""
        overdrawn = sum(
            min(fen, 0)
            for (owner, kind, _), fen in self._left.items()
            if owner == quota_id and kind is AccountKind.ALLOTMENT_FREE
        )
        return max(sum(self.of(quota_id, kind) for kind in UNUSED) + overdrawn, 0)

    def has_been_used(self, quota_id: int) -> bool:
        """Whether any part was issued, frozen, allotted or paid: any balance that is neither unused nor outside."""
        beside = (*UNUSED, *OUTSIDE)
        return any(
            fen for (owner, kind, _), fen in self._left.items() if owner == quota_id and kind not in beside
        )

    def move(self, movement: Movement) -> None:
        """Plans a movement."""
        at_from = (movement.quota_id, movement.from_kind, self._project(movement, movement.from_kind))
        at_to = (movement.quota_id, movement.to_kind, self._project(movement, movement.to_kind))
        self._left[at_from] = self._left.get(at_from, 0) - movement.amount_fen
        self._left[at_to] = self._left.get(at_to, 0) + movement.amount_fen
        self.movements.append(movement)

    def split(self, quota_id: int, amount_fen: int) -> list[tuple[AccountKind, int]]:
        """What of an amount comes out of which unused account; the amount is at most `unused`."""
        parts = []
        for kind in UNUSED:
            part = min(max(self.of(quota_id, kind), 0), amount_fen)
            if part:
                parts.append((kind, part))
            amount_fen -= part
        return parts

    @staticmethod
    def _project(movement: Movement, kind: AccountKind) -> str:
        return movement.project_key if kind is AccountKind.ALLOTMENT_FREE else ""


def yuan(fen: int) -> str:
    """An amount of fen as yuan, exactly, such as 1,234.50."""
    sign = "-" if fen < 0 else ""
    whole, rest = divmod(abs(fen), 100)
    return f"{sign}{whole:,}.{rest:02}"
