"""Following money up: from a payment to its document, and never past what a scope may know."""

from __future__ import annotations

from datetime import date

import pytest

from services.kit.caller import Scope
from services.kit.errors import InvalidInput, NotFound
from services.ledger.usecases import tracing
from services.ledger.usecases.tracing import PaymentTrace, Step
from tests.unit.ledger.chains import CENTRAL, OF_PROVINCE, OF_XINING, received
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World

ALL, OF_COUNTY, OF_PREFECTURE = Scope(""), Scope(COUNTY), Scope(PREFECTURE)


def trace(world: World, key: str, scope: Scope = ALL) -> PaymentTrace:
    return tracing.trace_payment(world.traces, scope, key)


def keys(found: PaymentTrace) -> tuple[str, str | None, list[str]]:
    """The payment that was asked for, its original and the corrections."""
    family, known = found.family, found.family.payments["key"].to_list()
    original = None if family.original is None else known[family.original]
    return known[family.asked], original, [known[row] for row in family.corrections]


def ways(found: PaymentTrace) -> list[list[str]]:
    """The document numbers of the way up of each share."""
    return [[step.document_number or "" for step in share.steps] for share in found.shares]


def test_a_payment_is_traced_to_the_document_its_money_came_with(chain: World) -> None:
    chain.post("disbursement", {"key": "D1", "document_number": OF_XINING}, {"key": "D2", "amount_fen": 700})
    found = trace(chain, "P1")
    (share,) = found.shares

    assert [(step.key, step.level, step.document_number, step.upper) for step in share.steps] == [
        ("L1", "county", OF_XINING, "recorded"),
        ("M", "prefecture", OF_PROVINCE, "recorded"),
        ("U", "province", CENTRAL, "none_named"),
    ]
    assert [(step.amount_fen, step.issued_here_fen) for step in share.steps] == [
        (300_000, None),
        (600_000, 300_000),
        (900_000, 600_000),
    ]
    assert (share.key, share.amount_fen, share.standing, share.steps[2].fund_level) == (
        "P1#1",
        30_000,
        True,
        "central",
    )
    assert (share.steps[0].issued_on, share.steps[0].received_on) == (date(2018, 1, 29), date(2018, 2, 1))
    assert (found.family.disbursements, found.family.disbursed_fen, found.family.block_height) == (
        2,
        5_700,
        4,
    )


def test_a_share_shows_the_allotment_that_it_draws_on(chain: World) -> None:
    found = trace(chain, "P1")
    allotment = found.shares[0].allotment

    assert allotment is not None
    assert (allotment.project_name, allotment.allotted_fen, allotment.left_fen, allotment.allotments) == (
        "人畜饮水",
        120_000,
        85_000,
        2,
    )
    assert found.family.project_name == "人畜饮水"
    assert trace(chain, "P3").shares[0].allotment is None


def test_a_share_in_suspense_has_no_way_up(chain: World) -> None:
    (share,) = trace(chain, "P4").shares

    assert (share.category, share.steps) == ("unassigned", [])


def test_a_quota_says_that_its_upper_is_not_recorded(chain: World) -> None:
    (step,) = trace(chain, "P5").shares[0].steps

    assert (step.upper, step.upper_document_number, step.issuer_division_code) == (
        "not_recorded",
        "无此文〔2018〕9号",
        "632800",
    )


def test_quotas_that_name_each_other_end_the_way(world: World) -> None:
    world.post(
        "quota",
        received("A", COUNTY, "甲", PREFECTURE, "乙", 10),
        received("B", PREFECTURE, "乙", COUNTY, "甲", 10),
    )
    world.pay({"key": "P1", "document_number": "甲"})
    steps = trace(world, "P1").shares[0].steps
    found = tracing.get_quota(world.traces, ALL, "A", None, 10)

    assert [(step.key, step.upper) for step in steps] == [("A", "recorded"), ("B", "circular")]
    assert (found.node.below, [child.key for child in found.children.nodes]) == (1, ["B"])
    assert [step.upper for step in found.steps] == ["circular"]


def test_corrections_are_shown_with_their_original(chain: World) -> None:
    chain.pay(
        {"key": "C1", "original_key": "P1", "amount_fen": -4_000},
        {"key": "C2", "original_key": "P1", "amount_fen": -1_000},
        {"key": "C9", "original_key": "P99", "amount_fen": -1},
    )
    of_original, of_correction, orphan = (trace(chain, key) for key in ("P1", "C2", "C9"))

    assert [(share.key, share.amount_fen, share.standing) for share in of_original.shares] == [
        ("P1#1", 30_000, False),
        ("P1#2", 25_000, True),
    ]
    assert keys(of_original) == ("P1", None, ["C1", "C2"])
    assert keys(of_correction) == ("C2", "P1", ["C1", "C2"])
    assert ways(of_correction) == ways(of_original)
    assert (keys(orphan), orphan.shares) == (("C9", None, ["C9"]), [])


def test_at_most_two_hundred_corrections_are_told_whichever_is_asked_for(world: World) -> None:
    world.pay(
        {"key": "P1"}, *({"key": f"C{n:03}", "original_key": "P1", "amount_fen": -1} for n in range(203))
    )

    assert keys(trace(world, "C202")) == ("C202", "P1", [f"C{n:03}" for n in range(200)])


def test_a_share_that_was_moved_keeps_its_former_way(world: World) -> None:
    world.pay({"key": "P1", "document_number": "晚〔2018〕1号"})
    world.post("quota", {"key": "Q1", "document_number": "晚〔2018〕1号"})
    found = trace(world, "P1")

    assert [(share.standing, share.category) for share in found.shares] == [
        (False, "unassigned"),
        (True, "poverty"),
    ]
    assert ways(found) == [[], ["晚〔2018〕1号"]]


def test_a_county_may_cite_the_documents_above_it_but_not_their_amounts(chain: World) -> None:
    own, issuer, top = trace(chain, "P1", OF_COUNTY).shares[0].steps

    assert (own.visible, own.key, own.amount_fen) == (True, "L1", 300_000)
    assert issuer == Step(
        key="",
        division_code=PREFECTURE,
        level="prefecture",
        document_number=OF_PROVINCE,
        upper_document_number=CENTRAL,
        issuer_division_code=PROVINCE,
        upper="recorded",
        fund_code="C22",
        fund_level="central",
        fiscal_year=0,
        issued_on=None,
        received_on=None,
        amount_fen=None,
        issued_here_fen=300_000,
        visible=False,
    )
    assert (top.document_number, top.amount_fen, top.issued_here_fen) == (CENTRAL, None, None)


def test_a_prefecture_sees_what_the_province_issued_to_it(chain: World) -> None:
    steps = trace(chain, "P1", OF_PREFECTURE).shares[0].steps

    assert [(step.visible, step.amount_fen, step.issued_here_fen) for step in steps] == [
        (True, 300_000, None),
        (True, 600_000, 300_000),
        (False, None, 600_000),
    ]


def test_an_upper_quota_of_another_fund_is_outside_a_scope_of_funds(world: World) -> None:
    world.post(
        "quota",
        {"key": "U", "division_code": PROVINCE, "document_number": CENTRAL, "fund_code": "C30"},
        received("L", COUNTY, OF_PROVINCE, PROVINCE, CENTRAL, 10),
    )
    world.pay({"key": "P1", "document_number": OF_PROVINCE})
    steps = trace(world, "P1", Scope("", ("C22",))).shares[0].steps

    assert [(step.fund_code, step.visible) for step in steps] == [("C22", True), ("C30", False)]


@pytest.mark.parametrize(
    ("scope", "key"),
    [(OF_COUNTY, "P3"), (OF_COUNTY, "P5"), (Scope("", ("C30",)), "P1"), (ALL, "P99"), (ALL, "")],
)
def test_a_payment_outside_the_scope_is_as_unknown_as_any(chain: World, scope: Scope, key: str) -> None:
    for ask in (
        lambda: trace(chain, key, scope),
        lambda: tracing.disbursement_lines(chain.traces, scope, key, 0, 10),
    ):
        with pytest.raises(NotFound) as refused:
            ask()

        assert refused.value.code == "ledger.payment_unknown"


@pytest.mark.parametrize(
    ("scope", "text", "payments", "quotas", "is_document"),
    [
        (ALL, "V2", ["P2"], [], False),
        (ALL, "P3", ["P3"], [], False),
        (ALL, " L1 ", [], ["L1"], False),
        (ALL, OF_XINING, [], ["L1", "L2"], True),
        (OF_COUNTY, "V1", ["P4", "P1"], [], False),
        (OF_COUNTY, CENTRAL, [], ["L1"], True),
        (OF_COUNTY, "L2", [], [], False),
        (Scope("", ("C30",)), "V1", [], [], False),
        (ALL, "什么都不是", [], [], False),
    ],
)
def test_a_number_is_found_whatever_it_names(
    chain: World, scope: Scope, text: str, payments: list[str], quotas: list[str], is_document: bool
) -> None:
    found = tracing.search(chain.traces, scope, text)

    assert (found.payments["key"].to_list(), [one.key for one in found.quotas]) == (payments, quotas)
    assert (found.is_document, found.more) == (is_document, False)


def test_a_search_tells_twenty_at_most(world: World) -> None:
    world.pay(*({"key": f"P{n}", "division_code": (COUNTY, NEIGHBOUR)[n % 2]} for n in range(21)))
    found = tracing.search(world.traces, ALL, "V1")

    assert (found.payments.height, found.more) == (20, True)


@pytest.mark.parametrize("text", ["", " ", "长" * 201])
def test_a_search_needs_a_text_of_one_to_two_hundred_characters(world: World, text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        tracing.search(world.traces, ALL, text)

    assert refused.value.code == "ledger.search_text"
