"""Links that people make: parts of payments to quotas, what is unrelated, what is undone, and what is refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.kit.errors import Conflict, InvalidInput, MingzhangError, NotAllowed, NotFound, Refused
from services.ledger import usecases
from services.ledger.domain.link_rows import request_hash
from services.ledger.domain.links import Decision, Kind, LinkLine, OpenPart, due_on, is_late, spread
from services.ledger.usecases import tracing
from services.ledger.usecases.reading import Filter
from tests.unit.ledger.linker import TODAY, Linker
from tests.unit.ledger.papers import Desk, officer
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, World

OTHER = "青财农字〔2018〕200号"
Case = Callable[[Linker], Any]


@pytest.fixture
def waiting(world: World) -> World:
    """Two quotas of two funds, a payment in suspense, one linked by its document number, and one of a neighbour."""
    world.post("quota", {"key": "Q1"}, {"key": "Q2", "document_number": OTHER, "fund_code": "C30"})
    world.post("quota", {"key": "QN", "division_code": NEIGHBOUR})
    world.post("project", {"key": "X1"}, {"key": "XN", "division_code": NEIGHBOUR})
    world.pay(
        {"key": "P1", "document_number": "没有", "payee_kind": "person"},
        {"key": "P2", "voucher_no": "V2"},
        {"key": "PN", "division_code": NEIGHBOUR, "document_number": "没有"},
        {"key": "P3", "document_number": "没有", "fiscal_year": 2017, "voucher_no": "V3"},
    )
    return world


def shares(world: World, payment: str) -> list[tuple[str, str | None, int]]:
    """category, quota and fen of the standing shares of a payment, as its page shows them."""
    detail = usecases.get_payment(world.reader, Scope(""), payment)
    standing = detail.shares.filter(detail.shares["standing"])
    return list(standing.select("category", "quota_key", "amount_fen").iter_rows())


def summed(world: World, category: str) -> int:
    """What was paid of a category, fen."""
    return usecases.summary(world.reader, Scope(""), Filter(category=category)).total.paid_fen


def test_a_payment_goes_to_several_quotas_in_parts_and_the_rest_stays_in_suspense(waiting: World) -> None:
    Linker(waiting).link(("P1", "Q1", 4_000), ("P1", "Q2", 1_000))

    assert shares(waiting, "P1") == [
        ("poverty", "Q1", 4_000),
        ("project", "Q2", 1_000),
        ("unassigned", None, 5_000),
    ]
    assert summed(waiting, "project") == 1_000
    assert usecases.summary(waiting.reader, Scope(""), Filter()).suspense_fen == 5_000 + 20_000
    assert waiting.verify().fault == ""


def test_a_link_moves_a_payment_that_was_linked_by_its_document_number(waiting: World) -> None:
    Linker(waiting).link(("P2", "Q2", 10_000))

    assert shares(waiting, "P2") == [("project", "Q2", 10_000)]
    assert (summed(waiting, "poverty"), summed(waiting, "project")) == (0, 10_000)


def test_what_a_person_linked_stays_when_a_quota_comes_that_fits_better(waiting: World) -> None:
    Linker(waiting).link(("P1", "Q2", 6_000))
    waiting.post("quota", {"key": "Q3", "document_number": "没有"})

    assert shares(waiting, "P1") == [("project", "Q2", 6_000), ("poverty", "Q3", 4_000)]


def test_undoing_brings_money_back_to_where_its_document_says_now(waiting: World) -> None:
    linker = Linker(waiting)
    linker.link(("P1", "Q2", 10_000), key="ONE")
    waiting.post("quota", {"key": "Q3", "document_number": "没有"})
    linker.undo("ONE")

    assert shares(waiting, "P1") == [("poverty", "Q3", 10_000)]
    assert waiting.verify().fault == ""


def test_unrelated_money_leaves_the_sums_but_not_the_ledger_and_comes_back(waiting: World) -> None:
    linker = Linker(waiting)
    linker.unrelated(("P1", 0), key="ONE")
    gone, seen = usecases.summary(waiting.reader, Scope(""), Filter()), shares(waiting, "P1")
    kept = waiting.scalar("SELECT sum(unrelated_fen)::bigint FROM measured")
    linker.undo("ONE")

    assert (gone.suspense_fen, kept, seen) == (20_000, 10_000, [("unrelated", None, 10_000)])
    assert usecases.summary(waiting.reader, Scope(""), Filter()).suspense_fen == 30_000
    assert shares(waiting, "P1") == [("unassigned", None, 10_000)]


def test_a_refund_takes_what_nobody_linked_first_and_then_the_newest_part(waiting: World) -> None:
    linker = Linker(waiting)
    linker.link(("P1", "Q1", 4_000))
    linker.link(("P1", "Q2", 3_000))
    waiting.pay({"key": "C1", "original_key": "P1", "amount_fen": -4_500, "effective_on": date(2018, 7, 9)})

    assert shares(waiting, "P1") == [("poverty", "Q1", 4_000), ("project", "Q2", 1_500)]
    assert (summed(waiting, "poverty"), summed(waiting, "project")) == (14_000, 1_500)


@pytest.mark.parametrize(
    ("correction", "row", "parts", "of_row", "of_parts"),
    [
        (-30, 50, (20,), -30, {}),
        (-60, 50, (20,), -50, {1: -10}),
        (-60, 20, (10, 20, 30), -20, {3: -30, 2: -10}),
        (-90, 50, (20,), -70, {1: -20}),
        (30, 50, (20,), 30, {}),
        (-10, 0, (20,), 0, {1: -10}),
        (60, -50, (-20,), 50, {1: 10}),
        (-5, 0, (), -5, {}),
        (-10, -5, (20,), 0, {1: -10}),
    ],
)
def test_a_correction_is_spread(
    correction: int, row: int, parts: tuple[int, ...], of_row: int, of_parts: dict[int, int]
) -> None:
    found = spread(correction, row, [OpenPart(line, fen) for line, fen in enumerate(parts, start=1)])

    assert found == (of_row, of_parts)


def test_a_disbursement_travels_with_the_part_of_its_document(waiting: World) -> None:
    waiting.post(
        "disbursement", {"key": "D1", "document_number": OTHER}, {"key": "D2", "document_number": "别的"}
    )
    linker = Linker(waiting)
    linker.link(("P1", "Q1", 4_000), ("P1", "Q2", 6_000), key="ONE")
    waiting.post("disbursement", {"key": "D3", "document_number": OTHER})
    linked = waiting.rows("SELECT key, category FROM disbursement ORDER BY key")
    linker.undo("ONE")

    assert linked == [("D1", "project"), ("D2", "poverty"), ("D3", "project")]
    assert set(waiting.rows("SELECT category FROM disbursement")) == {("unassigned",)}


def test_the_way_up_and_the_way_down_show_parts_with_their_amounts(waiting: World) -> None:
    Linker(waiting).link(("P1", "Q1", 4_000, "X1"), ("P1", "Q2", 6_000))
    way = tracing.trace_payment(waiting.traces, Scope(""), "P1")
    up = [(share.steps[0].key, share.amount_fen) for share in way.shares if share.standing]
    down = tracing.quota_payments(waiting.traces, Scope(""), "Q2", "", None, 10).payments
    of_project = tracing.quota_payments(waiting.traces, Scope(""), "Q1", "X1", None, 10).payments

    assert up == [("Q1", 4_000), ("Q2", 6_000)]
    assert list(down.select("key", "standing_fen").iter_rows()) == [("P1", 6_000)]
    assert list(of_project.select("key", "standing_fen").iter_rows()) == [("P1", 4_000)]


def test_whoever_sees_the_fund_of_a_part_sees_the_payment(waiting: World) -> None:
    scope = Scope(COUNTY, ("C30",))
    before = usecases.list_payments(waiting.reader, scope, Filter(), None, 10).payments.height
    Linker(waiting).link(("P1", "Q2", 6_000))
    for wanted in (Filter(), Filter(category="project"), Filter(fund_code="C30")):
        found = usecases.list_payments(waiting.reader, scope, wanted, None, 10).payments["key"].to_list()

        assert (before, found) == (0, ["P1"])
    assert usecases.get_payment(waiting.reader, scope, "P1").payment["key"][0] == "P1"


def test_the_same_decision_again_changes_nothing_and_another_of_its_key_is_a_conflict(waiting: World) -> None:
    linker = Linker(waiting)
    first = linker.link(("P1", "Q1", 4_000), key="ONE")
    again = linker.link(("P1", "Q1", 4_000), key="ONE")
    with pytest.raises(Conflict) as refusal:
        linker.link(("P1", "Q1", 4_001), key="ONE")

    assert (first.posted, again.posted, again.known) == (1, 0, 1)
    assert (refusal.value.code, waiting.scalar("SELECT count(*) FROM part")) == ("ledger.key_conflict", 1)


def test_a_quota_may_be_overdrawn_by_what_has_happened(waiting: World) -> None:
    waiting.post("quota", {"key": "SMALL", "document_number": "小", "amount_fen": 1_000})
    posted = Linker(waiting).link(("P1", "SMALL", 10_000))

    assert posted.posted == 1
    assert Desk(waiting).balances("SMALL")["free"] == -9_000


REFUSED: list[tuple[str, type[MingzhangError], str, Case]] = [
    ("over", Refused, "ledger.over_linked", lambda by: by.link(("P1", "Q1", 10_001))),
    (
        "over in sum",
        Refused,
        "ledger.over_linked",
        lambda by: by.link(("P1", "Q1", 6_000), ("P1", "Q2", 4_001)),
    ),
    ("linked before", Refused, "ledger.over_linked", lambda by: by.link(("DONE", "Q1", 1))),
    ("unrelated twice", Refused, "ledger.over_linked", lambda by: by.unrelated(("DONE", 0))),
    ("other sign", Refused, "ledger.link_sign", lambda by: by.link(("P1", "Q1", -1))),
    ("nothing", InvalidInput, "ledger.amount", lambda by: by.link(("P1", "Q1", 0))),
    ("no payment", Refused, "ledger.payment_unknown", lambda by: by.link(("P0", "Q1", 1))),
    ("another's payment", Refused, "ledger.payment_unknown", lambda by: by.link(("PN", "Q1", 1))),
    ("a correction", Refused, "ledger.payment_unknown", lambda by: by.link(("C1", "Q1", -1))),
    ("no quota", Refused, "ledger.quota_unknown", lambda by: by.link(("P1", "Q0", 1))),
    ("another's quota", Refused, "ledger.quota_unknown", lambda by: by.link(("P1", "QN", 1))),
    ("another's project", Refused, "ledger.project_unknown", lambda by: by.link(("P1", "Q1", 1, "XN"))),
    ("closed year", Refused, "ledger.closed_year", lambda by: by.link(("P3", "Q1", 1))),
    ("linked by number", Refused, "ledger.payment_linked", lambda by: by.unrelated(("P2", 0))),
    ("no reason", InvalidInput, "ledger.reason_missing", lambda by: by.unrelated(("P1", 0), reason=" ")),
    ("undone without reason", InvalidInput, "ledger.reason_missing", lambda by: by.undo("ONE", reason="")),
    ("undone twice", Refused, "ledger.undone_before", lambda by: by.undo("GONE")),
    ("undo of an undoing", Refused, "ledger.undo_undone", lambda by: by.undo("UNDOING")),
    ("undo of nothing", NotFound, "ledger.link_unknown", lambda by: by.undo("NOTHING")),
    ("no lines", InvalidInput, "ledger.lines", lambda by: by.link()),
    ("too many", InvalidInput, "ledger.lines", lambda by: by.link(*((f"P{n}", "Q1", 1) for n in range(501)))),
    ("twice", InvalidInput, "ledger.line_twice", lambda by: by.link(("P1", "Q1", 1), ("P1", "Q1", 2))),
    (
        "long reason",
        InvalidInput,
        "ledger.text_too_long",
        lambda by: by.link(("P1", "Q1", 1), reason="长" * 501),
    ),
    ("control", InvalidInput, "ledger.unstorable_text", lambda by: by.link(("P1\x00", "Q1", 1))),
    ("no key", InvalidInput, "ledger.field_missing", lambda by: by.link(("P1", "Q1", 1), key="")),
    ("huge", InvalidInput, "ledger.amount", lambda by: by.link(("P1", "Q1", 2**62))),
    ("no quota said", InvalidInput, "ledger.field_missing", lambda by: by.link(("P1", "", 1))),
]


@pytest.mark.parametrize(
    ("kind", "code", "case"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED]
)
def test_what_cannot_be_decided_is_refused_in_both_languages_and_changes_nothing(
    waiting: World, kind: type[MingzhangError], code: str, case: Case
) -> None:
    linker = Linker(waiting)
    waiting.pay({"key": "DONE", "document_number": "没有"})
    waiting.pay({"key": "C1", "original_key": "P1", "amount_fen": -1})
    waiting.pay({"key": "C2", "original_key": "P1", "amount_fen": 1})
    linker.link(("DONE", "Q1", 10_000), key="ONE")
    linker.link(("P1", "Q1", 1), key="GONE")
    linker.undo("GONE", key="UNDOING")
    waiting.tamper("INSERT INTO closed_year VALUES (2017, 'admin', now())")
    height = waiting.chain.head()
    with pytest.raises(kind) as refusal:
        case(linker)

    assert refusal.value.code == code
    assert all((refusal.value.zh, refusal.value.en))
    assert waiting.chain.head() == height


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (officer(NEIGHBOUR), "ledger.other_division"),
        (Caller("somebody", (), Scope(COUNTY)), "caller.role_missing"),
        (Caller("admin", (ADMINISTRATOR,), Scope(NEIGHBOUR)), "ledger.other_division"),
    ],
)
def test_only_who_acts_for_the_division_links_its_payments(waiting: World, caller: Caller, code: str) -> None:
    Linker(waiting).link(("P1", "Q1", 1), key="ONE")
    with pytest.raises(NotAllowed) as refusal:
        Linker(waiting, caller).link(("P1", "Q1", 1), key="TWO")
    with pytest.raises(MingzhangError):
        Linker(waiting, caller).undo("ONE", key="THREE")

    assert refusal.value.code == code
    assert waiting.scalar("SELECT count(*) FROM link") == 1


def test_an_officer_of_a_fund_links_only_what_the_fund_sees(waiting: World) -> None:
    mine = Linker(waiting, Caller("officer", (FINANCE_OFFICER,), Scope(COUNTY, ("C30",))))
    Linker(waiting).link(("P1", "Q2", 5_000), key="SEEN")
    mine.link(("P1", "Q2", 1_000), key="MINE")
    for line, code in (
        (("P1", "Q1", 1), "ledger.quota_unknown"),
        (("P2", "Q2", 1), "ledger.payment_unknown"),
    ):
        with pytest.raises(Refused) as refusal:
            mine.link(line)

        assert refusal.value.code == code


def test_a_payment_is_late_after_the_day_of_the_month_after_it() -> None:
    december = date(2018, 12, 31)

    assert due_on(date(2018, 7, 3)) == date(2018, 8, 3)
    assert due_on(december) == date(2019, 1, 3)
    assert due_on(december, 10) == date(2019, 1, 10)
    assert not is_late(december, date(2019, 1, 3))
    assert is_late(december, date(2019, 1, 4))


def test_a_decision_says_who_made_it_when_and_why_in_the_chain(waiting: World) -> None:
    Linker(waiting).link(("P1", "Q1", 4_000), key="ONE", reason="凭证摘要注明")
    row = waiting.rows("SELECT kind, division_code, reason, recorded_on, recorded_by FROM link")
    waiting.tamper("UPDATE link_line SET amount_fen = 5000")

    assert row == [("link", COUNTY, "凭证摘要注明", TODAY, f"officer of {COUNTY}")]
    assert "挂接明细 ONE:1" in waiting.verify().fault_zh


def test_a_decision_is_the_same_whoever_makes_it_and_another_with_any_other_content() -> None:
    one = Decision("K", Kind.LINK, COUNTY, (LinkLine("P1", "Q1", "", 1),))
    others = [
        replace(one, reason="别的"),
        replace(one, kind=Kind.UNRELATED),
        replace(one, lines=(*one.lines, *one.lines)),
        replace(one, lines=(LinkLine("P1", "Q1", "X1", 1),)),
    ]

    assert len({request_hash(decision) for decision in (one, *others)}) == 5
