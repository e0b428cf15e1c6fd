"""The same content in any form gives the same frame; each profile reads its table and names what it cannot read."""

from __future__ import annotations

import io
import tracemalloc

import polars as pl
import pytest
from mingzhang.ledger.v1 import columns

from services.ingest.domain.imports import Known, TypedBatch
from services.ingest.profiles import Profiles, csv_text, payee_kinds
from services.ingest.usecases import Context
from services.kit.errors import InvalidInput
from tests.builders import WRITERS, Row, as_csv, as_voucher_5201, as_xlsx, id_number

CONTEXT = Context("import-1", "f" * 64, "630000", Known(), payee_kinds())


def read(data: bytes, context: Context = CONTEXT, name: str = "") -> TypedBatch:
    """All of a file as one typed batch."""
    source = io.BytesIO(data)
    profile = Profiles(4 * 1024**2).find(source, name)
    profile.check(source)
    typed = [profile.typed(batch, context) for batch in profile.batches(source)]
    return TypedBatch(
        pl.concat([one.frame for one in typed]),
        tuple(entry for one in typed for entry in one.rejected),
        sum(one.rows_rejected for one in typed),
        tuple(entry for one in typed for entry in one.findings),
        tuple(entry for one in typed for entry in one.covered),
    )


def payments(count: int) -> list[Row]:
    """Payments of a few vouchers, with characters that a CSV has to quote."""
    return [
        {
            "凭证号": f"V{number // 3}",
            "明细编号": str(number),
            "金额(元)": f"{number * 37 + 1}.{number % 100:02d}",
            "收款人名称": "张三" if number % 2 else "示范养殖有限公司",
            "用途": '购"羊",五十只' if number % 5 == 0 else "支付工程款",
        }
        for number in range(count)
    ]


def test_vouchers_csv_gbk_and_xlsx_of_the_same_payments_give_equal_frames() -> None:
    frames = {
        form: read(write("payment_table", payments(40))).frame.drop("line") for form, write in WRITERS.items()
    }

    assert all(frame.equals(frames["xml"]) for frame in frames.values())
    assert frames["xml"].height == 40


def test_typed_payments_have_the_columns_of_the_ledger_but_for_tokens() -> None:
    frame = read(as_csv("payment_table", payments(3))).frame
    missing = set(columns.PAYMENTS.names) - set(frame.columns)

    assert missing == {"payer_account_token", "payee_account_token", "payer_name_token", "payee_name_token"}
    assert all(
        frame.schema[name] == columns.PAYMENTS.schema[name] for name in set(columns.PAYMENTS.names) - missing
    )


def test_the_careful_way_through_a_csv_gives_what_the_fast_way_gives(monkeypatch: pytest.MonkeyPatch) -> None:
    plain = [{**row, "用途": "支付工程款"} for row in payments(30)]
    fast = read(as_csv("payment_table", plain)).frame
    monkeypatch.setattr(csv_text, "_fast", lambda *_: None)

    assert read(as_csv("payment_table", plain)).frame.equals(fast)


def test_a_quoted_line_break_is_part_of_its_row_and_lines_are_counted_on() -> None:
    rows = payments(3)
    rows[1] = {**rows[1], "用途": "第一行\n第二行"}
    frame = read(as_csv("payment_table", rows)).frame

    assert frame["line"].to_list() == [2, 3, 5]
    assert frame["purpose"].to_list()[1] == "第一行\n第二行"


def test_ragged_rows_unclosed_quotes_and_foreign_bytes_are_quarantined_by_line() -> None:
    lines = as_csv("payment_table", payments(6)).split(b"\r\n")
    lines[2] = b"only,three,fields"
    lines[4] = b'"' + lines[4]
    lines[5] = lines[5].replace("支付".encode(), b"\xff\xfe")
    typed = read(b"\r\n".join(lines))

    assert [(entry.line, entry.reason) for entry in typed.rejected] == [
        (3, "ingest.ragged_row"),
        (5, "ingest.unclosed_quote"),
        (6, "ingest.bad_encoding"),
    ]
    assert typed.rejected[0].original == b"only,three,fields"
    assert typed.frame.height == 3


def test_a_row_without_key_date_or_amount_is_refused_with_its_field() -> None:
    bad: list[Row] = [{"明细编号": ""}, {"支付日期": "2018-02-30"}, {"金额(元)": "12.345"}, {"年度": "18"}]
    rows = [{**good, **change} for good, change in zip(payments(4), bad, strict=True)]
    typed = read(as_xlsx("payment_table", rows))

    assert [(entry.line, entry.field, entry.reason) for entry in typed.rejected] == [
        (2, "明细编号", "ingest.no_key"),
        (3, "支付日期", "ingest.bad_date"),
        (4, "金额(元)", "ingest.bad_amount"),
        (5, "年度", "ingest.bad_year"),
    ]


def test_a_missing_and_an_unknown_column_are_named() -> None:
    data = as_csv("allotment_table", [{"分配编号": "A1"}]).decode("utf-8-sig")
    with pytest.raises(InvalidInput) as missing:
        read(data.replace("金额(元)", "备注").encode())
    with pytest.raises(InvalidInput) as unknown:
        read(as_csv("quota_table", []).decode("utf-8-sig").replace("指标摘要", "指标摘要,摘要").encode())

    assert (missing.value.code, missing.value.parameters["columns"]) == ("ingest.column_missing", "金额(元)")
    assert (unknown.value.code, unknown.value.parameters["column"]) == ("ingest.column_unknown", "摘要")


def test_an_unknown_division_and_fund_post_with_a_finding() -> None:
    known = Context("i", "f" * 64, "", Known(frozenset({"630121"}), frozenset({"C22"})), payee_kinds())
    row = {
        "指标明细号": "Q1",
        "指标文号": "青财农字〔2018〕100号",
        "资金项编码": "X99",
        "区划": "110101",
        "年度": 2018,
        "指标金额(元)": "10.00",
        "接收日期": "2018-01-05",
    }
    typed = read(as_csv("quota_table", [row]), known)

    assert [entry.reason for entry in typed.findings] == ["ingest.unknown_division", "ingest.unknown_fund"]
    assert typed.frame.height == 1
    assert typed.rejected == ()


def test_a_correction_names_its_original() -> None:
    first, second = payments(2)
    second = {**second, "凭证号": "V9", "金额(元)": "-5.00", "原凭证号": "V0", "原明细编号": "0"}
    frames = [
        read(write("payment_table", [first, second])).frame
        for write in (as_csv, lambda _, rows: as_voucher_5201(rows))
    ]

    assert {frame["original_key"].to_list()[1] for frame in frames} == {"630121:2018:5201:V0:0"}


def test_a_voucher_whose_amount_is_not_the_sum_of_its_details_is_refused_whole() -> None:
    typed = read(as_voucher_5201(payments(9), {"V1": "1.00"}))

    assert [(entry.field, entry.reason, entry.key) for entry in typed.rejected] == [
        ("PayAmt", "ingest.header_differs", "V1")
    ]
    assert typed.rows_rejected == 3
    assert sorted(set(typed.frame["voucher_no"])) == ["V0", "V2"]


def test_disbursements_are_keyed_checked_and_masked() -> None:
    good, wrong = id_number(1), id_number(2)[:-1] + ("1" if id_number(2)[-1] != "1" else "2")
    rows: list[Row] = [
        {"序号": "1", "姓名": "张三", "证件号码": good, "应发金额(元)": "5.00", "实发金额(元)": "5.00"},
        {"序号": "2", "姓名": "李四", "证件号码": wrong, "应发金额(元)": "", "实发金额(元)": "6.00"},
    ]
    typed = read(as_csv("disbursement_table", rows))

    assert typed.frame["key"].to_list() == ["630121:2018:P1:1", "630121:2018:P1:2"]
    assert typed.frame["id_check_ok"].to_list() == [True, False]
    assert typed.frame["due_fen"].to_list() == [500, 600]
    assert typed.frame["month"].to_list() == [201807, 201807]
    assert [entry.reason for entry in typed.findings] == ["ingest.identity_check_failed"]


def test_a_number_in_a_workbook_keeps_its_digits_and_a_date_cell_is_a_day() -> None:
    import datetime

    import openpyxl

    header = ["分配编号", "指标明细号", "项目代码", "金额(元)", "分配日期"]
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(header)
    book.active.append(["A1", "Q1", "P1", 0.1 + 0.2, datetime.date(2018, 3, 4)])
    book.active.append(["A2", "Q1", "P1", 1234567.89, "20180305"])
    out = io.BytesIO()
    book.save(out)
    frame = read(out.getvalue()).frame

    assert frame["amount_fen"].to_list() == [30, 123456789]
    assert frame["effective_on"].to_list() == [datetime.date(2018, 3, 4), datetime.date(2018, 3, 5)]


def test_a_long_csv_is_read_in_bounded_memory() -> None:
    one = as_csv("payment_table", payments(2_000)).split(b"\r\n", 1)
    data = one[0] + b"\r\n" + one[1] * 20
    source = io.BytesIO(data)
    profile = Profiles().find(source)
    tracemalloc.start()
    batches = sum(1 for _ in profile.batches(source))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert batches == len(data) // csv_text.GROUP_BYTES + 1
    assert peak < 25 * csv_text.GROUP_BYTES
