"""A view as a sheet: comma-separated values that a spreadsheet opens without harm."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

BYTE_ORDER_MARK = "\ufeff"
"""Spreadsheets take a file without it for one in the local encoding."""
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
DIMENSIONS = {
    "year": ("年度", "Year"),
    "level": ("级次", "Level"),
    "division": ("区划", "Division"),
    "fund": ("资金项", "Fund"),
    "category": ("资金类别", "Category"),
    "document": ("指标文号", "Document number"),
    "project": ("项目", "Project"),
    "month": ("月份", "Month"),
    "age": ("资金账龄", "Age"),
}
MEASURES = {
    "total_fen": ("总量", "Total"),
    "arranged_fen": ("本级安排", "Arranged here"),
    "received_fen": ("上级下达", "Received from above"),
    "adjusted_fen": ("追加调减", "Adjusted"),
    "carried_over_fen": ("上年结转", "Carried over"),
    "transferred_fen": ("调剂", "Transferred"),
    "integrated_fen": ("整合", "Integrated"),
    "recovered_fen": ("收回", "Recovered"),
    "allotted_fen": ("分配本级", "Allotted here"),
    "issued_fen": ("分配下级", "Issued down"),
    "undistributed_fen": ("未分配", "Not distributed"),
    "distribution_bp": ("分配进度", "Distribution rate"),
    "paid_fen": ("已支出", "Paid"),
    "intermediate_fen": ("中间户", "Parked on the way"),
    "progress_bp": ("支出进度", "Progress"),
    "schedule_bp": ("序时进度", "Schedule"),
    "behind_bp": ("短进度", "Behind, points"),
    "behind_fen": ("短支额", "Behind, amount"),
    "pending_fen": ("待分", "Pending"),
    "free_fen": ("可执行未用", "Executable, unused"),
    "frozen_fen": ("冻结", "Frozen"),
    "in_transit_fen": ("在途", "In transit"),
    "allotted_unpaid_fen": ("分配未支付", "Allotted, unpaid"),
    "drawn_fen": ("项目支取", "Drawn by projects"),
    "balance_fen": ("结余", "Balance"),
    "suspense_fen": ("待挂接支付", "Not linked"),
}


def sheet(
    dimensions: Sequence[str],
    rows: Sequence[Mapping[str, Any]],
    total: Mapping[str, Any],
    names_of: Mapping[str, Mapping[str, str]],
    language: str,
) -> bytes:
    """Rows and their total, in yuan with two decimals and in per cent; `names_of` are the names of codes by dimension."""
    place = 1 if language == "en" else 0
    units = ("（元）", " (yuan)")[place], ("（%）", " (%)")[place]
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    head = [DIMENSIONS[name][place] for name in dimensions]
    writer.writerow(head + [said[place] + units[name.endswith("_bp")] for name, said in MEASURES.items()])
    for row in rows:
        names = [_named(names_of, *pair) for pair in zip(dimensions, row["names"], strict=True)]
        writer.writerow([*map(harmless, names), *(_two_decimals(int(row[name])) for name in MEASURES)])
    first = ("合计", "Total")[place]
    blank = [""] * (len(dimensions) - 1)
    writer.writerow([first, *blank, *(_two_decimals(int(total[name])) for name in MEASURES)])
    return (BYTE_ORDER_MARK + out.getvalue()).encode()


def harmless(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def _named(names_of: Mapping[str, Mapping[str, str]], dimension: str, code: str) -> str:
    name = names_of.get(dimension, {}).get(code, "")
    return f"{code} {name}" if name else code


def _two_decimals(hundredths: int) -> str:
    """Fen as yuan, basis points as per cent; no float on the way."""
    whole, rest = divmod(abs(hundredths), 100)
    return f"{'-' if hundredths < 0 else ''}{whole}.{rest:02d}"
