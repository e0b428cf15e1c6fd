"""Links over HTTP: what is asked of the ledger, what is refused at the door, and what is answered."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message
from mingzhang.ledger.v1 import links_pb2 as pb

from services.kit.errors import Refused
from tests.unit.gateway.conftest import Gateway

PART = {"payment_key": "P1", "quota_key": "Q1", "amount_fen": "1200"}
LINK = {"key": "K", "division_code": "630121", "lines": [PART]}


@pytest.mark.parametrize(
    ("path", "method", "asked"),
    [
        ("/links/unlinked", "ListUnlinked", pb.ListUnlinkedRequest(limit=50)),
        (
            "/links/proposals?division_code=630121&limit=20&page_token=p",
            "ProposeLinks",
            pb.ListUnlinkedRequest(division_code="630121", limit=20, page_token="p"),
        ),
        (
            "/links?payment_key=P1",
            "ListLinkDecisions",
            pb.ListLinkDecisionsRequest(payment_key="P1", limit=50),
        ),
        (
            "/links/lists?only_differences=true",
            "CheckLists",
            pb.CheckListsRequest(only_differences=True, limit=50),
        ),
    ],
)
def test_questions_go_to_the_ledger(gateway: Gateway, path: str, method: str, asked: Message) -> None:
    kinds = {"ListLinkDecisions": pb.ListLinkDecisionsResponse, "CheckLists": pb.CheckListsResponse}
    gateway.others.answers[method] = kinds.get(method, pb.ListUnlinkedResponse)()
    answer = gateway.client("xining").get(f"/api/v1{path}")

    name, request, caller = gateway.others.last
    assert (answer.status_code, name, request, caller.user) == (200, method, asked, "xining")


@pytest.mark.parametrize(
    ("path", "body", "method", "asked"),
    [
        (
            "/links",
            LINK,
            "LinkPayments",
            pb.LinkPaymentsRequest(
                key="K",
                division_code="630121",
                lines=[pb.LinkPart(payment_key="P1", quota_key="Q1", amount_fen=1200)],
            ),
        ),
        (
            "/links/unrelated",
            {**LINK, "reason": "工资", "lines": [{"payment_key": "P1"}]},
            "MarkUnrelated",
            pb.MarkUnrelatedRequest(
                key="K", division_code="630121", reason="工资", lines=[pb.LinkPart(payment_key="P1")]
            ),
        ),
        (
            "/links/undo",
            {"key": "U", "original_key": "K", "reason": "挂错"},
            "UndoLink",
            pb.UndoLinkRequest(key="U", original_key="K", reason="挂错"),
        ),
    ],
)
def test_decisions_are_made_once(
    gateway: Gateway, path: str, body: dict[str, Any], method: str, asked: Message
) -> None:
    client = gateway.client("xining")
    statuses = []
    for known in (False, True):
        gateway.others.answers[method] = pb.LinkDecisionResponse(known=known)
        statuses.append(client.post(f"/api/v1{path}", json=body).status_code)

    assert statuses == [201, 200]
    assert gateway.others.last[1] == asked


@pytest.mark.parametrize(
    "wrong",
    [
        {"lines": []},
        {"lines": [PART] * 501},
        {"lines": [{**PART, "amount_fen": 1.5}]},
        {"lines": [{**PART, "payment_key": ""}]},
        {"key": ""},
        {"division_code": "x"},
        {"reason": "长" * 501},
    ],
)
def test_what_is_not_whole_is_refused_at_the_door(gateway: Gateway, wrong: dict[str, Any]) -> None:
    answer = gateway.client("xining").post("/api/v1/links", json={**LINK, **wrong})

    assert (answer.status_code, gateway.others.calls) == (422, [])


def test_an_undoing_says_why(gateway: Gateway) -> None:
    answer = gateway.client("xining").post("/api/v1/links/undo", json={"key": "U", "original_key": "K"})

    assert (answer.status_code, gateway.others.calls) == (422, [])


def test_who_enters_nothing_decides_nothing_and_a_refusal_is_told_in_the_persons_language(
    gateway: Gateway,
) -> None:
    gateway.others.answers["LinkPayments"] = Refused("ledger.over_linked", "只剩 1 分", "1 fen is left")
    of_author = gateway.client("author").post("/api/v1/links", json=LINK)
    told = [
        gateway.client("xining", language).post("/api/v1/links", json=LINK).json()["message"]
        for language in ("zh", "en")
    ]

    assert of_author.status_code == 403
    assert told == ["只剩 1 分", "1 fen is left"]
