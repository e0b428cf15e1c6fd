"""Following money down: from a document to the people, node by node, and never past what a scope may know."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.kit.caller import Scope
from services.kit.errors import InvalidInput, NotAllowed, NotFound
from services.ledger.usecases import tracing
from services.ledger.usecases.reading import Filter
from services.ledger.usecases.tracing import NodePlace
from tests.unit.ledger.chains import CENTRAL, OF_PROVINCE, OF_XINING, received
from tests.unit.ledger.world import COUNTY, FAR_COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World

ALL, OF_COUNTY, OF_PREFECTURE = Scope(""), Scope(COUNTY), Scope(PREFECTURE)


def node(world: World, key: str, scope: Scope = ALL) -> tracing.Node:
    return tracing.get_quota(world.traces, scope, key, None, 500).node


def test_a_quota_shows_what_became_of_it_here_and_below(chain: World) -> None:
    top, middle, county = (node(chain, key) for key in ("U", "M", "L1"))

    assert (top.amount_fen, top.issued_fen, top.children, top.children_fen, top.below) == (
        900_000,
        850_000,
        2,
        850_000,
        4,
    )
    assert (top.paid_fen, top.below_paid_fen, top.below_intermediate_fen) == (0, 35_000, 10_000)
    assert (middle.missing_fen, middle.below, middle.progress_bp) == (0, 2, 583)
    assert (county.allotted_fen, county.free_fen, county.paid_fen, county.children) == (
        127_000,
        173_000,
        35_000,
        0,
    )


def test_a_tree_opens_level_by_level(chain: World) -> None:
    of_top = tracing.get_quota(chain.traces, ALL, "U", None, 10)
    of_middle = tracing.get_quota(chain.traces, ALL, "M", None, 10)
    of_county = tracing.get_quota(chain.traces, ALL, "L1", None, 10)

    assert [child.key for child in of_top.children.nodes] == ["M", "F"]
    assert [child.key for child in of_middle.children.nodes] == ["L1", "L2"]
    assert [step.key for step in of_county.steps] == ["M", "U"]
    assert [(one.project_key, one.project_name, one.allotted_fen) for one in of_county.allotments] == [
        ("X1", "人畜饮水", 120_000),
        ("X9", None, 7_000),
    ]
    assert [step.issued_here_fen for step in of_county.steps] == [300_000, 600_000]


def test_allotments_to_five_hundred_projects_are_told(chain: World) -> None:
    chain.post(
        "allotment",
        *(
            {"key": f"B{n}", "quota_key": "L2", "project_key": f"Y{n:03}", "amount_fen": 1}
            for n in range(501)
        ),
    )
    found = tracing.get_quota(chain.traces, ALL, "L2", None, 10)

    assert [one.project_key for one in found.allotments] == [f"Y{n:03}" for n in range(500)]
    assert found.more_allotments
    assert not tracing.get_quota(chain.traces, ALL, "L1", None, 10).more_allotments


def test_what_is_issued_and_not_registered_is_missing() -> None:
    one = tracing.Node(
        *(
            "Q",
            COUNTY,
            None,
            None,
            None,
            None,
            "recorded",
            None,
            None,
            "poverty",
            2018,
            None,
            date(2018, 1, 1),
        ),
        *(100, 70, 0, 30, 5, 0, 2, 45, 2, 20, 0),
    )

    assert (one.missing_fen, one.progress_bp) == (25, 2_500)
    assert one._replace(amount_fen=0).progress_bp == 0


@pytest.mark.parametrize("limit", [1, 2, 500])
def test_children_are_walked_in_pages(world: World, limit: int) -> None:
    world.post("quota", {"key": "U", "division_code": PROVINCE, "document_number": CENTRAL})
    world.post(
        "quota",
        *(
            received(f"L{n}", (COUNTY, NEIGHBOUR)[n % 2], f"文{n}", PROVINCE, CENTRAL, 1 + n)
            for n in range(5)
        ),
    )
    walked, after = [], None
    while True:
        page = tracing.get_quota(world.traces, ALL, "U", after, limit).children
        walked += [child.key for child in page.nodes]
        after = page.next
        if after is None:
            break

    assert walked == ["L0", "L2", "L4", "L1", "L3"]


def test_children_outside_the_scope_are_counted_but_not_shown(chain: World) -> None:
    chain.post(
        "quota", received("K", COUNTY, "另〔2018〕1号", PREFECTURE, OF_PROVINCE, 9_000, fund_code="C30")
    )
    found = tracing.get_quota(chain.traces, Scope(PREFECTURE, ("C22",)), "M", None, 10)

    assert [child.key for child in found.children.nodes] == ["L1", "L2"]
    assert (found.node.children, found.node.children_fen) == (3, 509_000)


@pytest.mark.parametrize(
    ("scope", "key"),
    [(OF_COUNTY, "M"), (OF_COUNTY, "L2"), (Scope("", ("C30",)), "U"), (ALL, "Q9"), (ALL, "")],
)
def test_a_quota_outside_the_scope_is_as_unknown_as_any(chain: World, scope: Scope, key: str) -> None:
    for ask in (
        lambda: tracing.get_quota(chain.traces, scope, key, None, 10),
        lambda: tracing.quota_payments(chain.traces, scope, key, "", None, 10),
    ):
        with pytest.raises(NotFound) as refused:
            ask()

        assert refused.value.code == "ledger.quota_unknown"


@pytest.mark.parametrize(
    ("scope", "number", "keys"),
    [
        (ALL, CENTRAL, ["U"]),
        (ALL, OF_PROVINCE, ["M", "F"]),
        (ALL, OF_XINING, ["L1", "L2"]),
        (OF_PREFECTURE, CENTRAL, ["M"]),
        (OF_PREFECTURE, OF_PROVINCE, ["M"]),
        (OF_COUNTY, CENTRAL, ["L1"]),
        (OF_COUNTY, OF_PROVINCE, ["L1"]),
        (Scope(FAR_COUNTY), CENTRAL, ["F"]),
    ],
)
def test_a_document_leads_to_its_quotas_or_to_the_first_ones_below_it_in_the_scope(
    chain: World, scope: Scope, number: str, keys: list[str]
) -> None:
    found = tracing.trace_document(chain.traces, scope, number, None, 500)

    assert [one.key for one in found.nodes] == keys
    assert found.next is None


@pytest.mark.parametrize(
    ("scope", "number"), [(ALL, "无"), (Scope("640000"), CENTRAL), (Scope("", ("C30",)), CENTRAL), (ALL, "")]
)
def test_a_document_that_nothing_in_the_scope_goes_back_to_is_unknown(
    chain: World, scope: Scope, number: str
) -> None:
    with pytest.raises(NotFound) as refused:
        tracing.trace_document(chain.traces, scope, number, None, 10)

    assert refused.value.code == "ledger.document_unknown"


@pytest.mark.parametrize(
    ("division", "wanted", "keys"),
    [
        (FAR_COUNTY, {}, ["F", "X"]),
        (PROVINCE, {"fund_code": "C22", "fiscal_year": 2018}, ["U"]),
        (PREFECTURE, {"fund_code": "C30"}, []),
        (PREFECTURE, {"fiscal_year": 2017}, []),
        ("", {}, []),
    ],
)
def test_the_quotas_of_a_division_are_its_own_alone(
    chain: World, division: str, wanted: dict[str, Any], keys: list[str]
) -> None:
    found = tracing.list_quotas(chain.traces, ALL, Filter(division_code=division, **wanted), None, 500)
    first = tracing.list_quotas(chain.traces, ALL, Filter(division_code=division, **wanted), None, 1)
    rest = tracing.list_quotas(chain.traces, ALL, Filter(division_code=division, **wanted), first.next, 500)

    assert [one.key for one in found.nodes] == keys
    assert [one.key for one in (*first.nodes, *(rest.nodes if first.next else ()))] == keys


def test_the_quotas_of_a_division_outside_the_scope_are_not_allowed(chain: World) -> None:
    with pytest.raises(NotAllowed):
        tracing.list_quotas(chain.traces, OF_COUNTY, Filter(division_code=NEIGHBOUR), None, 10)


def test_the_quotas_of_a_document_are_walked_in_pages(chain: World) -> None:
    first = tracing.trace_document(chain.traces, ALL, OF_XINING, None, 1)
    second = tracing.trace_document(chain.traces, ALL, OF_XINING, first.next, 1)

    assert first.next == NodePlace(COUNTY, "L1")
    assert ([one.key for one in second.nodes], second.next) == (["L2"], None)


def test_the_payments_of_a_quota_come_newest_first_with_what_stands_of_them(chain: World) -> None:
    chain.pay({"key": "C1", "original_key": "P1", "amount_fen": -30_000})
    chain.post("disbursement", {"key": "D1", "voucher_no": "V2", "document_number": OF_XINING})
    first = tracing.quota_payments(chain.traces, OF_COUNTY, "L1", "", None, 1)
    second = tracing.quota_payments(chain.traces, OF_COUNTY, "L1", "", first.next, 1)
    of_other_project = tracing.quota_payments(chain.traces, OF_COUNTY, "L1", "X9", None, 1)
    shown = [
        page.payments.select("key", "standing_fen", "has_disbursements").rows() for page in (first, second)
    ]

    assert shown == [[("P2", 5_000, True)], [("P1", 0, False)]]
    assert (second.next, of_other_project.payments.height) == (None, 0)


def test_disbursement_lines_are_masks_and_tokens(chain: World) -> None:
    chain.post(
        "disbursement",
        {"key": "D1", "document_number": OF_XINING, "name_mask": "张*", "account_mask": "9999****01"},
        {"key": "D2", "document_number": OF_XINING, "person_token": 502},
        {"key": "D3", "voucher_no": "V2"},
        {"key": "D4", "document_number": OF_XINING, "original_key": "D2", "amount_fen": -5_000},
    )
    first = tracing.disbursement_lines(chain.traces, OF_COUNTY, "P1", 0, 1)
    of_second_payment = tracing.disbursement_lines(chain.traces, OF_COUNTY, "P2", 0, 10)

    assert first.lines.select("key", "name_mask", "account_mask", "person_token", "remaining_fen").rows() == [
        ("D1", "张*", "9999****01", 501, 5_000)
    ]
    assert first.next is None
    assert of_second_payment.lines["key"].to_list() == ["D3"]


def test_disbursement_lines_are_walked_in_pages(chain: World) -> None:
    chain.post("disbursement", *({"key": f"D{n}", "document_number": OF_XINING} for n in range(5)))
    walked: list[str] = []
    after = 0
    while True:
        page = tracing.disbursement_lines(chain.traces, ALL, "P1", after, 2)
        walked += page.lines["key"].to_list()
        if page.next is None:
            break
        after = page.next

    assert walked == ["D0", "D1", "D2", "D3", "D4"]


@pytest.mark.parametrize("limit", [0, -1, 501])
def test_no_page_is_longer_than_five_hundred(chain: World, limit: int) -> None:
    for ask in (
        lambda: tracing.get_quota(chain.traces, ALL, "U", None, limit),
        lambda: tracing.trace_document(chain.traces, ALL, CENTRAL, None, limit),
        lambda: tracing.quota_payments(chain.traces, ALL, "L1", "", None, limit),
        lambda: tracing.disbursement_lines(chain.traces, ALL, "P1", 0, limit),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask()

        assert refused.value.code == "ledger.page_size"


def test_a_control_character_is_a_typed_error_in_both_languages(chain: World) -> None:
    nul = "a\x00b"
    for ask in (
        lambda: tracing.search(chain.traces, ALL, nul),
        lambda: tracing.trace_payment(chain.traces, ALL, nul),
        lambda: tracing.trace_document(chain.traces, ALL, nul, None, 10),
        lambda: tracing.get_quota(chain.traces, ALL, nul, None, 10),
        lambda: tracing.quota_payments(chain.traces, ALL, "L1", nul, None, 10),
        lambda: tracing.disbursement_lines(chain.traces, ALL, nul, 0, 10),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask()

        assert refused.value.code == "ledger.unstorable_text"
        assert (refused.value.sentence("zh"), refused.value.sentence("en")) == (
            "文本含有控制字符",
            "a text holds a control character",
        )
