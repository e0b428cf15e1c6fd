"""The formats of files can be found out: from the error of a file that fits none, a command, and a page."""

from __future__ import annotations

import argparse
import io
from pathlib import Path

import pytest

from services.ingest.cli import add_commands
from services.ingest.domain.formats import markdown
from services.ingest.profiles import Profiles
from services.kit.errors import InvalidInput
from tests.builders import HEADERS, as_csv, as_xlsx

PAGE = Path(__file__).resolve().parents[3] / "docs" / "formats.md"


def refusal_of(header: list[str]) -> InvalidInput:
    """Why a table with such a header is not read."""
    source = io.BytesIO(",".join(header).encode())
    with pytest.raises(InvalidInput) as refusal:
        Profiles().find(source).check(source)
    return refusal.value


def told(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """What the command prints; it may not ask for a running system."""

    def no_system() -> object:
        raise AssertionError("a system is not needed")

    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(), no_system)  # type: ignore[arg-type] # it is never opened
    given = parser.parse_args(["formats", *words])
    code = given.run(given)

    assert code == 0
    return capsys.readouterr().out


def test_a_file_that_fits_no_format_is_told_the_nearest_and_what_it_lacks() -> None:
    refusal = refusal_of(["分配编号", "指标明细号", "amount", "date"])

    assert refusal.code == "ingest.nearest_profile"
    assert refusal.zh == "无法识别文件格式：最接近“指标分配表”，缺少列：项目代码、金额(元)、分配日期"
    assert refusal.en == (
        "the format is not recognised: the nearest is “allotments of quotas to projects” (allotment_table), "
        "missing columns: 项目代码, 金额(元), 分配日期"
    )
    assert refusal.parameters["profile"] == "allotment_table"
    assert refusal.parameters["columns"] == "项目代码, 金额(元), 分配日期"


def test_all_columns_that_a_file_lacks_are_named_at_once_before_those_that_are_unknown() -> None:
    lacking = {"年度", "凭证类型", "原凭证号"}
    refusal = refusal_of(["fiscal year", *(name for name in HEADERS["payment_table"] if name not in lacking)])

    assert refusal.code == "ingest.column_missing"
    assert refusal.zh == "文件应为“支付明细表”，缺少列：年度、凭证类型"


def test_a_file_that_shares_no_column_is_told_where_the_formats_are() -> None:
    refusal = refusal_of(["a", "b"])

    assert refusal.code == "ingest.unknown_profile"
    assert "mingzhang ingest formats" in refusal.zh
    assert "mingzhang ingest formats" in refusal.en


@pytest.mark.parametrize("form", ["csv", "xlsx"])
@pytest.mark.parametrize("name", sorted(HEADERS))
def test_a_table_of_the_required_columns_alone_is_read_and_one_less_is_not(name: str, form: str) -> None:
    format_ = next(one for one in Profiles().formats if one.name == name)
    written = {"csv": as_csv, "xlsx": as_xlsx}[form](name, [])
    source = io.BytesIO(written)
    Profiles().find(source).check(source)
    bare = io.BytesIO(",".join(format_.required).encode())
    Profiles().find(bare).check(bare)

    assert {*format_.required, *format_.optional} == set(HEADERS[name])
    assert refusal_of(list(format_.required[1:])).parameters["columns"] == format_.required[0]


def test_the_command_lists_every_format_in_both_languages(capsys: pytest.CaptureFixture[str]) -> None:
    zh, en = told(capsys), told(capsys, "--language", "en")
    of_allotments = zh.split("\n\n")[4].splitlines()

    assert all(name in zh and name in en for name in Profiles().names)
    assert of_allotments == [
        "allotment_table  指标分配表",
        "  文件形式: CSV (UTF-8, GBK/GB18030)、XLSX",
        "  必需列: 分配编号、指标明细号、项目代码、金额(元)、分配日期",
        "  可选列: 无",
        "  不读取的列: 备注",
    ]
    assert "  required columns: 分配编号, 指标明细号, 项目代码, 金额(元), 分配日期" in en


def test_a_voucher_needs_what_a_payment_needs() -> None:
    voucher = Profiles().formats[0]

    assert voucher.required == ("Id", "XPayDate", "PayAmt", "AdmDivCode", "StYear", "VtCode", "VoucherNo")
    assert "Remark" in voucher.optional


def test_the_page_of_formats_is_fresh(capsys: pytest.CaptureFixture[str]) -> None:
    page = PAGE.read_text(encoding="utf-8")

    assert page == markdown(Profiles().formats)
    assert page == told(capsys, "--markdown")
