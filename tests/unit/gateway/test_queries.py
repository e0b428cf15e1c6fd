"""What is asked of the other services, and how their answers look."""

from __future__ import annotations

import json

import pytest
from google.protobuf.message import Message
from mingzhang.ledger.v1 import chain_pb2 as chain
from mingzhang.ledger.v1 import ledger_pb2 as ledger
from mingzhang.notify.v1 import notify_pb2 as notify
from mingzhang.rules.v1 import events_pb2 as rules_events
from mingzhang.rules.v1 import rules_pb2 as rules

from services.gateway.domain import User
from services.gateway.messages import EXACT_MAX
from services.gateway.usecases import add_user
from services.kit.caller import ADMINISTRATOR
from tests.unit.gateway.conftest import PASSWORD, Gateway

KEY = "630121:2018:5201:ZF-1/7:1"


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        (
            "/summary?fiscal_year=2018&division_code=630100&category=poverty&fund_code=C22",
            ledger.GetSummaryRequest(
                fiscal_year=2018, division_code="630100", category="poverty", fund_code="C22"
            ),
        ),
        (
            "/payments?from_day=2018-07-01&to_day=2018-07-31&document_number=青财农字〔2018〕12号&limit=3",
            ledger.ListPaymentsRequest(
                from_day="2018-07-01", to_day="2018-07-31", document_number="青财农字〔2018〕12号", limit=3
            ),
        ),
        (f"/payments/{KEY}", ledger.GetPaymentRequest(key=KEY)),
        ("/chain/head", chain.GetSignedHeadRequest()),
        (f"/receipts/payment/{KEY}", chain.GetReceiptRequest(kind="payment", key=KEY)),
        ("/base-data", ledger.GetBaseDataRequest()),
        (
            "/warnings?severity=red&subject=s&rule_id=r&with_retracted=true&page_token=p",
            rules.ListWarningsRequest(
                severity="red", subject="s", rule_id="r", with_retracted=True, page_token="p", limit=50
            ),
        ),
        ("/warnings/0a1b", rules.GetWarningRequest(id="0a1b")),
        ("/rules?category=cross", rules.ListRulesRequest(category="cross")),
        ("/evaluators", rules.GetStatusRequest()),
        ("/cases?state=pending_issue&limit=500", notify.ListCasesRequest(state="pending_issue", limit=500)),
        ("/cases/c-1", notify.GetCaseRequest(case_id="c-1")),
    ],
)
def test_a_question_is_passed_on_as_it_was_asked(gateway: Gateway, path: str, request_: Message) -> None:
    """Every parameter in its field; the answer is JSON."""
    answer = gateway.client("xining").get(f"/api/v1{path}")
    _, asked, caller = gateway.others.last

    assert answer.status_code == 200
    assert asked == request_
    assert caller.user == "xining"


def test_days_are_closed_by_administrators(gateway: Gateway) -> None:
    """With the first day, where none was closed before."""
    body = {"up_to": "2018-07-31", "from": "2018-07-01"}
    gateway.others.answers["CloseDays"] = ledger.CloseDaysResponse(closed=31, closed_to="2018-07-31")
    refused = gateway.client("xining").post("/api/v1/closed-days", json=body)
    asked_before = len(gateway.others.calls)
    answer = gateway.client("admin").post("/api/v1/closed-days", json=body)

    assert (refused.status_code, asked_before) == (403, 0)
    assert answer.json() == {"closed": 31, "closed_to": "2018-07-31"}
    assert gateway.others.last[1] == ledger.CloseDaysRequest(up_to="2018-07-31", **{"from": "2018-07-01"})


@pytest.mark.parametrize(("division", "funds"), [("630121", ()), ("630100", ()), ("630000", ("C22",))])
def test_days_of_the_province_are_closed_by_nobody_who_sees_a_part(
    gateway: Gateway, division: str, funds: tuple[str, ...]
) -> None:
    """A closed day is judged for every county."""
    add_user(gateway.parts.accounts, User("part", "部分", (ADMINISTRATOR,), division, funds), PASSWORD, "r")
    answer = gateway.client("part").post("/api/v1/closed-days", json={"up_to": "2018-07-31"})

    assert (answer.status_code, answer.json()["code"]) == (403, "caller.not_the_province")
    assert gateway.others.calls == []


def test_a_summary_can_be_its_totals_only(gateway: Gateway) -> None:
    """The overview asks for six of them, and a province has thousands of rows."""
    gateway.others.answers["GetSummary"] = ledger.GetSummaryResponse(total=ledger.SummaryRow(paid_fen=5))
    told = gateway.client("xining").get("/api/v1/summary?totals_only=true").json()
    gateway.client("xining").get("/api/v1/summary")
    asked = [request for _, request, _ in gateway.others.calls]

    assert told["total"]["paid_fen"] == 5
    assert asked == [ledger.GetSummaryRequest(totals_only=only) for only in (True, False)]


def test_money_stays_exact(gateway: Gateway) -> None:
    """A number as long as JavaScript keeps it, a string beyond."""
    row = ledger.SummaryRow(paid_fen=EXACT_MAX, free_fen=-EXACT_MAX - 2, arranged_fen=2**63 - 1)
    gateway.others.answers["GetSummary"] = ledger.GetSummaryResponse(total=row)
    total = gateway.client("xining").get("/api/v1/summary").json()["total"]

    assert (total["paid_fen"], total["free_fen"], total["arranged_fen"]) == (
        EXACT_MAX,
        str(-EXACT_MAX - 2),
        str(2**63 - 1),
    )


def test_a_receipt_is_handed_on_byte_for_byte_as_a_file(gateway: Gateway) -> None:
    """Whatever formats it anew would leave a document that nobody signed."""
    body = b'{\n  "version": 1,   "key": "\xe6\x89\xb6"}\n'
    gateway.others.answers["GetReceipt"] = chain.GetReceiptResponse(receipt=body, block_height=7)
    gateway.others.answers["GetSignedHead"] = chain.GetSignedHeadResponse(head=b"{ }\n")
    answer = gateway.client("xining").get(f"/api/v1/receipts/payment/{KEY}")
    head = gateway.client("xining").get("/api/v1/chain/head")

    assert (answer.content, head.content) == (body, b"{ }\n")
    assert answer.headers["content-disposition"] == 'attachment; filename="receipt-payment-7.json"'


def test_a_receipt_of_no_possible_kind_is_refused_at_the_door(gateway: Gateway) -> None:
    answer = gateway.client("xining").get("/api/v1/receipts/..%22x/K1")

    assert (answer.status_code, gateway.others.calls) == (422, [])


def test_an_explanation_is_an_object_with_exact_tokens(gateway: Gateway) -> None:
    """What rules sends as JSON text is told as JSON, large numbers as strings."""
    explanation = {"inputs": {"payee_account_token": 2**62 + 1, "amount_fen": 7, "known": None}}
    warning = rules_events.Warning(
        id="w", explanation_json=json.dumps(explanation), basis=["财农〔2017〕8号"]
    )
    gateway.others.answers["GetWarning"] = rules.GetWarningResponse(warning=warning)
    told = gateway.client("xining").get("/api/v1/warnings/w").json()["warning"]

    assert told["explanation"]["inputs"] == {
        "payee_account_token": str(2**62 + 1),
        "amount_fen": 7,
        "known": None,
    }
    assert told["basis"] == ["财农〔2017〕8号"]
    assert "explanation_json" not in told


def test_the_description_says_what_an_answer_holds(gateway: Gateway) -> None:
    """OpenAPI is made of the same contracts as the answers."""
    description = gateway.client().get("/api/openapi.json").json()
    answer = description["paths"]["/api/v1/payments"]["get"]["responses"]["200"]
    payment = answer["content"]["application/json"]["schema"]["properties"]["payments"]["items"]
    told = ledger.Payment(key=KEY, payee_account_token=5)
    gateway.others.answers["ListPayments"] = ledger.ListPaymentsResponse(payments=[told])
    shown = gateway.client("xining").get("/api/v1/payments").json()["payments"][0]

    assert payment["properties"].keys() == shown.keys()
    assert shown["payee_account_token"] == "5"
    assert payment["properties"]["payee_account_token"] == {"type": "string"}
