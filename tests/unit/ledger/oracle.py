"""What a ledger must say of rows, worked out in plain Python from all of them at once: no order, no batches."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from services.ledger.domain.accounts import FINAL_PAYEES
from tests.unit.ledger.world import ALLOTMENT, DISBURSEMENT, FUNDS, PAYMENT, QUOTA

Row = Mapping[str, Any]
CATEGORY_OF = {fund.code: fund.category for fund in FUNDS}
ZERO = (0, 0, 0)


def _full(rows: Iterable[Row], default: Row) -> dict[str, Row]:
    return {row["key"]: {"original_key": None, **default, **row} for row in rows}


class Oracle:
    """The shares, sums and states of rows."""

    def __init__(self, rows: Mapping[str, Iterable[Row]]) -> None:
        """`rows` by kind, as World.post takes them; keys without conflicts."""
        self.quotas = _full(rows.get("quota", ()), QUOTA)
        self.allotments = _full(rows.get("allotment", ()), ALLOTMENT)
        payments = _full(rows.get("payment", ()), PAYMENT)
        self.payments = {key: row for key, row in payments.items() if row["original_key"] is None}
        self.corrections = [row for row in payments.values() if row["original_key"] in self.payments]
        self.disbursements = _full(rows.get("disbursement", ()), DISBURSEMENT)

    def quota_of(self, payment: Row) -> str | None:
        """The key of the quota that a payment is linked to."""
        fitting = [
            (quota.get("function_class") != payment["function_class"], key)
            for key, quota in self.quotas.items()
            if quota["division_code"] == payment["division_code"]
            and quota["document_number"] == payment["document_number"]
        ]
        return min(fitting)[1] if fitting else None

    def category_of(self, payment: Row) -> str:
        """The category of a payment's share."""
        quota = self.quota_of(payment)
        return CATEGORY_OF[self.quotas[quota]["fund_code"]] if quota else "unassigned"

    def remaining(self) -> dict[str, int]:
        """What remains of each payment."""
        left = Counter({key: row["amount_fen"] for key, row in self.payments.items()})
        for correction in self.corrections:
            left[correction["original_key"]] += correction["amount_fen"]
        return dict(left)

    def shares(self) -> dict[tuple[str, str], int]:
        """(category, payment) -> amount of the standing shares."""
        return {
            (self.category_of(self.payments[key]), key): fen for key, fen in self.remaining().items() if fen
        }

    def attached(self) -> dict[tuple[str, str], str | None]:
        """(category, disbursement) -> payment."""
        standing = {key for _, key in self.shares()}
        found: dict[tuple[str, str], str | None] = {}
        for key, row in self.disbursements.items():
            of_voucher = [
                (payment["document_number"] != row["document_number"], payment_key)
                for payment_key, payment in self.payments.items()
                if payment_key in standing
                and payment["voucher_no"] == row["voucher_no"]
                and payment["division_code"] == row["division_code"]
            ]
            payment_key = min(of_voucher)[1] if of_voucher else None
            category = self.category_of(self.payments[payment_key]) if payment_key else "unassigned"
            found[category, key] = payment_key
        return found

    def upper_of(self, key: str) -> str | None:
        """The key of the quota that a quota was received from."""
        lower = self.quotas[key]
        fitting = [
            (
                upper["fund_code"] != lower["fund_code"],
                upper["function_class"] != lower["function_class"],
                other,
            )
            for other, upper in self.quotas.items()
            if other != key
            and upper["division_code"] == lower.get("issuer_division_code")
            and upper["document_number"] == lower.get("upper_document_number")
        ]
        return min(fitting)[2] if fitting else None

    def movements(self) -> dict[str, list[tuple[date, str, int]]]:
        """Quota -> (day, "issued", "allotted" or "paid", fen)."""
        moved: dict[str, list[tuple[date, str, int]]] = defaultdict(list)
        for key, quota in self.quotas.items():
            upper = self.upper_of(key)
            if upper:
                moved[upper].append((quota["effective_on"], "issued", quota["amount_fen"]))
        for row in self.allotments.values():
            if row["quota_key"] in self.quotas:
                moved[row["quota_key"]].append((row["effective_on"], "allotted", row["amount_fen"]))
        for row in (*self.payments.values(), *self.corrections):
            payment = self.payments[row["original_key"]] if row["original_key"] else row
            linked = self.quota_of(payment)
            if linked and payment["payee_kind"] in FINAL_PAYEES:
                moved[linked].append((row["effective_on"], "paid", row["amount_fen"]))
        return moved

    def quota_day(self, key: str, day: date) -> tuple[int, int, int]:
        """issued, allotted and paid of a quota up to a day."""
        sums = Counter(dict.fromkeys(("issued", "allotted", "paid"), 0))
        for moved_on, measure, fen in self.movements()[key]:
            if moved_on <= day:
                sums[measure] += fen
        return sums["issued"], sums["allotted"], sums["paid"]

    def progress_day(self, key: str, day: date) -> tuple[int, int]:
        """total and paid of a division, fund and year up to a day."""
        total = paid = 0
        for quota_key, quota in self.quotas.items():
            if ":".join((quota["division_code"], quota["fund_code"], str(quota["fiscal_year"]))) == key:
                issued, _, of_quota = self.quota_day(quota_key, day)
                total += (quota["amount_fen"] if quota["effective_on"] <= day else 0) - issued
                paid += of_quota
        return total, paid

    def progress_keys(self) -> set[str]:
        """The keys of progress states."""
        return {
            f"{quota['division_code']}:{quota['fund_code']}:{quota['fiscal_year']}"
            for quota in self.quotas.values()
        }
