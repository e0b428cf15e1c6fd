"""Which quotas are proposed for a payment, with which score and for which reasons: a table of cases."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from services.ledger.domain.proposals import WEIGHTS, propose, said

PAYMENT: dict[str, Any] = {
    "payment_key": "P",
    "division_code": "630121",
    "fiscal_year": 2018,
    "document_number": None,
    "fund_code": None,
    "function_class": None,
    "project_key": None,
    "unlinked_fen": 100,
}
QUOTA: dict[str, Any] = {
    "quota_key": "Q",
    "division_code": "630121",
    "fiscal_year": 2018,
    "document_number": None,
    "fund_code": "C22",
    "function_class": "2130505",
    "free_fen": 100,
}
TYPES = {"fiscal_year": pl.Int64, "unlinked_fen": pl.Int64, "free_fen": pl.Int64}
NUMBER = "青财农字〔2018〕1085号"


def frame(default: dict[str, Any], *rows: dict[str, Any]) -> pl.DataFrame:
    schema = {name: TYPES.get(name, pl.String()) for name in default}
    return pl.DataFrame([{**default, **row} for row in rows], schema=schema)


def proposed(
    payment: dict[str, Any], *quotas: dict[str, Any], allotted: tuple[tuple[str, str], ...] = ()
) -> list[tuple[str, int, tuple[str, ...]]]:
    """quota, score and reasons of what is proposed for a payment, best first."""
    allotments = pl.DataFrame(
        allotted, schema={"quota_key": pl.String, "project_key": pl.String}, orient="row"
    )
    found = propose(frame(PAYMENT, payment), frame(QUOTA, *quotas), allotments)
    return [
        (row["quota_key"], row["score"], tuple(name for name in WEIGHTS if row[name]))
        for row in found.iter_rows(named=True)
    ]


@pytest.mark.parametrize(
    ("written", "registered", "reason"),
    [
        (NUMBER, NUMBER, "same_document"),
        ("青财农字[2018]1085号", NUMBER, "same_document"),
        ("青财农字（2018） １０８５ 号", NUMBER, "same_document"),
        ("青财农字〔2018〕1058号", NUMBER, "similar_document"),
        ("青财农字〔2018〕108号", NUMBER, "similar_document"),
        ("青财农字〔2017〕1085号", NUMBER, "similar_document"),
        ("青财社字〔2018〕1085号", NUMBER, "similar_document"),
        ("青财农字〔2018〕第1085", NUMBER, "similar_document"),
        ("青财农字〔2018〕7号", NUMBER, None),
        ("青财社字〔2017〕1085号", NUMBER, None),
        ("无文号", NUMBER, None),
        (None, NUMBER, None),
        ("", "", None),
    ],
)
def test_document_numbers_are_compared_as_people_write_them(
    written: str | None, registered: str, reason: str | None
) -> None:
    found = proposed({"document_number": written, "fund_code": "C22"}, {"document_number": registered})
    of_document = {name for name in found[0][2] if name.endswith("_document")}

    assert of_document == ({reason} if reason else set())


def test_everything_that_can_speak_for_a_quota_makes_a_hundred() -> None:
    payment = {"document_number": NUMBER, "fund_code": "C22", "function_class": "2130505", "project_key": "X"}
    found = proposed(payment, {"document_number": NUMBER}, allotted=(("Q", "X"),))

    reasons = ("same_document", "same_project", "same_fund", "same_function", "fits_amount", "same_year")
    assert found == [("Q", 100, reasons)]


@pytest.mark.parametrize(
    ("payment", "quota", "score"),
    [
        ({"fund_code": "C22"}, {}, 25),
        ({"fund_code": "C22", "unlinked_fen": 101}, {}, 20),
        ({"fund_code": "C22", "unlinked_fen": 101}, {"fiscal_year": 2017}, None),
        ({"fund_code": "C22", "unlinked_fen": -1}, {}, 20),
        ({"fund_code": "C30"}, {}, None),
        ({"function_class": "2130505"}, {}, None),
        ({"fund_code": "C22"}, {"division_code": "630122"}, None),
        ({"document_number": NUMBER}, {"document_number": NUMBER, "fiscal_year": 2019, "free_fen": 0}, 50),
    ],
)
def test_a_quota_is_proposed_from_a_score_on(
    payment: dict[str, Any], quota: dict[str, Any], score: int | None
) -> None:
    found = proposed(payment, quota)

    assert [one[1] for one in found] == ([score] if score else [])


def test_the_best_three_are_proposed_always_in_one_order() -> None:
    quotas = [{"quota_key": f"Q{number}"} for number in (4, 2, 3, 1)]
    best = {"quota_key": "Q9", "function_class": None, "document_number": NUMBER}
    payment = {"fund_code": "C22", "document_number": NUMBER}
    found = [proposed(payment, *order, best) for order in (quotas, quotas[::-1])]

    assert [one[0] for one in found[0]] == ["Q9", "Q1", "Q2"]
    assert found[0] == found[1]


def test_every_reason_has_words_in_both_languages() -> None:
    zh, en = said(tuple(WEIGHTS))

    assert zh.count("、") == en.count(", ") == len(WEIGHTS) - 1
