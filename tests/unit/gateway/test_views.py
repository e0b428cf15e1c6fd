"""Views over HTTP: what is passed on, sheets that spreadsheets open without harm, and what is refused at the door."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from google.protobuf.message import Message
from mingzhang.ledger.v1 import ledger_pb2
from mingzhang.ledger.v1 import views_pb2 as pb

from services.gateway.domain.sheets import MEASURES, harmless, sheet
from services.kit.errors import InvalidInput
from tests.unit.gateway.conftest import Gateway

ROW = pb.ViewRow(names=["C22", "=1+1"], total_fen=123_456, paid_fen=-7, progress_bp=4_321)
SHEET = "/api/v1/views.csv?by=fund,document"


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        ("/views?by=fund", pb.GetViewRequest(dimensions=["fund"], filter=pb.ViewFilter(), limit=500)),
        (
            "/views?by=level,month&as_of=2018-07-31&known_at=17&limit=9&page_token=8&fiscal_year=2018"
            "&division_code=630100&only_here=true&level=county&category=poverty&fund_code=C22&document_number=文"
            "&schedule=1,2,3,4,5,6,7,8,9,10,11,12",
            pb.GetViewRequest(
                dimensions=["level", "month"],
                filter=pb.ViewFilter(
                    fiscal_year=2018,
                    division_code="630100",
                    only_here=True,
                    level="county",
                    category="poverty",
                    fund_code="C22",
                    document_number="文",
                ),
                as_of="2018-07-31",
                known_at="17",
                schedule_bp=range(1, 13),
                limit=9,
                page_token="8",
            ),
        ),
        (
            "/indicators?as_of=2018-07-31&division_code=630100",
            pb.GetIndicatorsRequest(as_of="2018-07-31", filter=pb.ViewFilter(division_code="630100")),
        ),
    ],
)
def test_a_question_is_passed_on_as_it_was_asked(gateway: Gateway, path: str, request_: Message) -> None:
    answer = gateway.client("author").get(f"/api/v1{path}")
    _, asked, caller = gateway.others.last

    assert answer.status_code == 200
    assert asked == request_
    assert caller.user == "author"


@pytest.mark.parametrize(
    "query",
    ["", "by=", "by=fund&as_of=2018", "by=fund&limit=0", "by=fund&limit=10001", "by=fund&schedule=1,2"],
)
def test_what_is_no_question_is_refused_at_the_door(gateway: Gateway, query: str) -> None:
    answer = gateway.client("author").get(f"/api/v1/views?{query}")

    assert (answer.status_code, answer.json()["code"]) == (422, "gateway.bad_request")


def test_a_refusal_of_the_ledger_comes_through(gateway: Gateway) -> None:
    gateway.others.answers["GetView"] = InvalidInput("ledger.future_day", "尚未到来", "has not come")
    answer = gateway.client("author").get("/api/v1/views?by=fund&as_of=2999-01-01")

    assert (answer.status_code, answer.json()["code"]) == (422, "ledger.future_day")


def rows_of(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode("utf-8-sig"))))


@pytest.mark.parametrize(("language", "head"), [("zh", "总量（元）"), ("en", "Total (yuan)")])
def test_a_sheet_has_yuan_names_and_no_formula(gateway: Gateway, language: str, head: str) -> None:
    """A mark of UTF-8 first; the total last."""
    gateway.others.answers["GetView"] = pb.GetViewResponse(rows=[ROW], total=pb.ViewRow(total_fen=123_456))
    gateway.others.answers["GetBaseData"] = ledger_pb2.GetBaseDataResponse(
        funds=[{"code": "C22", "name": "扶贫发展"}]
    )
    answer = gateway.client("author", language).get(SHEET)
    first, row, total = rows_of(answer.content)
    cells = dict(zip(["fund", "document", *MEASURES], row, strict=True))

    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert (first[2], total[2], len(first)) == (head, "1234.56", 2 + len(MEASURES))
    assert (cells["fund"], cells["document"]) == ("C22 扶贫发展", "'=1+1")
    assert (cells["total_fen"], cells["paid_fen"], cells["progress_bp"]) == ("1234.56", "-0.07", "43.21")


def test_a_sheet_of_too_many_rows_is_refused(gateway: Gateway) -> None:
    gateway.others.answers["GetView"] = pb.GetViewResponse(rows=[ROW], next_page_token="10000")
    answer = gateway.client("author").get(SHEET)

    assert (answer.status_code, answer.json()["code"]) == (413, "gateway.view_rows")


@pytest.mark.parametrize("text", ["=A1", "+1", "-1", "@x", "\tx", "\rx"])
def test_what_would_be_a_formula_is_a_text(text: str) -> None:
    assert harmless(text) == f"'{text}"


def test_names_of_a_sheet_keep_commas_and_quotes() -> None:
    zeros: dict[str, Any] = dict.fromkeys(MEASURES, 0)
    body = sheet(["document"], [{"names": ['a,"b"'], **zeros}], zeros, {}, "zh")

    assert rows_of(body)[1][0] == 'a,"b"'
