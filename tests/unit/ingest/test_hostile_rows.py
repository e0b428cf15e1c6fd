"""Rows that no honest system sends: nothing of them sticks, is lost, or is written in clear."""

from __future__ import annotations

import io
import json
import logging
import zipfile
from dataclasses import replace

import polars as pl
import pytest
from sqlalchemy import text

from services.ingest.domain.imports import ImportState, Known, TextBatch
from services.ingest.jobs import BrokenImportsError, ImportJob
from services.ingest.profiles import Profiles
from services.ingest.profiles.door import normal_frame
from services.ingest.profiles.workbook import Workbook
from services.kit.errors import InvalidInput, TooLarge
from services.kit.log import JsonFormatter
from tests.builders import WRITERS, Row, as_csv, as_voucher_5201, as_xlsx, id_number
from tests.unit.ingest.conftest import Ingest


def payments(count: int, **changes: object) -> list[Row]:
    """Payments that differ in their detail only."""
    return [{"凭证号": "V1", "明细编号": str(n), "金额(元)": "5.00", **changes} for n in range(count)]


def posted(ingest: Ingest, column: str) -> list[object]:
    """A column of what reached the ledger."""
    return [row[column] for row in ingest.ledger.rows.values()]


@pytest.mark.parametrize("form", ["csv", "gbk"])
def test_invisible_and_control_characters_are_no_part_of_a_value(ingest: Ingest, form: str) -> None:
    rows = payments(1)
    rows.append(
        {
            **rows[0],
            "明细编号": "1\u200b",
            "收款人名称": "示范养殖\x07有限公司",
            "收款人账号": "9900\u202e000000000101",
        }
    )
    ingest.bring(WRITERS[form]("payment_table", rows))

    assert len(ingest.ledger.rows) == 2
    assert len(set(posted(ingest, "payee_name_token"))) == 1
    assert len(set(posted(ingest, "payee_account_token"))) == 1
    assert posted(ingest, "key")[1] == "630121:2018:5201:V1:1"


def test_free_text_is_nfc_and_keeps_its_line_breaks(ingest: Ingest) -> None:
    ingest.bring(as_csv("payment_table", payments(1, 用途="e\u0301tude\x01\n第二行")))

    assert posted(ingest, "purpose") == ["\u00e9tude\n第二行"]


def test_a_row_with_a_zero_is_quarantined_and_the_others_post(ingest: Ingest) -> None:
    data = as_csv("payment_table", payments(3)).replace(b",1,2018-07-03", b",1\0,2018-07-03")
    ended = ingest.bring(data)

    assert ended.state is ImportState.FINISHED
    assert ingest.reasons() == [(3, "", "ingest.bad_encoding")]
    assert len(ingest.ledger.rows) == 2


@pytest.mark.parametrize("size", [200_000, 9_000_000])
def test_a_huge_field_is_quarantined_and_the_lines_behind_it_are_counted_on(
    ingest: Ingest, size: int
) -> None:
    lines = as_csv("payment_table", payments(3)).split(b"\r\n")
    lines[2] = lines[2].replace("支付养殖设备款".encode(), b"x" * size)
    lines[3] = lines[3].replace(b"5.00", b"wrong")
    ended = ingest.bring(b"\r\n".join(lines))

    assert ended.state is ImportState.FINISHED
    assert [entry[::2] for entry in ingest.reasons()] in (
        [(3, "ingest.line_too_long"), (4, "ingest.bad_amount")],
        [(3, "ingest.too_long"), (4, "ingest.bad_amount")],
    )
    assert len(ingest.ledger.rows) == 1


def test_many_long_lines_are_never_held_together() -> None:
    import tracemalloc

    header = as_csv("payment_table", [])
    line = b"y" * (3 * 1024**2) + b"\n"
    source = io.BytesIO(header + line * 20)
    profile = Profiles().find(source)
    tracemalloc.start()
    lines = [entry.line for batch in profile.batches(source) for entry in batch.rejected]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert lines == list(range(2, 22))
    assert peak < 40 * 1024**2


@pytest.mark.parametrize(
    ("profile", "row", "reason"),
    [
        ("payment_table", {"支付日期": "12018-07-03", "明细编号": "1"}, "ingest.bad_date"),
        ("payment_table", {"支付日期": "1899-12-31"}, "ingest.bad_date"),
        ("payment_table", {"金额(元)": "999999999999999.00"}, "ingest.bad_amount"),
        ("quota_table", {"指标明细号": "Q", "指标金额(元)": "1.00", "年度": "", "接收日期": "1999-01-01"}, "ingest.bad_date"),
        ("project_table", {"项目代码": "P", "年度": "", "入库日期": "0018-01-01"}, "ingest.bad_date"),
    ],
)  # fmt: skip
def test_what_no_ledger_takes_is_refused_at_the_door(
    ingest: Ingest, profile: str, row: Row, reason: str
) -> None:
    good = payments(1)[0] if profile == "payment_table" else {}
    ended = ingest.bring(as_csv(profile, [{**good, **row}]))

    assert ended.state is ImportState.FINISHED
    assert [entry[2] for entry in ingest.reasons()] == [reason]


@pytest.mark.parametrize(
    "data", [b"", b"\xef\xbb\xbf", b"\r\n\r\n"], ids=["nothing", "only a mark", "only ends"]
)
def test_an_empty_file_is_refused(ingest: Ingest, data: bytes) -> None:
    if not data:
        with pytest.raises(InvalidInput) as refusal:
            ingest.upload(data)
        assert refusal.value.code == "ingest.empty_file"
        assert list(ingest.folder.iterdir()) == []
        return
    ended = ingest.bring(data)

    assert (ended.state, ended.error_code) == (ImportState.FAILED, "ingest.empty_file")


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_a_file_of_only_a_header_is_finished_with_no_rows(ingest: Ingest, form: str) -> None:
    ended = ingest.bring(WRITERS[form]("payment_table", []))

    assert (ended.state, ended.progress.rows_read) == (ImportState.FINISHED, 0)


def test_an_unknown_division_posts_and_leaves_a_finding(ingest: Ingest) -> None:
    ingest.ledger.base = Known(frozenset({"630121"}), frozenset())
    ended = ingest.bring(as_csv("payment_table", payments(1, 区划="110101")))

    assert (ended.progress.rows_posted, ended.progress.rows_quarantined) == (1, 0)
    assert len(ingest.told("findings")) == 1


def test_findings_under_long_names_leave_in_more_than_one_event(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.kit.envelope.UNPACKED_BYTES_MAX", 5_000)
    ingest.ledger.base = Known(frozenset({"630121"}), frozenset())
    ended = ingest.bring(as_csv("payment_table", payments(60, 区划="X" * 120)))

    assert ended.state is ImportState.FINISHED
    assert len(ingest.told("findings")) > 1


def test_a_persons_number_is_no_code_of_a_list(ingest: Ingest) -> None:
    rows: list[Row] = [
        {"名单": "benefit", "对象类型": "编码", "对象": id_number(3)},
        {"名单": "benefit", "对象类型": "编码", "对象": "B01"},
    ]
    ended = ingest.bring(as_csv("reference_list", rows))

    assert ended.progress.rows_posted == 1
    assert ingest.reasons() == [(2, "对象", "ingest.number_as_code")]


def test_numbers_of_persons_are_masked_in_names_of_files_columns_and_offices(ingest: Ingest) -> None:
    number = id_number(5)
    named = ingest.bring(
        as_csv("payment_table", payments(1, 预算单位=f"示范局{number}")), f"报\0表/张\x01{number}.csv"
    )
    wrong = as_csv("payment_table", []).decode("utf-8-sig").replace("用途", f"用途,用途{number}").encode()
    refused = ingest.bring(wrong, "wrong.csv")

    assert named.new.file_name == "张************.csv"
    assert posted(ingest, "agency_name") == ["示范局************"]
    assert refused.error_code == "ingest.column_unknown"
    assert number not in refused.error_zh + refused.error_en


def test_no_table_of_the_service_holds_a_clear_value(ingest: Ingest) -> None:
    number, account, name = id_number(7), "9900777700000007", "欧阳示范"
    ingest.bring(
        as_csv(
            "disbursement_table",
            [
                {"序号": "1", "姓名": name, "证件号码": number, "收款账号": account, "实发金额(元)": "1.00"},
                {"序号": "2", "姓名": name, "证件号码": number, "收款账号": account, "实发金额(元)": name},
                {"序号": "3", "姓名": name, "证件号码": number[:-2] + "zz", "收款账号": account},
            ],
        )
    )
    ingest.bring(as_voucher_5201(payments(2, 收款人名称=name, 收款人账号=account), {"V1": "1.00"}))
    with ingest.database.reading() as connection:
        tables = connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        ).scalars()
        stored = "".join(
            str(row) for table in tables for row in connection.execute(text(f"SELECT t::text FROM {table} t"))
        )
    raw = b"".join(path.read_bytes() for path in ingest.folder.iterdir())

    for clear in (number, account, name):
        assert clear not in stored
        assert clear.encode().hex() not in stored
        assert clear.encode() not in raw
    assert len(ingest.reasons()) == 3


def test_what_breaks_unexpectedly_is_logged_without_its_words(
    ingest: Ingest, caplog: pytest.LogCaptureFixture
) -> None:
    def broken() -> None:
        raise ValueError("张三丰 9900000000000101")

    ingest.ledger.before_post = broken
    import_, _ = ingest.upload(as_csv("payment_table", payments(1)))
    other, _ = ingest.upload(as_csv("quota_table", []))
    caplog.set_level(logging.INFO, "mingzhang")
    with pytest.raises(BrokenImportsError) as failure:
        ImportJob(ingest.ports).run()
    logged = "".join(JsonFormatter().format(record) for record in caplog.records)

    assert "张三丰" not in logged + str(failure.value)
    assert failure.value.__cause__ is None
    assert "ValueError" in str(failure.value)
    assert ingest.look(import_.import_id).state is ImportState.RUNNING
    assert ingest.look(other.import_id).state is ImportState.FINISHED


def sheet(old: bytes, new: bytes, part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """A good workbook with some bytes of a part replaced."""
    good = zipfile.ZipFile(io.BytesIO(as_xlsx("payment_table", payments(2))))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in good.namelist():
            content = good.read(name)
            archive.writestr(name, content.replace(old, new, 1) if name == part else content)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'r="A1"', b'r="AAAAAAAA1"'),
        (b'r="A2"', b'r="ZZZZZZZ2"'),
        (b'<row r="2"', b'<row r="two"'),
        (b'<row r="2"', b'<row r="99999999999"'),
    ],
)
def test_a_workbook_with_impossible_places_is_refused_before_anything_posts(
    ingest: Ingest, old: bytes, new: bytes
) -> None:
    data = sheet(old, new)
    ended = ingest.bring(data)

    assert data != sheet(b"", b"")
    assert (ended.state, ended.error_code) == (ImportState.FAILED, "ingest.not_xlsx")
    assert ingest.ledger.rows == {}


def test_a_row_of_a_workbook_that_never_ends_is_refused() -> None:
    cells = b'<c t="inlineStr"><is><t>x</t></is></c>' * 50_000
    source = io.BytesIO(sheet(b'<row r="2"', b'<row r="2">' + cells + b'</row><row r="9"'))
    with pytest.raises(TooLarge) as refusal:
        Workbook(source).check()

    assert refusal.value.code == "ingest.archive_explodes"


def test_escaped_characters_of_a_workbook_are_what_they_stand_for(ingest: Ingest) -> None:
    written = "".join(f"&#{ord(letter)};" for letter in "养殖").encode()
    data = sheet(written + b"&#35774;", b"_x000D__x0000_&#35774;")
    ingest.bring(data)

    assert posted(ingest, "purpose")[0] == "支付设备款"


def test_originals_of_a_group_are_found_by_line_in_any_form() -> None:
    for writer in (as_csv, as_xlsx):
        source = io.BytesIO(writer("payment_table", payments(3)))
        (batch,) = Profiles().find(source).batches(source)
        assert isinstance(batch, TextBatch)
        original = batch.original(3, "")
        words = json.loads(original) if original.startswith(b"[") else original.decode().split(",")

        assert words[4] == "1"
        assert set(batch.original(9_999, "") + batch.original(0, "")) <= set(b'["", ]')


def test_the_look_at_bytes_agrees_with_the_look_at_values(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = payments(4, 用途="支付 工程款〔2018〕")
    rows[2] = {**rows[2], "收款人名称": "Ａ公司"}
    data = as_csv("payment_table", rows)
    seen = []
    plain = data.replace("Ａ公司".encode(), b"A")
    for words in (data, plain, plain.replace("支付 工".encode(), b" x "), plain.replace(b",A,", b",A\t,")):
        source = io.BytesIO(words)
        (batch,) = Profiles().find(source).batches(source)
        careful = replace(batch, normal=False)
        frames = [csv_frame(one) for one in (batch, careful)]
        seen.append(batch.normal)

        assert frames[0].equals(frames[1])
    assert seen == [False, True, False, False]


def csv_frame(batch: TextBatch) -> pl.DataFrame:
    """A batch in its normal form."""
    return normal_frame(batch, ("purpose",))
