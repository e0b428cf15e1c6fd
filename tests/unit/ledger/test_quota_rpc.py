"""Quotas and documents over their service: what is shown of them, to whom, page by page."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from mingzhang.ledger.v1 import quotas_pb2 as pb

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.kit.clock import SystemClock
from services.kit.errors import InvalidInput, NotAllowed, NotFound, Refused
from services.kit.rpc.context import acting_as
from services.ledger.domain.documents import Kind
from services.ledger.rpc.quotas import Quotas, QuotaServicer
from services.ledger.storage import QuotaTables
from tests.unit.ledger.papers import Desk, officer, tree
from tests.unit.ledger.world import COUNTY, PREFECTURE, PROVINCE, World

CONTEXT: Any = None
ADMIN = Caller("admin", (ADMINISTRATOR,), Scope(PROVINCE))
REGISTER = pb.PostQuotaDocumentRequest(
    key="D",
    kind=pb.QUOTA_DOCUMENT_KIND_REGISTER,
    document_number="青财农字[2018] 7号",
    division_code=PROVINCE,
    fiscal_year=2018,
    effective_on="2018-03-01",
    lines=[pb.QuotaLine(quota_key="P", fund_code="C22", amount_fen=1_000_00)],
)


@pytest.fixture
def servicer(world: World) -> QuotaServicer:
    return QuotaServicer(
        Quotas(world.book, world.years, QuotaTables(world.database), lambda *_: None, SystemClock())
    )


def test_a_document_is_answered_as_it_was_applied(servicer: QuotaServicer) -> None:
    with acting_as(ADMIN):
        first = servicer.PostQuotaDocument(REGISTER, CONTEXT)
        again = servicer.PostQuotaDocument(REGISTER, CONTEXT)
        read = servicer.GetQuotaDocument(pb.GetQuotaDocumentRequest(key="D"), CONTEXT)

    assert (first.known, again.known) == (False, True)
    assert first.document == again.document == read.document
    assert first.document.document_number == "青财农字〔2018〕7号"
    assert (first.document.recorded_by, first.document.position) == ("admin", 1)
    assert [(one.key, one.amount_fen, one.state) for one in first.lines] == [("D:1", 1_000_00, "")]


def test_a_question_that_no_quota_answers_has_an_empty_page(servicer: QuotaServicer) -> None:
    with acting_as(ADMIN):
        answer = servicer.ListQuotas(pb.ListQuotasRequest(key="nobody's", limit=10), CONTEXT)

    assert (list(answer.quotas), answer.next_page_token) == ([], "")


def test_every_kind_and_take_of_the_contract_is_known(servicer: QuotaServicer) -> None:
    kinds: list[Any] = [number for number in pb.QuotaDocumentKind.values() if number]

    assert len(kinds) == len(Kind)
    with acting_as(ADMIN):
        for kind in kinds:
            asked = pb.PostQuotaDocumentRequest(
                key="K", kind=kind, effective_on="2018-03-01", division_code=PROVINCE
            )
            with pytest.raises(InvalidInput):
                servicer.PostQuotaDocument(asked, CONTEXT)


def test_a_quota_shows_where_its_money_is_and_it_adds_up(world: World, servicer: QuotaServicer) -> None:
    desk = Desk(world)
    tree(desk)
    world.post("project", {"key": "X1"})
    desk.hand_in(
        Kind.ALLOT, {"quota_key": "L", "amount_fen": 50_00, "project_key": "X1"}, division_code=COUNTY
    )
    with acting_as(ADMIN):
        answer = servicer.ListQuotas(pb.ListQuotasRequest(limit=10), CONTEXT)
    shown = {quota.key: quota for quota in answer.quotas}
    lower = shown["L"]

    assert list(shown) == ["P", "M", "L"]
    assert (lower.upper_key, lower.received_fen, lower.free_fen, lower.allotted_unpaid_fen) == (
        "M",
        400_00,
        350_00,
        50_00,
    )
    for quota in answer.quotas:
        came = quota.arranged_fen + quota.received_fen + quota.adjusted_fen + quota.transferred_fen
        came += quota.carried_over_fen + quota.integrated_fen - quota.recovered_fen
        there = (
            quota.pending_fen + quota.free_fen + quota.frozen_fen + quota.in_transit_fen + quota.issued_fen
        )
        assert came == there + quota.allotted_unpaid_fen + quota.paid_fen + quota.intermediate_fen


def test_pages_follow_each_other_without_gap_or_doubling(world: World, servicer: QuotaServicer) -> None:
    desk = Desk(world)
    for number in range(5):
        desk.register(f"Q{number}", 10_00)
        desk.hand_in(Kind.ISSUE, {"quota_key": f"Q{number}", "amount_fen": 1_00, "to_division_code": COUNTY})
    quotas, documents, lines = [], [], []
    with acting_as(ADMIN):
        token = ""
        while True:
            page = servicer.ListQuotas(pb.ListQuotasRequest(limit=2, page_token=token), CONTEXT)
            quotas += [one.key for one in page.quotas]
            token = page.next_page_token
            if not token:
                break
        while True:
            more = servicer.ListQuotaDocuments(
                pb.ListQuotaDocumentsRequest(limit=3, page_token=token), CONTEXT
            )
            documents += [one.key for one in more.documents]
            token = more.next_page_token
            if not token:
                break
        while True:
            waiting = servicer.ListInTransit(pb.ListInTransitRequest(limit=2, page_token=token), CONTEXT)
            lines += [one.issue_line_key for one in waiting.lines]
            token = waiting.next_page_token
            if not token:
                break

    assert quotas == [f"Q{number}" for number in range(5)]
    assert documents == [f"D{number}" for number in range(10, 0, -1)]
    assert lines == [f"D{number}:1" for number in range(2, 12, 2)]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": pb.QUOTA_DOCUMENT_KIND_RECEIVE}, ["D5", "D3"]),
        ({"document_number": "青财农字(2018)4号"}, ["D4"]),
        ({"quota_key": "M"}, ["D6", "D4", "D3"]),
        ({"quota_key": "L"}, ["D7", "D6", "D5"]),
        ({"fiscal_year": 2019}, []),
        ({"division_code": COUNTY}, ["D7", "D5"]),
    ],
)
def test_documents_are_found_by_what_is_asked(
    world: World, servicer: QuotaServicer, asked: dict[str, Any], found: list[str]
) -> None:
    desk = Desk(world)
    tree(desk)
    desk.hand_in(Kind.RECOVER, {"quota_key": "L", "amount_fen": 1_00}, division_code=PREFECTURE)
    desk.hand_in(Kind.FREEZE, {"quota_key": "L", "amount_fen": 1_00}, division_code=COUNTY)
    with acting_as(ADMIN):
        page = servicer.ListQuotaDocuments(pb.ListQuotaDocumentsRequest(limit=10, **asked), CONTEXT)

    assert [one.key for one in page.documents] == found


def test_a_county_sees_of_an_issue_only_its_own_lines(world: World, servicer: QuotaServicer) -> None:
    desk = Desk(world)
    desk.register("P", 1_000_00)
    desk.hand_in(
        Kind.ISSUE,
        {"quota_key": "P", "amount_fen": 1_00, "to_division_code": PREFECTURE},
        {"quota_key": "P", "amount_fen": 2_00, "to_division_code": COUNTY},
        key="ISSUE",
    )
    with acting_as(officer(COUNTY)):
        seen = servicer.GetQuotaDocument(pb.GetQuotaDocumentRequest(key="ISSUE"), CONTEXT)
        waiting = servicer.ListInTransit(pb.ListInTransitRequest(limit=5), CONTEXT)
        with pytest.raises(NotFound):
            servicer.GetQuotaDocument(pb.GetQuotaDocumentRequest(key="D1"), CONTEXT)

    assert [one.asked.to_division_code for one in seen.lines] == [COUNTY]
    assert seen.document.amount_fen == 2_00
    assert [(one.issue_line_key, one.amount_fen) for one in waiting.lines] == [("ISSUE:2", 2_00)]


def test_a_scope_of_funds_sees_only_their_quotas(world: World, servicer: QuotaServicer) -> None:
    desk = Desk(world)
    desk.register("P", 1_00)
    desk.register("O", 1_00, fund_code="C30")
    with acting_as(Caller("li", (FINANCE_OFFICER,), Scope(PROVINCE, ("C30",)))):
        page = servicer.ListQuotas(pb.ListQuotasRequest(limit=5), CONTEXT)

    assert [one.key for one in page.quotas] == ["O"]


@pytest.mark.parametrize("token", ["x", "-1", "9" * 30, "0" * 19 + "1" + "0" * 5_000, "1_2", "\x00"])
def test_a_page_token_that_is_none_is_refused(servicer: QuotaServicer, token: str) -> None:
    asked: list[tuple[Any, Any]] = [
        (servicer.ListQuotas, pb.ListQuotasRequest),
        (servicer.ListQuotaDocuments, pb.ListQuotaDocumentsRequest),
        (servicer.ListInTransit, pb.ListInTransitRequest),
    ]
    for call, request in asked:
        with acting_as(ADMIN), pytest.raises(InvalidInput) as refused:
            call(request(limit=5, page_token=token), CONTEXT)

        assert refused.value.code == "ledger.page_token"


@pytest.mark.parametrize("limit", [0, 501])
def test_a_page_has_a_limit(servicer: QuotaServicer, limit: int) -> None:
    with acting_as(ADMIN), pytest.raises(InvalidInput) as refused:
        servicer.ListQuotas(pb.ListQuotasRequest(limit=limit), CONTEXT)

    assert refused.value.code == "ledger.page_size"


def test_a_year_is_closed_once_by_the_administrator_of_the_province_when_its_days_are(
    world: World, servicer: QuotaServicer
) -> None:
    Desk(world).register("P", 1_00)
    asked = pb.CloseYearRequest(fiscal_year=2018)
    with acting_as(Caller("li", (ADMINISTRATOR,), Scope(COUNTY))), pytest.raises(NotAllowed):
        servicer.CloseYear(asked, CONTEXT)
    with acting_as(ADMIN):
        with pytest.raises(Refused) as early:
            servicer.CloseYear(asked, CONTEXT)
        world.close(date(2018, 12, 31), date(2018, 12, 31))
        first, second = servicer.CloseYear(asked, CONTEXT), servicer.CloseYear(asked, CONTEXT)

    assert early.value.code == "ledger.open_days"
    assert (first.closed_now, second.closed_now) == (True, False)
