"""Text becomes values exactly: amounts, days, document numbers, identity numbers, masks, kinds of payees."""

from __future__ import annotations

from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain import identity, payees, text
from services.ingest.profiles import payee_kinds
from tests.builders import id_number


def of(expression: pl.Expr, *values: str | None) -> list[object]:
    """An expression over column "v" of these values."""
    frame = pl.DataFrame({"v": pl.Series(values, dtype=pl.String)})
    return frame.select(expression.alias("out"))["out"].to_list()


V = pl.col("v")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(-(10**14) + 1, 10**14 - 1), min_size=1, max_size=50))
def test_an_amount_written_in_yuan_is_read_back_to_the_fen(amounts: list[int]) -> None:
    written = [text.yuan_text(amount) for amount in amounts]

    assert of(text.fen(V), *written) == amounts


@pytest.mark.parametrize(
    ("written", "fen"),
    [
        ("1", 100),
        ("1.5", 150),
        ("-0.01", -1),
        ("1,234,567.80", 123456780),
        ("+3.10000", 310),
        ("0.1", 10),
        ("12.345", None),
        ("1,23.00", None),
        ("1e3", None),
        ("", None),
        ("壹", None),
        ("9999999999999", None),
        (".5", None),
        ("NaN", None),
        (None, None),
    ],
)
def test_only_whole_fen_are_an_amount(written: str | None, fen: int | None) -> None:
    assert of(text.fen(V), written) == [fen]


def test_days_come_in_two_forms() -> None:
    days = of(text.day(V), "2018-07-30", "20180730", "2018-02-30", "20187", None)

    assert days == [date(2018, 7, 30), date(2018, 7, 30), None, None, None]


def test_months_come_in_two_forms() -> None:
    assert of(text.month(V), "2018-07", "201807", "2018-13", "7", None) == [201807, 201807, None, None, None]


def test_document_numbers_have_one_normal_form() -> None:
    written = (
        "青财农字[2018]12号",
        "青财农字（2018）12号",
        " 青财农字〔２０１８〕12 号",
        "青财农字〔2018〕12号",
    )
    numbers = of(text.document_number(V), *map(str, of(text.normal_code(V), *written)))

    assert set(numbers) == {"青财农字〔2018〕12号"}


@pytest.mark.parametrize(
    ("number", "ok"),
    [
        ("青财农字〔2018〕1085号", True),
        ("QCN[2018]1", False),
        ("〔2018〕12号", False),
        ("青财农字#12", False),
        (None, False),
    ],
)
def test_a_document_number_is_regular_or_not(number: str | None, ok: bool) -> None:
    assert of(text.document_number_ok(V), number) == [ok]


def test_nine_digits_of_a_finance_division_become_six() -> None:
    assert of(text.division6(V), "630121000", "630121", "青海") == ["630121", "630121", "青海"]


def test_check_digits_of_identity_numbers_are_checked() -> None:
    good = id_number(7)
    wrong = good[:-1] + ("0" if good[-1] != "0" else "1")
    values = (good, wrong, good + "21", "630101500101001", "12", None)

    assert of(identity.id_number_ok(V), *values) == [True, False, True, True, False, False]


def test_check_characters_of_credit_codes_are_checked() -> None:
    alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    weights = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
    body = "91990000MA0000000"
    total = sum(alphabet.index(letter) * weight for letter, weight in zip(body, weights, strict=True))
    good = body + alphabet[(31 - total % 31) % 31]
    wrong = body + alphabet[(32 - total % 31) % 31]

    assert of(identity.credit_code_ok(V), good, wrong, None) == [True, False, False]


def test_masks_hide_what_they_should() -> None:
    assert of(identity.name_mask(V), "张三", "王小二", None) == ["张*", "王**", None]
    assert of(identity.account_mask(V), "9900000000000101", "1234", "存折张三丰九九", None) == [
        "****0101",
        "****",
        "****",
        None,
    ]
    assert of(identity.id_mask(V), "639900185001010014", "张三丰") == ["639900********0014", "********"]


def test_numbers_of_persons_in_a_purpose_are_masked() -> None:
    shown = of(
        text.without_numbers(V),
        "付639900185001010014补助",
        "卡号9900 0000 0000 0101",
        "电话13800000000联系",
        "2018年第12批",
    )

    assert shown == ["付************补助", "卡号************", "电话************联系", "2018年第12批"]


def test_the_payee_in_a_purpose_is_masked() -> None:
    shown = text.without_names(
        pl.Series("p", ["付张三丰款", "付公司款", None]),
        pl.Series("n", ["张三丰", "公司", "李四"]),
        pl.Series("h", [True, False, True]),
    )

    assert shown.to_list() == ["付张**款", "付公司款", None]


@pytest.mark.parametrize(
    ("name", "account", "kind"),
    [
        ("张三", None, "person"),
        ("才让·卓玛", None, "person"),
        ("尕藏才旦加", "6200000000000000000", "person"),
        ("示范县农牧局", None, "unit"),
        ("示范县扶贫资金专户", None, "special_account"),
        ("示范乡人民政府", None, "township"),
        ("示范镇财政所", None, "township"),
        ("示范村村民委员会", None, "village"),
        ("青海示范扶贫开发投资有限公司", None, "platform"),
        ("示范养殖专业合作社", None, "enterprise"),
        ("青海示范建筑有限公司(一分部)", None, "enterprise"),
        ("甲乙丙丁戊", None, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_a_payee_is_known_by_name_and_account(name: str | None, account: str | None, kind: str) -> None:
    frame = pl.DataFrame({"n": [name], "a": [account]}, schema={"n": pl.String, "a": pl.String})

    assert frame.select(payees.payee_kind(pl.col("n"), pl.col("a"), payee_kinds())).item() == kind
