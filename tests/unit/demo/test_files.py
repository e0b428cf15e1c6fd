"""The files are what the manifest says, in forms that treasuries send, with valid numbers."""

from __future__ import annotations

import filecmp
import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from services.demo.calendar import is_working_day
from services.demo.domain import UNCOVERED_DIVISION
from services.demo.write import write_demo
from services.kit.errors import InvalidInput
from tests.unit.demo.conftest import SEEDS
from tests.unit.demo.reading import World, fen, files_of, manifest_of, rows_of, vouchers_of

Demo = Callable[[int], Path]
Read = Callable[[int], World]
AMOUNTS = {
    "quota_table": "指标金额(元)",
    "project_table": "资金规模(元)",
    "allotment_table": "金额(元)",
    "payment_table": "金额(元)",
    "disbursement_table": "实发金额(元)",
}


def test_the_same_seed_gives_the_same_bytes(demo: Demo, tmp_path: Path) -> None:
    """Writing again changes not one byte, spreadsheets included."""
    write_demo(tmp_path, "s", SEEDS[0], lambda _line: None)
    names = [path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()]
    _, differing, failed = filecmp.cmpfiles(tmp_path, demo(SEEDS[0]), names, shallow=False)

    assert (differing, failed) == ([], [])


def test_another_seed_gives_other_files(demo: Demo) -> None:
    """Not one payment file is the same with another seed."""
    first, second = ({file["sha256"] for file in files_of(demo(seed))} for seed in SEEDS[:2])

    assert {name for name in first & second if name} <= {
        file["sha256"]
        for file in files_of(demo(SEEDS[0]))
        if file["path"].endswith("registered_only_benefit.csv")
    }


def test_the_manifest_says_what_is_in_the_files(demo: Demo) -> None:
    """Hash, rows and control total of every file hold, and nothing else lies in the folder."""
    directory = demo(SEEDS[0])
    wrong = []
    for file in files_of(directory):
        path = directory / file["path"]
        if file["profile"] == "voucher_5201":
            rows = [detail for voucher in vouchers_of(path) for detail in voucher.details]
            amount = sum(fen(row["PayAmt"]) for row in rows)
        else:
            rows = rows_of(path)
            column = AMOUNTS.get(file["profile"])
            amount = sum(fen(row[column]) for row in rows) if column else 0
        found = (hashlib.sha256(path.read_bytes()).hexdigest(), len(rows), amount)
        if found != (file["sha256"], file["rows"], file["amount_fen"]):
            wrong.append(file["path"])
    listed = {file["path"] for file in files_of(directory)} | {
        "truth.csv",
        "near_misses.csv",
        "manifest.json",
    }
    there = {path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()}

    assert wrong == []
    assert there == listed


def test_every_header_is_the_sum_of_its_details(demo: Demo) -> None:
    """Vouchers have 1 to 499 details, whose amounts add up to the header's, and unique numbers."""
    wrong = []
    for file in files_of(demo(SEEDS[0])):
        if file["profile"] == "voucher_5201":
            for voucher in vouchers_of(demo(SEEDS[0]) / file["path"]):
                total = sum(fen(detail["PayAmt"]) for detail in voucher.details)
                ids = {detail["Id"] for detail in voucher.details}
                sound = 0 < len(ids) == len(voucher.details) <= 499
                same = voucher.header["VoucherNo"] == voucher.attributes["VoucherNo"]
                if total != fen(voucher.header["PayAmt"]) or not sound or not same:
                    wrong.append(voucher.attributes)

    assert wrong == []


def test_s_has_twenty_thousand_lines_over_the_usual_quotas_and_projects(demo: Demo) -> None:
    """About 20 thousand lines, 3,500 quotas, 1,500 projects, in all three forms."""
    manifest = manifest_of(demo(SEEDS[0]))
    totals = manifest["totals"]
    suffixes = {Path(file["path"]).suffix for file in files_of(demo(SEEDS[0])) if "05_pay" in file["path"]}

    assert 18_000 <= manifest["lines"] <= 22_000
    assert 3_300 <= totals["quota_table"]["rows"] <= 3_700
    assert 1_400 <= totals["project_table"]["rows"] <= 1_700
    assert suffixes == {".xml", ".csv", ".xlsx"}


def test_corrections_come_last(demo: Demo) -> None:
    """What arrives late is loaded late."""
    groups = [group["name"] for group in manifest_of(demo(SEEDS[0]))["groups"]]
    late = [name for name in groups if name.startswith("07_late")]

    assert groups[-4:] == late
    assert (
        groups.index("04_lists")
        < groups.index("05_payments/2018-01")
        < groups.index("06_disbursements/2018-01")
    )


def test_payments_are_made_on_working_days_and_reach_the_end_of_the_year(world: Read) -> None:
    """Every division is covered to the end of September, but for the one whose data stop in June."""
    read = world(SEEDS[0])
    off_days = {payment.day for payment in read.payments if not is_working_day(payment.day)}
    early = {division for division, day in read.covered_to.items() if day < date(2018, 9, 21)}

    assert off_days == set()
    assert early == {UNCOVERED_DIVISION}
    assert read.covered_to[UNCOVERED_DIVISION] < date(2018, 6, 20)
    assert len(read.covered_to) == 54


def test_keys_and_names_of_one_kind_are_unique(world: Read) -> None:
    """No two rows of a kind have one key; some people share a name, none a number."""
    read = world(SEEDS[0])
    quotas = Counter(quota.key for quota in read.quotas)

    assert max(quotas.values()) == 1


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    """Nothing is written over."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")

    with pytest.raises(InvalidInput) as refusal:
        write_demo(tmp_path, "s", 1, lambda _line: None)

    assert refusal.value.code == "demo.not_empty"
