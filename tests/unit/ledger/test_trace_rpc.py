"""The contract of tracing: what is told, to whom, and what a wrong call is told."""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from google.protobuf.message import Message
from mingzhang.ledger.v1 import trace_pb2 as pb

from services.kit.caller import FINANCE_OFFICER, Caller, Scope
from services.kit.errors import InvalidInput, NotSignedIn
from services.kit.rpc.context import acting_as
from services.ledger.rpc import Trace, TraceServicer
from tests.unit.ledger.chains import CENTRAL, OF_PROVINCE, OF_XINING, received
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, PROVINCE, World

CONTEXT: Any = None


class Noon:
    """A clock that stands at noon of 2018-07-30 in China."""

    def now(self) -> datetime:
        return datetime(2018, 7, 30, 4, tzinfo=UTC)


@pytest.fixture
def servicer(world: World) -> TraceServicer:
    return TraceServicer(Trace(world.traces, world.reconciliation, Noon()))


def officer(division: str = "", *funds: str) -> Caller:
    return Caller("li", (FINANCE_OFFICER,), Scope(division, funds), "zh", "request-1")


def calls(servicer: TraceServicer, **more: Any) -> dict[str, Callable[[], Message]]:
    """Every call with a page, asked of what is there."""
    return {
        "TraceDocument": lambda: servicer.TraceDocument(
            pb.TraceDocumentRequest(document_number=CENTRAL, limit=10, **more), CONTEXT
        ),
        "ListQuotaNodes": lambda: servicer.ListQuotaNodes(
            pb.ListQuotaNodesRequest(division_code=COUNTY, limit=10, **more), CONTEXT
        ),
        "GetQuota": lambda: servicer.GetQuota(pb.GetQuotaRequest(key="U", limit=10, **more), CONTEXT),
        "ListQuotaPayments": lambda: servicer.ListQuotaPayments(
            pb.ListQuotaPaymentsRequest(quota_key="L1", limit=10, **more), CONTEXT
        ),
        "ListDisbursements": lambda: servicer.ListDisbursements(
            pb.ListDisbursementsRequest(payment_key="P1", limit=10, **more), CONTEXT
        ),
        "ReconcileIssues": lambda: servicer.ReconcileIssues(
            pb.ReconcileIssuesRequest(limit=10, **more), CONTEXT
        ),
        "ReconcileDocuments": lambda: servicer.ReconcileDocuments(
            pb.ReconcileDocumentsRequest(limit=10, **more), CONTEXT
        ),
    }


def test_nobody_traces_without_a_caller(servicer: TraceServicer) -> None:
    asked: list[Callable[[], object]] = [
        *calls(servicer).values(),
        lambda: servicer.Search(pb.SearchRequest(text="V1"), CONTEXT),
        lambda: servicer.TracePayment(pb.TracePaymentRequest(key="P1"), CONTEXT),
    ]
    for call in asked:
        with pytest.raises(NotSignedIn):
            call()

    assert len(asked) == 9


def garbage() -> list[str]:
    """Texts that are no token of any page."""
    encoded = [
        b"",
        b"[]",
        b"{",
        b'["a"]',
        b'["a",1]',
        b'["a","b","c"]',
        b"7",
        b'["\\u0000","b"]',
        b"\xff\xfe",
    ]
    lines = [
        b'["630121","","","",1e3,""]',
        b'["a","b","c","d",true,"e"]',
        b'["a","b","c","d",9223372036854775807,"e"]',
    ]
    tokens = [base64.urlsafe_b64encode(one).decode() for one in (*encoded, *lines)]
    return [*(token for token in tokens if token), "x", "青", "-1", "%", "9" * 40]


@pytest.mark.parametrize("token", garbage())
def test_a_bad_page_token_is_a_typed_error_in_both_languages(
    servicer: TraceServicer,
    chain: World,
    token: str,
) -> None:
    for call in calls(servicer, page_token=token).values():
        with acting_as(officer()), pytest.raises(InvalidInput) as refused:
            call()

        assert refused.value.code == "ledger.page_token"
        assert (refused.value.sentence("zh"), refused.value.sentence("en")) == (
            "分页标记无效",
            "the page token is not valid",
        )


def test_a_payment_is_told_with_its_way_up(servicer: TraceServicer, chain: World) -> None:
    chain.pay({"key": "C1", "original_key": "P1", "amount_fen": -4_000})
    with acting_as(officer(COUNTY)):
        told = servicer.TracePayment(pb.TracePaymentRequest(key="C1"), CONTEXT)
    standing = told.shares[-1]
    own, issuer, top = standing.steps

    assert (told.payment.key, told.original.key, [one.key for one in told.corrections]) == (
        "C1",
        "P1",
        ["C1"],
    )
    assert (standing.amount_fen, standing.suspense, standing.allotment.allotted_fen) == (
        26_000,
        False,
        120_000,
    )
    assert (own.amount_fen, own.issued_on, own.received_on) == (300_000, "2018-01-29", "2018-02-01")
    assert (own.HasField("issued_here_fen"), issuer.HasField("amount_fen"), issuer.issued_here_fen) == (
        False,
        False,
        300_000,
    )
    assert (top.document_number, top.upper, top.HasField("issued_here_fen")) == (
        CENTRAL,
        pb.UPPER_STATE_NONE_NAMED,
        False,
    )


def test_a_payment_without_a_quota_is_told_in_suspense(servicer: TraceServicer, chain: World) -> None:
    with acting_as(officer()):
        told = servicer.TracePayment(pb.TracePaymentRequest(key="P4"), CONTEXT)

    assert [(share.suspense, len(share.steps)) for share in told.shares] == [(True, 0)]
    assert not told.HasField("original")
    assert not told.shares[0].HasField("allotment")


def test_a_tree_is_walked_by_the_tokens_that_pages_end_with(
    servicer: TraceServicer,
    chain: World,
) -> None:
    chain.post("disbursement", {"key": "D1", "document_number": OF_XINING}, {"key": "D2"})
    chain.post("quota", received("K", NEIGHBOUR, "再〔2018〕1号", PROVINCE, CENTRAL, 1))
    keys: dict[str, list[str]] = {"children": [], "quotas": [], "payments": [], "lines": []}
    walks: dict[str, Callable[[str], Any]] = {
        "children": lambda token: servicer.GetQuota(
            pb.GetQuotaRequest(key="U", limit=1, page_token=token), CONTEXT
        ),
        "quotas": lambda token: servicer.TraceDocument(
            pb.TraceDocumentRequest(document_number=OF_PROVINCE, limit=1, page_token=token), CONTEXT
        ),
        "payments": lambda token: servicer.ListQuotaPayments(
            pb.ListQuotaPaymentsRequest(quota_key="L1", limit=1, page_token=token), CONTEXT
        ),
        "lines": lambda token: servicer.ListDisbursements(
            pb.ListDisbursementsRequest(payment_key="P1", limit=1, page_token=token), CONTEXT
        ),
    }
    with acting_as(officer()):
        for name, call in walks.items():
            token = ""
            while True:
                page = call(token)
                shown = getattr(page, name)
                keys[name] += [one.payment.key if name == "payments" else one.key for one in shown]
                token = page.next_page_token
                if not token:
                    break

    assert keys == {
        "children": ["M", "K", "F"],
        "quotas": ["M", "F"],
        "payments": ["P2", "P1"],
        "lines": ["D1", "D2"],
    }


def test_a_search_tells_payments_and_quotas(servicer: TraceServicer, chain: World) -> None:
    with acting_as(officer(COUNTY)):
        of_voucher = servicer.Search(pb.SearchRequest(text="V2"), CONTEXT)
        of_document = servicer.Search(pb.SearchRequest(text=CENTRAL), CONTEXT)

    assert [payment.key for payment in of_voucher.payments] == ["P2"]
    assert [(quota.key, quota.paid_fen, quota.progress_bp) for quota in of_document.quotas] == [
        ("L1", 35_000, 1_167)
    ]
    assert of_document.is_document
