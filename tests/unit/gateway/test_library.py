"""Projects and targets over HTTP: what is passed on, what is refused at the door, and who may."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message
from mingzhang.ledger.v1 import library_pb2 as pb
from mingzhang.ledger.v1 import performance_pb2 as target_pb

from services.kit.errors import Refused
from tests.unit.gateway.conftest import Gateway

CARD: dict[str, Any] = {
    "division_code": "630121",
    "township_code": "630121100",
    "fiscal_year": 2018,
    "name": "示范村光伏电站",
    "project_type": "产业",
    "construction_nature": "新建",
    "place": "示范村",
    "planned_start_on": "2018-04-01",
    "planned_end_on": "2018-10-31",
    "responsible_unit": "县扶贫办",
    "tasks": "建设电站",
    "households": 60,
    "persons": 210,
    "beneficiaries": "村集体",
    "goal": "增收",
    "participation": "大会通过",
    "mechanism": "分红",
}
STEP: dict[str, Any] = {"key": "K1", "project_key": "X1", "action": "propose"}
TARGETS: dict[str, Any] = {
    "overall": "建成",
    "department": "扶贫办",
    "unit": "乡政府",
    "fiscal_fen": 1,
    "other_fen": 2,
}
ROW: dict[str, Any] = {
    "kind": "quantity",
    "name": "装机容量",
    "operator": ">=",
    "value": "300",
    "unit": "千瓦",
    "words": "",
    "core": True,
}
TARGET_STEP: dict[str, Any] = {"key": "K", "project_key": "X1", "fiscal_year": 2018, "action": "fill"}


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        (
            "/projects?division_code=630121&fiscal_year=2018&project_type=产业&state=in_library&words=光伏"
            "&without_targets=true&limit=7&page_token=t",
            pb.ListLibraryProjectsRequest(
                division_code="630121",
                fiscal_year=2018,
                project_type="产业",
                state="in_library",
                words="光伏",
                without_targets=True,
                limit=7,
                page_token="t",
            ),
        ),
        ("/projects", pb.ListLibraryProjectsRequest(limit=50)),
        ("/projects/a/b#1".replace("#", "%23"), pb.GetLibraryProjectRequest(key="a/b#1")),
        (
            "/performance?division_code=630121&fiscal_year=2018&state=approved&words=x&limit=9&page_token=4",
            target_pb.ListTargetSetsRequest(
                division_code="630121",
                fiscal_year=2018,
                state="approved",
                words="x",
                limit=9,
                page_token="4",
            ),
        ),
        ("/performance/2018/a/b", target_pb.GetTargetSetRequest(project_key="a/b", fiscal_year=2018)),
    ],
)
def test_a_question_is_passed_on_as_it_was_asked(gateway: Gateway, path: str, request_: Message) -> None:
    answer = gateway.client("author").get(f"/api/v1{path}")
    _, asked, caller = gateway.others.last

    assert answer.status_code == 200
    assert asked == request_
    assert caller.user == "author"


def test_a_step_arrives_at_the_ledger_with_every_field_of_its_card(gateway: Gateway) -> None:
    funding = [{"source": "local", "amount_fen": "9007199254740993"}]
    said = {**STEP, "reason": "因", "change_kind": "yearly", "card": {**CARD, "funding": funding}}
    answer = gateway.client("xining").post("/api/v1/projects/steps", json=said)
    name, asked, _ = gateway.others.last
    parts = [pb.FundingPart(source="local", amount_fen=2**53 + 1)]

    assert (answer.status_code, name) == (201, "PostLibraryStep")
    assert asked == pb.PostLibraryStepRequest(
        **STEP, reason="因", change_kind="yearly", card=pb.ProjectCard(**CARD, funding=parts)
    )


def test_a_step_without_a_card_has_none_and_a_known_one_is_told_apart(gateway: Gateway) -> None:
    gateway.others.answers["PostLibraryStep"] = pb.PostLibraryStepResponse(project_key="X1", known=True)
    answer = gateway.client("xining").post("/api/v1/projects/steps", json={**STEP, "action": "review"})

    assert answer.status_code == 200
    assert not gateway.others.last[1].HasField("card")


def test_targets_reports_and_notices_arrive_whole(gateway: Gateway) -> None:
    client = gateway.client("xining")
    notice = {"stage": "entry", "place": "公示栏", "from_day": "2018-07-01", "to_day": "2018-07-10"}
    report: dict[str, Any] = {"period": "2018-06", "comment": "说明", "reason": "更正"}
    client.post("/api/v1/projects/notices", json={"key": "K", "project_key": "X1", **notice})
    noticed = gateway.others.last[1]
    client.post(
        "/api/v1/performance/steps", json={**TARGET_STEP, "targets": {**TARGETS, "indicators": [ROW]}}
    )
    filled = gateway.others.last[1]
    actual: dict[str, Any] = {"number": 1, "value": "9.5", "words": "说"}
    of_year: dict[str, Any] = {"key": "K", "project_key": "X1", "fiscal_year": 2018}
    client.post("/api/v1/performance/reports", json={**of_year, **report, "actuals": [actual]})
    reported = gateway.others.last[1]
    rows = [target_pb.TargetIndicator(**ROW)]

    assert noticed == pb.PostPublicNoticeRequest(key="K", project_key="X1", **notice)
    assert filled == target_pb.PostTargetStepRequest(
        **TARGET_STEP, targets=target_pb.Targets(**TARGETS, indicators=rows)
    )
    assert reported == target_pb.PostPerformanceReportRequest(
        **of_year, **report, actuals=[target_pb.Actual(**actual)]
    )


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("projects/steps", {**STEP, "key": ""}),
        ("projects/steps", {**STEP, "reason": "因" * 201}),
        ("projects/steps", {**STEP, "card": {**CARD, "households": -1}}),
        ("projects/steps", {**STEP, "card": {**CARD, "funding": [{"source": "local", "amount_fen": 1.5}]}}),
        ("projects/steps", {**STEP, "card": {**CARD, "planned_start_on": "soon"}}),
        ("projects/notices", {"key": "K", "project_key": "X1", "stage": "never", "place": "x"}),
        ("performance/steps", {**TARGET_STEP, "targets": {**TARGETS, "indicators": [ROW] * 101}}),
        ("performance/reports", {**TARGET_STEP, "period": "2018", "actuals": [{"number": 0}]}),
    ],
)
def test_what_is_malformed_does_not_get_to_the_ledger(
    gateway: Gateway, path: str, body: dict[str, Any]
) -> None:
    before = len(gateway.others.calls)
    answer = gateway.client("xining").post(f"/api/v1/{path}", json=body)

    assert answer.status_code == 422
    assert len(gateway.others.calls) == before


@pytest.mark.parametrize("path", ["projects/steps", "performance/steps"])
def test_who_is_no_finance_officer_does_no_step(gateway: Gateway, path: str) -> None:
    answer = gateway.client("author").post(f"/api/v1/{path}", json={**TARGET_STEP, "action": "approve"})

    assert answer.status_code == 403


def test_a_refusal_of_the_ledger_is_told_in_the_language_of_the_user(gateway: Gateway) -> None:
    gateway.others.answers["PostLibraryStep"] = Refused(
        "ledger.target_missing", "不得入库", "it cannot come in", {"project": "X1"}
    )
    client = gateway.client("xining", language="en")
    answer = client.post("/api/v1/projects/steps", json={**STEP, "action": "approve"})

    assert (answer.status_code, answer.json()["code"]) == (409, "ledger.target_missing")
    assert answer.json()["message"] == "it cannot come in"
