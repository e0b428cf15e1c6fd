"""Lays the demo out as files: the plan's tables at once, payments and lists month by month as they are made."""

from __future__ import annotations

import csv
import hashlib
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, astuple, dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Protocol, TypeVar

from services.demo import files, tables
from services.demo.domain import (
    FIRST_DAY,
    LAST_DAY,
    MONTHS,
    SIZES,
    YEAR,
    Disbursement,
    Division,
    NearMiss,
    Payment,
    Truth,
)
from services.demo.honest import months_of_payments
from services.demo.lists import months_of_list_lines, months_of_list_payments, register_of
from services.demo.plan import Plan
from services.demo.plants import make_plan
from services.demo.tables import Table
from services.kit.errors import InvalidInput

Report = Callable[[str], None]


class _OfDivision(Protocol):
    @property
    def division(self) -> str: ...


class _Dated(_OfDivision, Protocol):
    @property
    def day(self) -> date: ...


Row = TypeVar("Row", bound=_OfDivision)
DatedRow = TypeVar("DatedRow", bound=_Dated)
MANIFEST = "manifest.json"
VOUCHERS, CSV, XLSX = "xml", "csv", "xlsx"


@dataclass(frozen=True)
class WrittenFile:
    """A file in the order of loading, with what it holds for control."""

    path: str
    profile: str
    division: str
    rows: int
    amount_fen: int
    size_bytes: int
    sha256: str


@dataclass
class _Layout:
    """The folder that is filled, and its groups of files in the order of loading."""

    directory: Path
    report: Report
    groups: dict[str, list[WrittenFile]] = field(default_factory=dict)

    def add(
        self, group: str, name: str, table: Table, division: str = "630000", encoding: str = "utf-8-sig"
    ) -> None:
        """Writes a table, unless it is empty. The format follows from the name."""
        if table.rows:
            path = self._path(group, name)
            if name.endswith(XLSX):
                files.write_xlsx(path, table)
            else:
                files.write_csv(path, table, encoding)
            self._written(group, path, table.profile, division, len(table.rows), table.amount_fen)

    def add_vouchers(self, group: str, name: str, payments: list[Payment], division: str) -> None:
        """Writes vouchers, unless there are none."""
        if payments:
            path = self._path(group, name)
            files.write_vouchers(path, payments)
            amount = sum(payment.amount_fen for payment in payments)
            self._written(group, path, "voucher_5201", division, len(payments), amount)

    def _path(self, group: str, name: str) -> Path:
        path = self.directory / group / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def _written(
        self, group: str, path: Path, profile: str, division: str, rows: int, amount_fen: int
    ) -> None:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        relative = path.relative_to(self.directory).as_posix()
        written = WrittenFile(relative, profile, division, rows, amount_fen, path.stat().st_size, digest)
        self.groups.setdefault(group, []).append(written)


@dataclass(frozen=True)
class _Unit:
    """Divisions whose payments of a month share a file."""

    name: str
    sender: str
    form: str
    divisions: tuple[Division, ...]


def write_demo(directory: Path, size_name: str, seed: int, report: Report) -> dict[str, object]:
    """Writes a demo into an empty (or new) folder and returns its manifest.

    Refuses (InvalidInput) an unknown size and a folder that holds something. The same size and seed give the
    same bytes.
    """
    if size_name not in SIZES:
        raise InvalidInput("demo.size", f"没有规模 {size_name}", f"there is no size {size_name}")
    directory.mkdir(parents=True, exist_ok=True)
    if any(directory.iterdir()):
        raise InvalidInput(
            "demo.not_empty", f"文件夹 {directory} 不为空", f"the folder {directory} is not empty"
        )
    report(f"planning demo {size_name} with seed {seed}")
    plan = make_plan(seed, size_name)
    layout = _Layout(directory, report)
    _write_plan(layout, plan)
    _write_months(layout, plan)
    _write_late(layout, plan)
    _write_rows(directory / "truth.csv", Truth, plan.truths)
    _write_rows(directory / "near_misses.csv", NearMiss, plan.near_misses)
    manifest = _manifest(layout, plan)
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    (directory / MANIFEST).write_text(f"{text}\n", encoding="utf-8")
    report(f"wrote {manifest['files']} files with {manifest['lines']} payment and disbursement lines")
    return manifest


def form_of(plan: Plan, division: str) -> str:
    """The format in which a division sends its payments: most by voucher, some as CSV or XLSX."""
    number = plan.geography.numbers[division]
    if number % 18 == 7:
        return XLSX
    return CSV if number % 9 == 4 else VOUCHERS


def _write_plan(layout: _Layout, plan: Plan) -> None:
    levels = {division.code: division.level for division in plan.geography.divisions}
    timely = [quota for quota in plan.world.quotas if not quota.late]
    for order, level in enumerate(("province", "prefecture", "county"), 1):
        of_level = [quota for quota in timely if levels[quota.division] == level]
        for area, quotas in _by_area(of_level):
            name = f"{area}.{'xlsx' if level == 'prefecture' else 'csv'}"
            layout.add(f"01_quotas/{order}_{level}", name, tables.quota_table(quotas), area, "gb18030")
    for area, projects in _by_area(plan.world.projects):
        form = "xlsx" if area == "630200" else "csv"
        layout.add("02_projects", f"{area}.{form}", tables.project_table(projects), area)
    for area, allotments in _by_area(plan.world.allotments):
        layout.add("03_allotments", f"{area}.csv", tables.allotment_table(allotments), area, "gb18030")
    _write_lists(layout, plan)


def _by_area(rows: Sequence[Row]) -> Iterator[tuple[str, list[Row]]]:
    """Rows by the prefecture that they belong to, each in the order in which they stand."""
    areas: dict[str, list[Row]] = {}
    for row in rows:
        areas.setdefault(f"{row.division[:4]}00", []).append(row)
    yield from sorted(areas.items())


def _write_lists(layout: _Layout, plan: Plan) -> None:
    for name in sorted({entry.list_name for entry in plan.lists}):
        entries = [entry for entry in plan.lists if entry.list_name == name]
        form = "xlsx" if name == "own_account_whitelist" else "csv"
        layout.add("04_lists", f"{name}.{form}", tables.reference_list(entries))
    for unit in _county_units(plan):
        people = [person for county in unit.divisions for person in register_of(plan.honesty, county.code)]
        codes = {county.code for county in unit.divisions}
        people.extend(person for person in plan.register if person.division in codes)
        table = tables.register_table(people)
        layout.add("04_lists", f"register_{unit.name}.{unit.form}", table, unit.sender)


def _payment_units(plan: Plan) -> list[_Unit]:
    """Who sends payments in one file: every division by itself, or the vouchers of a prefecture together."""
    divisions = plan.geography.divisions
    if plan.size.file_per_division:
        return [_Unit(d.code, d.code, form_of(plan, d.code), (d,)) for d in divisions]
    units: dict[tuple[str, str], list[Division]] = {}
    for division in divisions:
        form = form_of(plan, division.code)
        sender = division.area if form == VOUCHERS else "630000"
        units.setdefault((sender, form), []).append(division)
    return [_Unit(sender, sender, form, tuple(own)) for (sender, form), own in units.items()]


def _county_units(plan: Plan) -> list[_Unit]:
    """Who sends lists and registers in one file: every county, or the counties of a prefecture together."""
    counties = plan.geography.counties
    if plan.size.file_per_division:
        tabular = [(county, form_of(plan, county.code)) for county in counties]
        return [_Unit(c.code, c.code, XLSX if form == XLSX else CSV, (c,)) for c, form in tabular]
    return [
        _Unit(
            p.code,
            p.code,
            XLSX if p.code == "632200" else CSV,
            tuple(c for c in counties if c.parent == p.code),
        )
        for p in plan.geography.prefectures
    ]


def _write_months(layout: _Layout, plan: Plan) -> None:
    """Payments and lists, one division's year after the other, so that memory holds one division at most."""
    for month in MONTHS:
        # The groups are made in the order of loading; the files come unit by unit.
        layout.groups[_month_folder("05_payments", month)] = []
        layout.groups[_month_folder("06_disbursements", month)] = []
    planted = _by_division_and_month(plan.payments)
    units = _payment_units(plan)
    for number, unit in enumerate(units, 1):
        direct = [months_of_payments(plan.honesty, division.code) for division in unit.divisions]
        listed = [months_of_list_payments(plan.honesty, division.code) for division in unit.divisions]
        for month in MONTHS:
            payments: list[Payment] = []
            for division, own, agents in zip(unit.divisions, direct, listed, strict=True):
                of_month = [*next(own), *next(agents), *planted.get((division.code, month), ())]
                payments.extend(sorted(of_month, key=lambda payment: payment.voucher_no))
            _write_payments(layout, unit, month, payments)
        layout.report(f"payments {number}/{len(units)}")
    _write_disbursements(layout, plan)


def _month_folder(folder: str, month: int) -> str:
    return f"{folder}/{YEAR}-{month:02d}"


def _by_division_and_month(rows: Sequence[DatedRow]) -> dict[tuple[str, int], list[DatedRow]]:
    found: dict[tuple[str, int], list[DatedRow]] = {}
    for row in rows:
        found.setdefault((row.division, row.day.month), []).append(row)
    return found


def _write_payments(layout: _Layout, unit: _Unit, month: int, payments: list[Payment]) -> None:
    group = _month_folder("05_payments", month)
    if unit.form == VOUCHERS:
        layout.add_vouchers(group, f"{unit.name}_5201.xml", payments, unit.sender)
        return
    odd = month % 2 == 1
    table = tables.payment_table(payments, dashed=odd)
    layout.add(
        group, f"{unit.name}_payments.{unit.form}", table, unit.sender, "utf-8-sig" if odd else "gb18030"
    )


def _write_disbursements(layout: _Layout, plan: Plan) -> None:
    planted = _by_division_and_month(plan.disbursements)
    units = _county_units(plan)
    for number, unit in enumerate(units, 1):
        listed = [months_of_list_lines(plan.honesty, county.code) for county in unit.divisions]
        for month in MONTHS:
            lines: list[Disbursement] = []
            for county, own in zip(unit.divisions, listed, strict=True):
                lines.extend(next(own))
                lines.extend(planted.get((county.code, month), ()))
            encoding = "gb18030" if month % 2 else "utf-8-sig"
            name = f"{unit.name}_list.{unit.form}"
            group = _month_folder("06_disbursements", month)
            layout.add(group, name, tables.disbursement_table(lines), unit.sender, encoding)
        layout.report(f"disbursement lists {number}/{len(units)}")


def _write_late(layout: _Layout, plan: Plan) -> None:
    """What arrives after everything else, and puts right what looked wrong until then."""
    late_quotas = [quota for quota in plan.world.quotas if quota.late]
    layout.add("07_late/1_quotas", "quotas.csv", tables.quota_table(late_quotas))
    layout.add("07_late/2_lists", "register.csv", tables.register_table(plan.late_register))
    payments = sorted(plan.late_payments, key=lambda payment: (payment.division, payment.voucher_no))
    vouchers = [payment for payment in payments if form_of(plan, payment.division) == VOUCHERS]
    others = [payment for payment in payments if form_of(plan, payment.division) != VOUCHERS]
    layout.add_vouchers("07_late/3_payments", "corrections_5201.xml", vouchers, "630000")
    layout.add("07_late/3_payments", "corrections.csv", tables.payment_table(others))
    layout.add("07_late/4_disbursements", "lists.csv", tables.disbursement_table(plan.late_disbursements))


def _write_rows(path: Path, kind: type[Truth] | type[NearMiss], rows: Sequence[Truth | NearMiss]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([item.name for item in fields(kind)])
        writer.writerows([astuple(row) for row in rows])


def _manifest(layout: _Layout, plan: Plan) -> dict[str, object]:
    written = [file for group in layout.groups.values() for file in group]
    totals: dict[str, dict[str, int]] = {}
    for file in written:
        total = totals.setdefault(file.profile, {"files": 0, "rows": 0, "amount_fen": 0})
        total["files"] += 1
        total["rows"] += file.rows
        total["amount_fen"] += file.amount_fen
    lines = ("voucher_5201", "payment_table", "disbursement_table")
    return {
        "size": plan.size.name,
        "seed": plan.seed,
        "first_day": FIRST_DAY.isoformat(),
        "last_day": LAST_DAY.isoformat(),
        "files": len(written),
        "lines": sum(totals[profile]["rows"] for profile in lines if profile in totals),
        "size_bytes": sum(file.size_bytes for file in written),
        "truths": len(plan.truths),
        "near_misses": len(plan.near_misses),
        "totals": totals,
        "groups": [
            {"name": name, "files": [asdict(file) for file in group]}
            for name, group in layout.groups.items()
            if group
        ],
    }
