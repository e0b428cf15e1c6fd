"""上下级对账: what was issued against what was registered, and what each level made of a document."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from services.kit.caller import Scope
from services.kit.errors import InvalidInput, NotAllowed
from services.ledger.domain.documents import Kind
from services.ledger.usecases import reconciling
from services.ledger.usecases.reconciling import IssueLine, IssuePage, IssueState, Wanted
from tests.unit.ledger.chains import CENTRAL, OF_PROVINCE, OF_XINING, received
from tests.unit.ledger.papers import Desk
from tests.unit.ledger.world import COUNTY, FAR_COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World

ALL = Scope("")
UNKNOWN = "无此文〔2018〕9号"


def issues(world: World, scope: Scope = ALL, **wanted: Any) -> IssuePage:
    return reconciling.reconcile_issues(world.reconciliation, scope, Wanted(**wanted), None, 500)


def told(page: IssuePage) -> list[tuple[str, str, int, int, str]]:
    """Receiving division, upper document, issued, registered and state of each line."""
    return [
        (
            line.division_code,
            line.upper_document_number,
            line.issued_fen,
            line.registered_fen,
            line.state.value,
        )
        for line in page.lines
    ]


def levels(world: World, scope: Scope = ALL, **wanted: Any) -> dict[tuple[str, str], list[tuple[Any, ...]]]:
    """(document, fund) -> level, quotas, amount, issued and paid."""
    page = reconciling.reconcile_documents(world.reconciliation, scope, Wanted(**wanted), None, 500)
    return {
        (one.document_number, one.fund_code): [
            (each.level, each.quotas, each.amount_fen, each.issued_fen, each.paid_fen) for each in one.levels
        ]
        for one in page.documents
    }


def test_what_was_issued_is_compared_with_what_was_registered(chain: World) -> None:
    page = issues(chain)

    assert told(page) == [
        (PREFECTURE, CENTRAL, 600_000, 600_000, "agrees"),
        (COUNTY, OF_PROVINCE, 300_000, 300_000, "agrees"),
        (NEIGHBOUR, OF_PROVINCE, 200_000, 200_000, "agrees"),
        (FAR_COUNTY, UNKNOWN, 0, 5_000, "upper_not_recorded"),
        (FAR_COUNTY, CENTRAL, 250_000, 250_000, "agrees"),
    ]
    assert page.totals == (1_350_000, 1_355_000, 1, 5)
    assert page.next is None


def test_a_line_counts_all_quotas_of_its_upper_quota_and_division(world: World) -> None:
    world.post("quota", {"key": "U", "division_code": PROVINCE, "document_number": CENTRAL})
    world.post("quota", *(received(f"L{n}", COUNTY, f"文{n}", PROVINCE, CENTRAL, 10 + n) for n in range(3)))
    (line,) = issues(world).lines

    assert (line.upper_key, line.issues, line.registered, line.issued_fen) == ("U", 3, 3, 33)
    assert (line.since, line.days(date(2018, 7, 30))) == (None, 0)


def test_what_names_an_upper_that_is_not_recorded_counts_its_days(chain: World) -> None:
    (line,) = issues(chain, only_differences=True).lines

    assert (line.upper_division_code, line.upper_key, line.difference_fen) == ("632800", None, -5_000)
    assert (line.since, line.days(date(2018, 2, 11)), line.days(date(2018, 1, 1))) == (
        date(2018, 2, 1),
        10,
        0,
    )


def test_a_difference_ends_when_the_upper_is_registered(chain: World) -> None:
    chain.post("quota", {"key": "U2", "division_code": "632800", "document_number": UNKNOWN, "amount_fen": 9})
    page = issues(chain, only_differences=True)

    assert (list(page.lines), page.totals.differing) == ([], 0)
    assert (FAR_COUNTY, UNKNOWN, 5_000, 5_000, "agrees") in told(issues(chain))


def test_what_is_in_transit_is_a_difference_until_it_is_received(world: World) -> None:
    desk = Desk(world)
    desk.register("P", 1_000_00)
    desk.hand_in(
        Kind.ISSUE, {"quota_key": "P", "amount_fen": 700_00, "to_division_code": COUNTY}, key="ISSUE"
    )
    page = issues(world, Scope(COUNTY), only_differences=True)
    (line,) = page.lines
    desk.hand_in(Kind.RECEIVE, {"quota_key": "L", "issue_line_key": "ISSUE:1"}, division_code=COUNTY)
    received = issues(world, Scope(COUNTY))

    assert told(page) == [(COUNTY, "青财农字〔2018〕1号", 700_00, 0, "not_received")]
    assert (line.issues, line.registered, line.fund_code, line.fiscal_year) == (1, 0, "C22", 2018)
    assert (line.since, line.days(date(2018, 3, 31))) == (date(2018, 3, 1), 30)
    assert told(received) == [(COUNTY, "青财农字〔2018〕1号", 700_00, 700_00, "agrees")]


@pytest.mark.parametrize(
    ("issued", "registered", "state"),
    [
        (10, 10, IssueState.AGREES),
        (10, 9, IssueState.NOT_RECEIVED),
        (10, 11, IssueState.MORE_RECEIVED),
    ],
)
def test_a_line_says_how_its_sides_compare(issued: int, registered: int, state: IssueState) -> None:
    line = IssueLine(COUNTY, CENTRAL, PROVINCE, "C22", 2018, "U", "C22", issued, registered, 1, 1, None)

    assert (line.state, line.difference_fen) == (state, issued - registered)
    assert line._replace(upper_key=None).state is IssueState.UPPER_NOT_RECORDED


@pytest.mark.parametrize(
    ("wanted", "divisions"),
    [
        ({"division_code": PREFECTURE}, {PREFECTURE, COUNTY, NEIGHBOUR}),
        ({"division_code": COUNTY}, {COUNTY}),
        ({"fund_code": "C30"}, set()),
        ({"fund_code": "C22", "fiscal_year": 2018}, {PREFECTURE, COUNTY, NEIGHBOUR, FAR_COUNTY}),
        ({"fiscal_year": 2017}, set()),
    ],
)
def test_lines_are_filtered(chain: World, wanted: dict[str, Any], divisions: set[str]) -> None:
    assert {line.division_code for line in issues(chain, **wanted).lines} == divisions


@pytest.mark.parametrize(
    ("scope", "divisions"),
    [
        (Scope(PREFECTURE), [PREFECTURE, COUNTY, NEIGHBOUR]),
        (Scope(COUNTY), [COUNTY]),
        (Scope("", ("C30",)), []),
        (Scope("640000"), []),
    ],
)
def test_a_scope_sees_what_its_divisions_received(chain: World, scope: Scope, divisions: list[str]) -> None:
    page = issues(chain, scope)

    assert [line.division_code for line in page.lines] == divisions
    assert page.totals.all == len(divisions)


def test_the_key_of_an_upper_quota_is_told_to_those_who_may_open_it(chain: World) -> None:
    (line,) = issues(chain, Scope(COUNTY)).lines
    scopes = (ALL, Scope(PREFECTURE), Scope(COUNTY), Scope("", ("C30",)), Scope(PREFECTURE, ("C22",)))

    assert [reconciling.shown_upper_key(line, scope) for scope in scopes] == ["M", "M", "", "", "M"]


def test_a_subtree_outside_the_scope_is_not_allowed(chain: World) -> None:
    for ask in (
        lambda: issues(chain, Scope(COUNTY), division_code=NEIGHBOUR),
        lambda: levels(chain, Scope(COUNTY), division_code=PROVINCE),
    ):
        with pytest.raises(NotAllowed):
            ask()


@pytest.mark.parametrize("only_differences", [False, True])
@pytest.mark.parametrize("limit", [1, 2, 500])
def test_lines_are_walked_in_pages(chain: World, limit: int, only_differences: bool) -> None:
    chain.post(
        "quota",
        received("Y", COUNTY, "孤〔2018〕2号", PREFECTURE, UNKNOWN, 7, fund_code=None),
        received("Z", COUNTY, "孤〔2018〕3号", PREFECTURE, UNKNOWN, 8, fiscal_year=2019),
    )
    wanted = Wanted(only_differences=only_differences)
    whole = reconciling.reconcile_issues(chain.reconciliation, ALL, wanted, None, 500)
    walked: list[IssueLine] = []
    after = None
    while True:
        page = reconciling.reconcile_issues(chain.reconciliation, ALL, wanted, after, limit)
        walked += page.lines
        after = page.next
        if after is None:
            break

    assert walked == list(whole.lines)
    assert (len(walked), page.totals) == (3 if only_differences else 7, whole.totals)


def test_each_level_of_a_document_is_summed(chain: World) -> None:
    assert levels(chain) == {
        (CENTRAL, "C22"): [
            ("province", 1, 900_000, 850_000, 0),
            ("prefecture", 1, 600_000, 500_000, 0),
            ("county", 3, 750_000, 0, 35_000),
        ],
        ("孤〔2018〕1号", "C22"): [("county", 1, 5_000, 0, 1_000)],
    }


def test_what_the_levels_kept_is_what_the_document_brought(chain: World) -> None:
    (amount, *_), *_ = [(each[2], each) for each in levels(chain)[CENTRAL, "C22"]]
    kept = sum(each[2] - each[3] for each in levels(chain)[CENTRAL, "C22"])

    assert kept == amount == 900_000


def test_a_document_whose_upper_is_not_recorded_is_not_complete(chain: World) -> None:
    page = reconciling.reconcile_documents(chain.reconciliation, ALL, Wanted(), None, 500)

    assert {one.document_number: one.complete for one in page.documents} == {
        CENTRAL: True,
        "孤〔2018〕1号": False,
    }


def test_a_county_sees_its_own_level_of_the_central_document(chain: World) -> None:
    assert levels(chain, Scope(COUNTY)) == {(CENTRAL, "C22"): [("county", 1, 300_000, 0, 35_000)]}
    assert levels(chain, Scope("", ("C30",))) == {}


@pytest.mark.parametrize("limit", [1, 2])
def test_documents_are_walked_in_pages(chain: World, limit: int) -> None:
    chain.post(
        "quota", {"key": "V", "division_code": PROVINCE, "document_number": CENTRAL, "fund_code": "C30"}
    )
    walked, after = [], None
    while True:
        page = reconciling.reconcile_documents(chain.reconciliation, ALL, Wanted(), after, limit)
        walked += [(one.document_number, one.fund_code, len(one.levels)) for one in page.documents]
        after = page.next
        if after is None:
            break

    assert walked == [("孤〔2018〕1号", "C22", 1), (CENTRAL, "C22", 3), (CENTRAL, "C30", 1)]


def test_quotas_that_name_each_other_are_summed_once(world: World) -> None:
    world.post(
        "quota",
        received("A", COUNTY, "甲", PREFECTURE, "乙", 10),
        received("B", PREFECTURE, "乙", COUNTY, "甲", 10),
    )
    found = levels(world)

    assert sum(each[1] for sums in found.values() for each in sums) == 2


@pytest.mark.parametrize("limit", [0, 501])
def test_no_page_of_a_reconciliation_is_longer_than_five_hundred(world: World, limit: int) -> None:
    for ask in (
        lambda: reconciling.reconcile_issues(world.reconciliation, ALL, Wanted(), None, limit),
        lambda: reconciling.reconcile_documents(world.reconciliation, ALL, Wanted(), None, limit),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask()

        assert refused.value.code == "ledger.page_size"


def test_a_reconciliation_of_a_control_character_is_a_typed_error(world: World) -> None:
    for ask in (
        lambda: issues(world, fund_code="a\x00"),
        lambda: levels(world, fund_code="a\x00"),
    ):
        with pytest.raises(InvalidInput) as refused:
            ask()

        assert refused.value.code == "ledger.unstorable_text"


def test_the_documents_of_a_prefecture_are_those_it_received_by(chain: World) -> None:
    found = levels(chain, Scope(PREFECTURE))

    assert found == {
        (CENTRAL, "C22"): [("prefecture", 1, 600_000, 500_000, 0), ("county", 2, 500_000, 0, 35_000)]
    }
    assert OF_XINING not in {number for number, _ in found}
