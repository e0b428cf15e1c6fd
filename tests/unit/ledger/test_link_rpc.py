"""Links over their service: what waits, what is proposed, decisions, and lists against payments."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from mingzhang.ledger.v1 import links_pb2 as pb

from services.kit.caller import ADMINISTRATOR, Caller, Scope
from services.kit.errors import InvalidInput, NotAllowed
from services.kit.rpc.context import acting_as
from services.ledger.rpc.links import Links, LinkServicer
from tests.unit.ledger.papers import officer
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, PROVINCE, World

CONTEXT: Any = None


class StillClock:
    """Always the same morning."""

    def now(self) -> datetime:
        return datetime(2018, 7, 20, tzinfo=UTC)


ADMIN = Caller("admin", (ADMINISTRATOR,), Scope(PROVINCE))
OFFICER = officer(COUNTY)
NUMBER = "青财农字〔2018〕100号"


@pytest.fixture
def servicer(world: World) -> LinkServicer:
    """A small quota, three payments of two counties that wait, and one that is linked."""
    world.post("quota", {"key": "Q1", "amount_fen": 15_000}, {"key": "Q2", "document_number": "二"})
    world.pay(
        {"key": "P1", "document_number": "青财农字[2018]100号", "effective_on": date(2018, 6, 30)},
        {"key": "P2", "document_number": None, "fund_code": "C22", "voucher_no": "V2"},
        {"key": "PN", "document_number": "没有", "division_code": NEIGHBOUR},
        {"key": "DONE", "voucher_no": "V4"},
    )
    return LinkServicer(Links(world.book, world.links, lambda *_: None, StillClock()))


def waiting(servicer: LinkServicer, caller: Caller, **asked: Any) -> pb.ListUnlinkedResponse:
    with acting_as(caller):
        return servicer.ListUnlinked(pb.ListUnlinkedRequest(**{"limit": 10, **asked}), CONTEXT)


def link(servicer: LinkServicer, *lines: tuple[str, str, int], key: str = "L1") -> pb.LinkDecisionResponse:
    parts = [pb.LinkPart(payment_key=one, quota_key=two, amount_fen=fen) for one, two, fen in lines]
    request = pb.LinkPaymentsRequest(key=key, division_code=COUNTY, lines=parts)
    with acting_as(OFFICER):
        return servicer.LinkPayments(request, CONTEXT)


def test_what_waits_comes_oldest_first_and_says_when_it_was_due(servicer: LinkServicer) -> None:
    found = waiting(servicer, ADMIN)

    told = [(one.key, one.due_on, one.late) for one in found.payments]
    assert told == [("P1", "2018-07-03", True), ("P2", "2018-08-03", False), ("PN", "2018-08-03", False)]
    assert (found.suspense_fen, found.unrelated_fen, found.due_day) == (30_000, 0, 3)


def test_pages_of_what_waits_go_on_where_the_one_before_ended(servicer: LinkServicer) -> None:
    keys, token = [], ""
    while True:
        page = waiting(servicer, ADMIN, limit=1, page_token=token)
        keys += [one.key for one in page.payments]
        token = page.next_page_token
        if not token:
            break

    assert keys == ["P1", "P2", "PN"]


def test_only_what_the_scope_sees_waits_for_it(servicer: LinkServicer) -> None:
    of_county = waiting(servicer, OFFICER)
    of_fund = waiting(servicer, officer(COUNTY, ("C22",)))
    one = waiting(servicer, OFFICER, payment_key="PN")
    with pytest.raises(NotAllowed):
        waiting(servicer, OFFICER, division_code=NEIGHBOUR)

    assert [one.key for one in of_county.payments] == ["P1", "P2"]
    assert (list(of_fund.payments), of_fund.suspense_fen, list(one.payments)) == ([], 0, [])


def test_a_page_of_proposals_says_why_in_words(servicer: LinkServicer) -> None:
    with acting_as(OFFICER):
        found = servicer.ProposeLinks(pb.ListUnlinkedRequest(limit=10), CONTEXT)
        with pytest.raises(InvalidInput):
            servicer.ProposeLinks(pb.ListUnlinkedRequest(limit=101), CONTEXT)
    first, second = found.payments

    best = first.proposals[0]
    assert (best.quota_key, best.score, best.free_fen) == ("Q1", 60, 5_000)
    assert best.reason_zh == "文号相同、功能科目相同、同一年度"
    assert best.reason_en.startswith("same document number, ")
    assert [one.quota_key for one in second.proposals] == ["Q2", "Q1"]


def test_a_link_says_by_how_much_a_quota_is_overdrawn_and_again_the_same(servicer: LinkServicer) -> None:
    first = link(servicer, ("P1", "Q1", 10_000))
    again = link(servicer, ("P1", "Q1", 10_000))

    assert [(one.quota_key, one.amount_fen) for one in first.overdrawn] == [("Q1", 5_000)]
    assert (first.known, again.known, again.decision) == (False, True, first.decision)
    assert [(line.payment_key, line.late) for line in first.decision.lines] == [("P1", True)]
    assert (first.decision.recorded_on, first.decision.recorded_by) == ("2018-07-20", OFFICER.user)


def test_decisions_of_a_payment_come_with_what_undid_them(servicer: LinkServicer) -> None:
    link(servicer, ("P1", "Q1", 4_000), ("P2", "Q2", 1_000))
    link(servicer, ("P2", "Q2", 1_000), key="L2")
    with acting_as(OFFICER):
        undone = servicer.UndoLink(pb.UndoLinkRequest(key="U", original_key="L1", reason="挂错"), CONTEXT)
        marked = servicer.MarkUnrelated(
            pb.MarkUnrelatedRequest(
                key="M", division_code=COUNTY, lines=[pb.LinkPart(payment_key="P1")], reason="工资"
            ),
            CONTEXT,
        )
        found = servicer.ListLinkDecisions(pb.ListLinkDecisionsRequest(payment_key="P1", limit=10), CONTEXT)
        first = servicer.ListLinkDecisions(pb.ListLinkDecisionsRequest(limit=1), CONTEXT)
        next_ = pb.ListLinkDecisionsRequest(limit=1, page_token=first.next_page_token)
        second = servicer.ListLinkDecisions(next_, CONTEXT)
    with acting_as(officer(NEIGHBOUR)):
        foreign = servicer.ListLinkDecisions(pb.ListLinkDecisionsRequest(limit=10), CONTEXT)

    told = [(one.key, one.kind, one.undone_by) for one in found.decisions]
    assert told == [("M", "unrelated", ""), ("U", "undo", ""), ("L1", "link", "U")]
    assert [line.key for line in undone.decision.lines] == ["L1:1", "L1:2"]
    assert [line.amount_fen for line in marked.decision.lines] == [10_000]
    assert (first.decisions[0].key, second.decisions[0].key) == ("M", "U")
    assert list(foreign.decisions) == []


def test_lists_are_held_against_what_was_paid(servicer: LinkServicer, world: World) -> None:
    world.post(
        "disbursement",
        {"key": "D1", "document_number": None, "amount_fen": 6_000},
        {"key": "D2", "voucher_no": "V2", "document_number": None, "amount_fen": 10_000},
    )
    link(servicer, ("P1", "Q1", 3_000))
    with acting_as(ADMIN):
        everything = servicer.CheckLists(pb.CheckListsRequest(limit=10), CONTEXT)
        page = servicer.CheckLists(pb.CheckListsRequest(limit=1), CONTEXT)
        rest = servicer.CheckLists(pb.CheckListsRequest(limit=1, page_token=page.next_page_token), CONTEXT)
        wrong = servicer.CheckLists(pb.CheckListsRequest(limit=10, only_differences=True), CONTEXT)

    told = [(one.payment_key, one.paid_fen, one.listed_fen, one.difference_fen) for one in everything.checks]
    assert told == [("P2", 10_000, 10_000, 0), ("P1", 10_000, 6_000, 4_000)]
    assert [one.payment_key for one in (*page.checks, *rest.checks)] == ["P2", "P1"]
    assert [one.payment_key for one in wrong.checks] == ["P1"]


def test_who_may_not_enter_anything_links_nothing(servicer: LinkServicer) -> None:
    line = pb.LinkPart(payment_key="P1", quota_key="Q1", amount_fen=1)
    request = pb.LinkPaymentsRequest(key="K", division_code=COUNTY, lines=[line])
    for caller in (Caller("reader", (), Scope(COUNTY)), officer(NEIGHBOUR)):
        with acting_as(caller), pytest.raises(NotAllowed):
            servicer.LinkPayments(request, CONTEXT)

    assert [one.key for one in waiting(servicer, OFFICER).payments] == ["P1", "P2"]
