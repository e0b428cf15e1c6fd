"""What a document may not undo, take or overtake: each was a way in which money could be made or lost."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from services.kit.caller import Scope
from services.kit.errors import NotAllowed, Refused
from services.ledger import usecases
from services.ledger.domain.documents import Kind, Take
from services.ledger.storage import QuotaTables
from services.ledger.usecases.quota_reading import DocumentFilter
from tests.unit.ledger.papers import ADMIN, TODAY, Desk, line, officer, tree
from tests.unit.ledger.world import COUNTY, PREFECTURE, PROVINCE, World

NEXT_YEAR: dict[str, Any] = {"fiscal_year": 2019, "effective_on": date(2018, 12, 31)}


@pytest.fixture
def desk(world: World) -> Desk:
    """The province, a prefecture and a county with money: P 400, M 200, L 400 yuan free."""
    desk = Desk(world)
    tree(desk)
    return desk


def refusal(desk: Desk, kind: Kind, *lines: dict[str, Any], **head: Any) -> str:
    with pytest.raises(Refused) as refused:
        desk.hand_in(kind, *lines, **head)
    return refused.value.code


def test_a_registration_is_not_undone_once_its_money_was_moved_on(desk: Desk) -> None:
    desk.register("O", 0)
    desk.hand_in(Kind.REGISTER, line("A", 100, fund_code="C22"), key="REG")
    desk.hand_in(Kind.TRANSFER, line("A", 100, to_quota_key="O"))

    assert refusal(desk, Kind.REVERSE, original_key="REG") == "ledger.in_use"
    assert desk.balances("O") == {"transferred": -100_00, "free": 100_00}


def test_a_carry_over_is_not_undone_once_its_money_was_moved_on(desk: Desk) -> None:
    carried = line("L", take=Take.REST, to_quota_key="L19")
    desk.hand_in(Kind.CARRY_OVER, carried, division_code=COUNTY, key="CARRY", **NEXT_YEAR)
    desk.hand_in(Kind.RECOVER, line("L19", 100), division_code=COUNTY, **NEXT_YEAR)
    head = {**NEXT_YEAR, "division_code": COUNTY, "original_key": "CARRY"}

    assert refusal(desk, Kind.REVERSE, **head) == "ledger.in_use"


def test_a_receipt_is_not_undone_once_some_of_it_was_recovered(desk: Desk) -> None:
    desk.hand_in(Kind.RECOVER, line("L", 100), division_code=PREFECTURE)

    assert refusal(desk, Kind.REVERSE, original_key="D5", division_code=COUNTY) == "ledger.in_use"


def test_a_pending_registration_is_not_undone_once_it_was_released(desk: Desk) -> None:
    desk.hand_in(Kind.REGISTER, line("A", 100, fund_code="C22", pending=True), key="REG")
    desk.hand_in(Kind.RELEASE, line("A", 100))

    assert refusal(desk, Kind.REVERSE, original_key="REG") == "ledger.in_use"


def test_a_carry_over_of_a_closed_year_is_not_undone(desk: Desk) -> None:
    carried = line("L", take=Take.REST, to_quota_key="L19")
    desk.hand_in(Kind.CARRY_OVER, carried, division_code=COUNTY, key="CARRY", **NEXT_YEAR)
    desk.world.close(date(2018, 12, 31), date(2018, 12, 31))
    usecases.close_year(desk.world.years, 2018, "admin")
    head = {**NEXT_YEAR, "division_code": COUNTY, "original_key": "CARRY", "back_entry_reason": "补录"}

    assert refusal(desk, Kind.REVERSE, **head) == "ledger.closed_year"


def test_a_carried_over_quota_takes_no_lower_quota_from_the_one_it_came_from(world: World) -> None:
    desk = Desk(world)
    desk.register("P", 100_00)
    lower = {
        "key": "L",
        "amount_fen": 60_00,
        "issuer_division_code": PROVINCE,
        "upper_document_number": "青财农字〔2018〕1号",
    }
    world.post("quota", lower)
    desk.hand_in(Kind.CARRY_OVER, line("P", 40, to_quota_key="A19"), **NEXT_YEAR)

    assert desk.balances("P") == {"source": -100_00, "issued": 60_00, "carried_over": 40_00}
    assert desk.balances("A19") == {"carried_over": -40_00, "free": 40_00}


def test_a_lower_quota_of_which_some_was_recovered_keeps_its_upper_one(world: World) -> None:
    desk = Desk(world)
    upper = {"division_code": PROVINCE, "document_number": "上文", "amount_fen": 100_00}
    world.post("quota", {**upper, "key": "P"})
    lower = {"issuer_division_code": PROVINCE, "upper_document_number": "上文", "amount_fen": 60_00}
    world.post("quota", {**lower, "key": "L"})
    desk.hand_in(Kind.RECOVER, line("L", 20))
    world.post("quota", {**upper, "key": "A0"})

    assert desk.balances("P") == {"source": -100_00, "free": 60_00, "issued": 60_00, "recovered": -20_00}
    assert desk.balances("A0") == {"source": -100_00, "free": 100_00}


def test_what_payments_overdrew_is_made_good_before_anything_is_passed_on(world: World) -> None:
    desk = Desk(world)
    desk.register("P", 100_00, pending=True)
    number = "青财农字〔2018〕1号"
    world.pay({"key": "Z", "division_code": PROVINCE, "document_number": number, "amount_fen": 60_00})

    assert refusal(desk, Kind.ISSUE, line("P", 41, to_division_code=COUNTY)) == "ledger.over_limit"
    assert desk.hand_in(Kind.ISSUE, line("P", 40, to_division_code=COUNTY)).posted == 1


def test_an_import_of_another_document_leaves_what_is_in_transit(world: World) -> None:
    desk = Desk(world)
    desk.register("P", 200_00)
    desk.hand_in(Kind.ISSUE, line("P", 100, to_division_code=COUNTY))
    other = {"document_number": "另一文", "issuer_division_code": PROVINCE, "amount_fen": 100_00}
    world.post("quota", {**other, "key": "L", "upper_document_number": "青财农字〔2018〕1号"})

    assert desk.balances("P") == {"source": -200_00, "in_transit": 100_00, "issued": 100_00}


def test_an_allotment_does_not_reach_a_quota_that_no_longer_stands(world: World) -> None:
    desk = Desk(world)
    world.post("project", {"key": "X1"})
    desk.register("A", 100_00, division_code=COUNTY)
    desk.hand_in(Kind.REVERSE, original_key="D1", division_code=COUNTY)
    world.post("allotment", {"key": "A1", "quota_key": "A"})

    assert desk.balances("A") == {}


def test_the_same_document_at_the_same_time_is_posted_once_and_known_to_the_others(desk: Desk) -> None:
    paper = desk.paper(Kind.ISSUE, line("P", 400, to_division_code=COUNTY))

    def hand_in(_: int) -> tuple[int, int]:
        posted = usecases.post_document(desk.world.book, paper, ADMIN, TODAY)
        return posted.posted, posted.known

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(hand_in, range(4)))

    assert answers == [(0, 1), (0, 1), (0, 1), (1, 0)]


def test_an_officer_of_some_funds_neither_registers_nor_reads_others(desk: Desk) -> None:
    of_c30, reader = officer(PROVINCE, ("C30",)), QuotaTables(desk.world.database)
    with pytest.raises(NotAllowed):
        desk.hand_in(Kind.REGISTER, line("A", 1, fund_code="C22"), caller=of_c30)
    desk.hand_in(Kind.REGISTER, line("B", 1, fund_code="C30"), caller=of_c30, key="MINE")

    assert [one.key for one in reader.documents(of_c30.scope, DocumentFilter(), 0, 10)] == ["MINE"]
    assert reader.document(of_c30.scope, "D1") is None


def test_a_county_is_not_told_the_quota_that_it_gets_money_from(desk: Desk) -> None:
    found = QuotaTables(desk.world.database).document(Scope(COUNTY), "D4")

    assert found is not None
    assert [(one.quota_key, one.to_division_code, one.amount_fen) for one in found[1]] == [
        ("", COUNTY, 400_00)
    ]
