"""Ways of money and reconciliations over HTTP: what is asked of the ledger, and how its answers look."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from google.protobuf.message import Message
from mingzhang.ledger.v1 import trace_pb2 as trace

from services.kit.errors import NotFound
from tests.unit.gateway.conftest import Gateway

KEY = "630121:2018:5201:ZF-1/7:1"
NUMBER = "财农〔2018〕3号"


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        (f"/trace?text={NUMBER}", trace.SearchRequest(text=NUMBER)),
        (f"/trace/payments/{quote(KEY, safe='')}", trace.TracePaymentRequest(key=KEY)),
        (f"/trace/payments/{KEY}", trace.TracePaymentRequest(key=KEY)),
        (
            f"/trace/documents?document_number={NUMBER}&limit=3&page_token=p",
            trace.TraceDocumentRequest(document_number=NUMBER, limit=3, page_token="p"),
        ),
        (
            "/trace/quotas?division_code=630121&fund_code=C22&fiscal_year=2018",
            trace.ListQuotaNodesRequest(division_code="630121", fund_code="C22", fiscal_year=2018, limit=50),
        ),
        ("/trace/quotas/ZB1/2?page_token=p", trace.GetQuotaRequest(key="ZB1/2", limit=50, page_token="p")),
        (
            "/trace/quota-payments?quota_key=ZB1&project_key=X&limit=500",
            trace.ListQuotaPaymentsRequest(quota_key="ZB1", project_key="X", limit=500),
        ),
        (
            f"/trace/disbursements?payment_key={KEY}&page_token=7",
            trace.ListDisbursementsRequest(payment_key=KEY, limit=50, page_token="7"),
        ),
        (
            "/reconciliation/issues?fiscal_year=2018&division_code=630121&fund_code=C22&only_differences=true",
            trace.ReconcileIssuesRequest(
                fiscal_year=2018, division_code="630121", fund_code="C22", only_differences=True, limit=50
            ),
        ),
        (
            "/reconciliation/documents?fiscal_year=2018&division_code=630100&fund_code=C22&limit=7",
            trace.ReconcileDocumentsRequest(
                fiscal_year=2018, division_code="630100", fund_code="C22", limit=7
            ),
        ),
    ],
)
def test_a_question_about_ways_is_passed_on_as_it_was_asked(
    gateway: Gateway, path: str, request_: Message
) -> None:
    """Every parameter in its field; the answer is JSON."""
    answer = gateway.client("xining").get(f"/api/v1{path}")
    _, asked, caller = gateway.others.last

    assert answer.status_code == 200
    assert asked == request_
    assert (caller.user, caller.scope.division) == ("xining", "630100")


@pytest.mark.parametrize(
    "path",
    [
        "/trace",
        "/trace?text=",
        "/trace?text=a%00b",
        f"/trace?text={'长' * 201}",
        "/trace/payments/a%01b",
        "/trace/documents",
        f"/trace/documents?document_number={NUMBER}&limit=501",
        "/trace/quotas/ZB1?limit=0",
        "/trace/quotas",
        "/trace/quota-payments",
        "/trace/disbursements?payment_key=",
        f"/trace/disbursements?payment_key={'k' * 301}",
        "/reconciliation/issues?fiscal_year=-1",
        "/reconciliation/issues?division_code=x",
        "/reconciliation/documents?limit=501",
    ],
)
def test_what_no_question_can_be_is_refused_at_the_door(gateway: Gateway, path: str) -> None:
    """Before anybody is asked, with a sentence in both languages."""
    client = gateway.client("xining")
    answer = client.get(f"/api/v1{path}")
    told = answer.json()

    assert answer.status_code == 422
    assert gateway.others.calls == []
    assert told["zh"]
    assert told["en"]


def test_nobody_traces_without_signing_in(gateway: Gateway) -> None:
    """No page of it is public."""
    for path in ("/trace?text=1", "/trace/quotas/1", "/reconciliation/issues", "/reconciliation/documents"):
        answer = gateway.client().get(f"/api/v1{path}")

        assert answer.status_code == 401


def test_a_refusal_of_the_ledger_is_told_in_the_language_of_the_request(gateway: Gateway) -> None:
    """A quota that is not there, or not for this caller."""
    gateway.others.answers["GetQuota"] = NotFound(
        "ledger.quota_unknown", "没有指标 ZB1", "there is no quota ZB1"
    )
    answers = [
        gateway.client("xining", language).get("/api/v1/trace/quotas/ZB1") for language in ("zh", "en")
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert [answer.json()["message"] for answer in answers] == ["没有指标 ZB1", "there is no quota ZB1"]


def test_what_may_not_be_known_is_null(gateway: Gateway) -> None:
    """An amount that is not told is not an amount of zero; tokens are texts."""
    steps = [
        trace.QuotaStep(visible=True, key="L", amount_fen=0, upper=trace.UPPER_STATE_RECORDED),
        trace.QuotaStep(issued_here_fen=5, upper=trace.UPPER_STATE_NOT_RECORDED),
    ]
    share = trace.TracedShare(key="P#1", steps=steps)
    gateway.others.answers["TracePayment"] = trace.TracePaymentResponse(shares=[share])
    line = trace.DisbursementLine(person_token=2**62 + 1, name_mask="张*")
    gateway.others.answers["ListDisbursements"] = trace.ListDisbursementsResponse(lines=[line])
    client = gateway.client("xining")
    told = client.get("/api/v1/trace/payments/P").json()
    lines = client.get("/api/v1/trace/disbursements?payment_key=P").json()["lines"]
    own, above = told["shares"][0]["steps"]

    assert (own["amount_fen"], own["issued_here_fen"], own["upper"]) == (0, None, "recorded")
    assert (above["amount_fen"], above["issued_here_fen"], above["upper"]) == (None, 5, "not_recorded")
    assert (told["original"], told["shares"][0]["allotment"]) == (None, None)
    assert (lines[0]["person_token"], lines[0]["name_mask"]) == (str(2**62 + 1), "张*")
