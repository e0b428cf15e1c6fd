"""The rows of the demo and of its truth, as they are planned and as they are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

FIRST_DAY = date(2018, 1, 2)
LAST_DAY = date(2018, 9, 30)
YEAR = 2018
MONTHS = tuple(range(1, 10))
UNCOVERED_DIVISION = "632857"
"""The county whose payments stop in June: rules on days cannot judge it afterwards."""
UNCOVERED_FROM = date(2018, 6, 9)
VOUCHER_TYPE = "5201"


@dataclass(frozen=True)
class Size:
    """How much is written. Quotas and projects are the same in every size."""

    name: str
    direct_payments: int
    """Payments straight to their final payee, all divisions and months together."""
    list_lines: int
    """Lines of disbursement lists per county and month."""
    copies: int
    """How often each kind of irregularity is planted."""
    paydays_per_month: int
    """Days of a month on which a division pays; 0 for every working day."""
    file_per_division: bool
    """Files per division and month; otherwise per prefecture with its counties and month."""


SIZES = {
    "s": Size("s", 9_600, 26, 1, 3, False),
    "m": Size("m", 455_000, 1_340, 2, 3, True),
    "l": Size("l", 9_100_000, 26_800, 4, 0, True),
}


@dataclass(frozen=True)
class Division:
    """A division of the base data. level: province, prefecture or county."""

    code: str
    name: str
    level: str
    parent: str

    @property
    def area(self) -> str:
        """The prefecture with its counties, as the prefecture's code; the province is an area by itself."""
        return self.code[:4] + "00"


@dataclass(frozen=True)
class Fund:
    """A fund of the base data."""

    code: str
    name: str
    category: str


@dataclass(frozen=True)
class Project:
    """A project of the library."""

    key: str
    name: str
    division: str
    category: str
    project_type: str
    investment_fen: int
    households: int
    start_on: date
    end_on: date
    entered_on: date


@dataclass(frozen=True)
class Allotment:
    """A part of a quota that goes to a project."""

    key: str
    quota_key: str
    project_key: str
    division: str
    amount_fen: int
    day: date


class Payee(NamedTuple):
    """Who is paid, and where."""

    name: str
    account: str


class Payment(NamedTuple):
    """One detail of a voucher. A tuple, because it is made millions of times. Empty text is an empty field."""

    division: str
    voucher_no: str
    detail_id: str
    day: date
    amount_fen: int
    agency_code: str
    agency_name: str
    document_number: str
    project_key: str
    function_class: str
    economic_class: str
    payer_name: str
    payer_account: str
    payee_name: str
    payee_account: str
    purpose: str
    original_voucher_no: str = ""
    original_detail_id: str = ""

    @property
    def key(self) -> str:
        """The key that every part of the system knows this payment by."""
        return f"{self.division}:{YEAR}:{VOUCHER_TYPE}:{self.voucher_no}:{self.detail_id}"

    @property
    def original_key(self) -> str:
        """The key of the payment that this one corrects; empty if it corrects none."""
        if not self.original_voucher_no:
            return ""
        return f"{self.division}:{YEAR}:{VOUCHER_TYPE}:{self.original_voucher_no}:{self.original_detail_id}"


class Disbursement(NamedTuple):
    """One line of a disbursement list: what one person or enterprise got. A tuple, as Payment."""

    division: str
    document_number: str
    voucher_no: str
    project_key: str
    benefit_code: str
    township: str
    village: str
    name: str
    id_number: str
    account: str
    per_household: bool
    due_fen: int
    amount_fen: int
    month: int
    day: date
    batch: str
    serial: int
    original_batch: str = ""
    original_serial: int = 0

    @property
    def key(self) -> str:
        """The key that every part of the system knows this line by."""
        return f"{self.division}:{YEAR}:{self.batch}:{self.serial}"


class RegisteredPerson(NamedTuple):
    """A row of the register of poor households."""

    household: str
    name: str
    id_number: str
    relation: str
    division: str
    identified_on: date
    left_on: date | None


@dataclass(frozen=True)
class ListRow:
    """A row of a reference list. kind: 账号, 证件号码 or 编码."""

    list_name: str
    kind: str
    subject: str
    valid_from: date
    valid_to: date | None
    basis: str


@dataclass(frozen=True)
class Truth:
    """A warning that must stand when the last day is closed, written when its irregularity was planned.

    Where the system has a token, the subject is the clear ID number or account. amount_fen: of the payment or
    the list lines; of a quota what is unpaid (all of it for a bad document number); of progress what is unpaid
    at the month's end; of a window its sum.
    """

    rule_id: str
    category: str
    subject_kind: str
    subject: str
    period: str
    amount_fen: int
    division: str
    plant: str


@dataclass(frozen=True)
class NearMiss:
    """Something that looks like an irregularity and is none. Nobody may be warned about it by this rule."""

    rule_id: str
    kind: str
    subject_kind: str
    subject: str
    why: str
