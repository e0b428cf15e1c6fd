"""Who may call, and what a wrong call is told."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from mingzhang.envelope.v1.columns import Columns
from mingzhang.ledger.v1 import columns
from mingzhang.ledger.v1 import ledger_pb2 as pb
from prometheus_client import CollectorRegistry

from services.kit import envelope
from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR, Caller, Scope, service_caller
from services.kit.clock import SystemClock
from services.kit.errors import InvalidInput, MingzhangError, NotAllowed, NotSignedIn
from services.kit.rpc.context import acting_as
from services.ledger.metrics import Metrics
from services.ledger.rpc import Ledger, LedgerServicer
from tests.unit.ledger.world import COUNTY, FAR_COUNTY, World, frame

CONTEXT: Any = None
SERVICE = service_caller("ingest", "request-1")


def person(role: str, division: str = "") -> Caller:
    return Caller("li", (role,), Scope(division), "zh", "request-1")


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def servicer(world: World, registry: CollectorRegistry) -> LedgerServicer:
    ledger = Ledger(
        world.book,
        world.days,
        world.reader,
        world.chain,
        world.base_data,
        Metrics(registry).observe,
        SystemClock(),
    )
    return LedgerServicer(ledger)


def batch(kind: str, declared: Columns, *rows: dict[str, Any]) -> pb.PostRequest:
    return pb.PostRequest(rows=envelope.encode(frame(kind, rows), declared))


def payments(*rows: dict[str, Any]) -> pb.PostRequest:
    return batch("payment", columns.PAYMENTS, *rows)


def refusal(call: Callable[[], object], kind: type[MingzhangError]) -> str:
    with pytest.raises(kind) as refused:
        call()
    return refused.value.code


def test_a_service_posts_every_kind_and_is_told_what_became_of_it(
    servicer: LedgerServicer, registry: CollectorRegistry
) -> None:
    with acting_as(SERVICE):
        answers = [
            servicer.PostQuotas(batch("quota", columns.QUOTAS, {"key": "Q1"}), CONTEXT),
            servicer.PostProjects(batch("project", columns.PROJECTS, {"key": "X1"}), CONTEXT),
            servicer.PostAllotments(batch("allotment", columns.ALLOTMENTS, {"key": "A1"}), CONTEXT),
            servicer.PostPayments(payments({"key": "P1"}), CONTEXT),
            servicer.PostDisbursements(batch("disbursement", columns.DISBURSEMENTS, {"key": "D1"}), CONTEXT),
        ]
        again = servicer.PostPayments(payments({"key": "P1"}, {"key": "P1", "amount_fen": 3}), CONTEXT)
        head = servicer.GetChainHead(pb.GetChainHeadRequest(), CONTEXT)

    assert [(one.posted, one.position) for one in answers] == [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5)]
    assert (again.posted, again.known, again.position) == (0, 1, 0)
    (refused,) = again.refused
    assert (refused.key, refused.line, refused.reason, refused.field) == (
        "P1",
        2,
        "ledger.key_conflict",
        "key",
    )
    assert (refused.reason_zh, refused.reason_en) == (
        "P1 已登记且内容不同",
        "P1 is recorded with other content",
    )
    assert (head.height, len(head.hash)) == (5, 64)
    outcomes = {"kind": "payment", "outcome": "posted"}
    assert registry.get_sample_value("ledger_rows_total", outcomes) == 1


@pytest.mark.parametrize("role", [ADMINISTRATOR, FINANCE_OFFICER, RULE_AUTHOR])
def test_only_a_service_posts(servicer: LedgerServicer, world: World, role: str) -> None:
    posts = (
        servicer.PostQuotas,
        servicer.PostProjects,
        servicer.PostAllotments,
        servicer.PostPayments,
        servicer.PostDisbursements,
    )
    with acting_as(person(role)):
        codes = {refusal(partial(post, payments({"key": "P1"}), CONTEXT), NotAllowed) for post in posts}

    assert codes == {"caller.role_missing"}
    assert world.chain.head()[0] == 0


def test_only_an_administrator_closes_days(servicer: LedgerServicer) -> None:
    request = pb.CloseDaysRequest(up_to="2018-02-03", **{"from": "2018-02-01"})
    with acting_as(person(FINANCE_OFFICER)):
        refused = refusal(lambda: servicer.CloseDays(request, CONTEXT), NotAllowed)
    with acting_as(person(ADMINISTRATOR)):
        closed = servicer.CloseDays(request, CONTEXT)

    with acting_as(person(ADMINISTRATOR, "630121")):
        of_a_county = refusal(lambda: servicer.CloseDays(request, CONTEXT), NotAllowed)

    assert refused == "caller.role_missing"
    assert of_a_county == "caller.not_the_province"
    assert (closed.closed, closed.closed_to) == (3, "2018-02-03")


def test_a_day_that_has_not_come_does_not_close(servicer: LedgerServicer) -> None:
    request = pb.CloseDaysRequest(up_to="2999-01-01", **{"from": "2998-12-31"})
    with acting_as(person(ADMINISTRATOR)):
        refused = refusal(lambda: servicer.CloseDays(request, CONTEXT), InvalidInput)

    assert refused == "ledger.future_day"


def test_nobody_reads_without_a_caller(servicer: LedgerServicer) -> None:
    calls: list[Callable[[], object]] = [
        lambda: servicer.GetSummary(pb.GetSummaryRequest(), CONTEXT),
        lambda: servicer.ListPayments(pb.ListPaymentsRequest(limit=1), CONTEXT),
        lambda: servicer.GetPayment(pb.GetPaymentRequest(key="P1"), CONTEXT),
        lambda: servicer.GetChainHead(pb.GetChainHeadRequest(), CONTEXT),
        lambda: servicer.GetBaseData(pb.GetBaseDataRequest(), CONTEXT),
        lambda: servicer.PostPayments(payments(), CONTEXT),
        lambda: servicer.CloseDays(pb.CloseDaysRequest(up_to="2018-02-03"), CONTEXT),
    ]

    assert {refusal(call, NotSignedIn) for call in calls} == {"caller.missing"}


@pytest.mark.parametrize("day", ["", "gestern", "2018-02-30", "0000-00-00", "2018-02-03T00:00"])
def test_a_bad_day_is_a_typed_error(servicer: LedgerServicer, day: str) -> None:
    with acting_as(person(ADMINISTRATOR)):
        code = refusal(lambda: servicer.CloseDays(pb.CloseDaysRequest(up_to=day), CONTEXT), InvalidInput)

    assert code == "ledger.day"


@pytest.mark.parametrize(
    "token",
    [
        "x",
        "_",
        "2018-07-03",
        "2018-07-03_",
        "2018-07-03_x",
        "18-7-3_1",
        f"2018-07-03_{2**63}",
        "2018-07-03_-1",
    ],
)
def test_a_bad_page_token_is_a_typed_error(servicer: LedgerServicer, token: str) -> None:
    request = pb.ListPaymentsRequest(limit=10, page_token=token)
    with acting_as(person(FINANCE_OFFICER)):
        code = refusal(lambda: servicer.ListPayments(request, CONTEXT), InvalidInput)

    assert code == "ledger.page_token"


def test_a_batch_of_other_columns_is_refused(servicer: LedgerServicer) -> None:
    with acting_as(SERVICE):
        code = refusal(lambda: servicer.PostQuotas(payments({"key": "P1"}), CONTEXT), InvalidInput)

    assert code == "envelope.schema"


def test_payments_are_walked_by_the_tokens_that_pages_end_with(
    servicer: LedgerServicer, world: World
) -> None:
    world.post("quota", {"key": "Q1"})
    world.pay(*({"key": f"P{number}"} for number in range(3)), {"key": "P9", "division_code": FAR_COUNTY})
    walked, token = [], ""
    with acting_as(person(FINANCE_OFFICER, COUNTY)):
        while True:
            page = servicer.ListPayments(pb.ListPaymentsRequest(limit=2, page_token=token), CONTEXT)
            walked += [payment.key for payment in page.payments]
            token = page.next_page_token
            if not token:
                break
        one = servicer.GetPayment(pb.GetPaymentRequest(key="P1"), CONTEXT)
        summary = servicer.GetSummary(pb.GetSummaryRequest(), CONTEXT)

    assert sorted(walked) == ["P0", "P1", "P2"]
    assert (one.payment.day, one.payment.category, one.payment.fund_code) == ("2018-07-03", "poverty", "C22")
    assert [(share.key, share.quota_key, share.standing) for share in one.shares] == [("P1#1", "Q1", True)]
    assert (summary.total.paid_fen, summary.rows[0].progress_bp) == (30_000, 300)


def test_base_data_is_there_for_everybody(servicer: LedgerServicer, world: World) -> None:
    with acting_as(person(FINANCE_OFFICER, COUNTY)):
        told = servicer.GetBaseData(pb.GetBaseDataRequest(), CONTEXT)

    assert COUNTY in [division.code for division in told.divisions]
    assert [fund.code for fund in told.funds] == ["C22", "C30", "C31"]
    assert world.load_base_data() is False
