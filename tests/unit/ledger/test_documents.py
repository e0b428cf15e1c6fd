"""Documents: what each kind moves, that it is applied once and whole, and what it is refused for."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.kit.caller import Scope
from services.kit.errors import Conflict, Refused
from services.ledger import usecases
from services.ledger.domain.accounts import AccountKind
from services.ledger.domain.documents import Kind, Take
from services.ledger.storage import Conservation, TraceTables
from tests.unit.ledger.papers import ADMIN, TODAY, Desk, line, officer, tree
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World


@pytest.fixture
def desk(world: World) -> Desk:
    """The province, a prefecture and a county with money: P 400, M 200, L 400 yuan free."""
    desk = Desk(world)
    tree(desk)
    return desk


def test_what_is_issued_is_in_transit_until_it_is_received(world: World) -> None:
    desk = Desk(world)
    desk.register("P", 1_000_00)
    desk.hand_in(Kind.ISSUE, line("P", 600, to_division_code=PREFECTURE), key="ISSUE")
    on_its_way = desk.balances("P")

    desk.hand_in(Kind.RECEIVE, {"quota_key": "M", "issue_line_key": "ISSUE:1"}, division_code=PREFECTURE)

    assert on_its_way == {"source": -1_000_00, "free": 400_00, "in_transit": 600_00}
    assert desk.balances("P") == {"source": -1_000_00, "free": 400_00, "issued": 600_00}
    assert desk.balances("M") == {"received": -600_00, "free": 600_00}


def test_a_received_quota_has_the_number_of_the_issue_and_names_the_document_above(desk: Desk) -> None:
    rows = desk.world.rows(
        "SELECT key, document_number, upper_document_number, issuer_division_code FROM quota ORDER BY id"
    )

    assert rows == [
        ("P", "青财农字〔2018〕1号", None, None),
        ("M", "青财农字〔2018〕2号", "青财农字〔2018〕1号", PROVINCE),
        ("L", "青财农字〔2018〕4号", "青财农字〔2018〕2号", PREFECTURE),
    ]


def test_pending_money_is_decomposed_first_and_paid_only_after_its_release(world: World) -> None:
    desk = Desk(world)
    desk.register("P", 1_000_00, pending=True)
    desk.hand_in(Kind.ISSUE, line("P", 300, to_division_code=COUNTY))
    with pytest.raises(Refused) as refused:
        desk.hand_in(Kind.FREEZE, line("P", 1))
    desk.hand_in(Kind.RELEASE, line("P", 500))

    assert refused.value.code == "ledger.over_limit"
    assert desk.balances("P") == {
        "source": -1_000_00,
        "pending": 200_00,
        "free": 500_00,
        "in_transit": 300_00,
    }


@pytest.mark.parametrize(
    ("kind", "lines", "quota", "left"),
    [
        (Kind.ADJUST, [line("P", 50)], "P", {"free": 450_00, "adjusted": -50_00}),
        (Kind.ADJUST, [line("P", -50)], "P", {"free": 350_00, "adjusted": 50_00}),
        (Kind.ADJUST, [line("P", take=Take.REST)], "P", {"adjusted": 400_00}),
        (Kind.FREEZE, [line("P", 400)], "P", {"frozen": 400_00}),
        (Kind.RECOVER, [line("P", 100)], "P", {"free": 300_00, "recovered": 100_00}),
    ],
)
def test_a_quota_is_changed_by_its_document(
    desk: Desk, kind: Kind, lines: list[Mapping[str, Any]], quota: str, left: dict[str, int]
) -> None:
    desk.hand_in(kind, *lines)

    assert desk.balances(quota) == {"source": -1_000_00, "issued": 600_00, **left}


def test_what_was_frozen_can_be_unfrozen_and_no_more(desk: Desk) -> None:
    desk.hand_in(Kind.FREEZE, line("P", 300))
    desk.hand_in(Kind.UNFREEZE, line("P", 200))
    with pytest.raises(Refused):
        desk.hand_in(Kind.UNFREEZE, line("P", 101))

    assert desk.balances("P") == {"source": -1_000_00, "issued": 600_00, "frozen": 100_00, "free": 300_00}


@pytest.mark.parametrize(("kind", "beside"), [(Kind.TRANSFER, "transferred"), (Kind.INTEGRATE, "integrated")])
def test_money_moves_between_quotas_of_a_division_and_both_say_so(
    desk: Desk, kind: Kind, beside: str
) -> None:
    desk.register("O", 0, fund_code="C30")
    desk.hand_in(kind, line("P", 150, to_quota_key="O"))

    assert desk.balances("P") == {"source": -1_000_00, "issued": 600_00, "free": 250_00, beside: 150_00}
    assert desk.balances("O") == {"free": 150_00, beside: -150_00}


def test_the_division_above_recovers_what_is_left_below_into_the_quota_it_came_from(desk: Desk) -> None:
    desk.hand_in(Kind.RECOVER, line("L", take=Take.REST), division_code=PREFECTURE)

    assert desk.balances("L") == {"received": -400_00, "recovered": 400_00}
    assert desk.balances("M") == {"received": -600_00, "issued": 400_00, "free": 600_00, "recovered": -400_00}


def test_the_rest_is_carried_over_with_its_document_and_its_age(desk: Desk) -> None:
    desk.hand_in(
        Kind.CARRY_OVER,
        line("L", take=Take.REST, to_quota_key="L19"),
        division_code=COUNTY,
        fiscal_year=2019,
        effective_on=date(2018, 12, 31),
    )
    row = desk.world.rows(
        "SELECT document_number, fiscal_year, received_on, fund_code FROM quota WHERE key = 'L19'"
    )

    assert desk.balances("L") == {"received": -400_00, "carried_over": 400_00}
    assert desk.balances("L19") == {"carried_over": -400_00, "free": 400_00}
    assert row == [("青财农字〔2018〕4号", 2019, date(2018, 3, 1), "C22")]


def test_a_payment_is_linked_to_the_quota_of_its_year(desk: Desk) -> None:
    desk.hand_in(
        Kind.CARRY_OVER,
        line("L", 300, to_quota_key="A19"),
        division_code=COUNTY,
        fiscal_year=2019,
        effective_on=date(2018, 12, 31),
    )
    number = "青财农字〔2018〕4号"
    desk.world.pay(
        {"key": "Z1", "document_number": number},
        {"key": "Z2", "document_number": number, "fiscal_year": 2019},
    )
    linked = desk.world.rows(
        "SELECT p.key, q.key FROM payment AS p JOIN quota AS q ON q.id = p.quota_id ORDER BY 1"
    )

    assert linked == [("Z1", "L"), ("Z2", "A19")]


def test_money_is_allotted_to_a_project_and_payments_draw_on_it(desk: Desk) -> None:
    desk.world.post("project", {"key": "X1"})
    desk.hand_in(Kind.ALLOT, line("L", 100, project_key="X1"), division_code=COUNTY)
    desk.world.pay(
        {"key": "Z", "document_number": "青财农字〔2018〕4号", "project_key": "X1", "amount_fen": 30_00}
    )

    assert desk.balances("L") == {
        "received": -400_00,
        "free": 300_00,
        "allotment_free": 70_00,
        "paid_final": 30_00,
    }


def test_a_payment_that_came_first_is_linked_when_the_quota_is_received(world: World) -> None:
    desk = Desk(world)
    world.pay({"key": "Z", "document_number": "青财农字〔2018〕2号", "amount_fen": 10_00})
    desk.register("P", 1_000_00)
    desk.pass_on("P", COUNTY, "L", 400_00)

    assert desk.balances("L") == {"received": -400_00, "free": 390_00, "paid_final": 10_00}


def test_an_imported_quota_receives_what_was_issued_to_it_on_the_platform(world: World) -> None:
    desk = Desk(world)
    desk.register("P", 1_000_00)
    desk.hand_in(Kind.ISSUE, line("P", 400, to_division_code=COUNTY), key="ISSUE")
    imported = {
        "key": "L",
        "amount_fen": 400_00,
        "document_number": "青财农字〔2018〕2号",
        "issuer_division_code": PROVINCE,
        "upper_document_number": "青财农字〔2018〕1号",
    }
    world.post("quota", imported)
    with pytest.raises(Refused) as refused:
        desk.hand_in(Kind.RECEIVE, {"quota_key": "L2", "issue_line_key": "ISSUE:1"}, division_code=COUNTY)

    assert desk.balances("P") == {"source": -1_000_00, "free": 600_00, "issued": 400_00}
    assert refused.value.code == "ledger.not_in_transit"


def test_what_a_document_moved_is_moved_back_once(desk: Desk) -> None:
    desk.world.post("project", {"key": "X1"})
    desk.register("O", 0)
    said: list[tuple[Kind, dict[str, Any], dict[str, Any]]] = [
        (Kind.ISSUE, line("P", 10, to_division_code=COUNTY), {}),
        (Kind.FREEZE, line("P", 10), {}),
        (Kind.ADJUST, line("P", 10), {}),
        (Kind.ADJUST, line("P", take=Take.REST), {}),
        (Kind.TRANSFER, line("P", 10, to_quota_key="O"), {}),
        (Kind.INTEGRATE, line("P", 10, to_quota_key="O"), {}),
        (Kind.RECOVER, line("L", 10), {"division_code": PREFECTURE}),
        (Kind.ALLOT, line("L", 10, project_key="X1"), {"division_code": COUNTY}),
    ]
    keys = ("P", "M", "L", "O")
    before = [desk.balances(key) for key in keys]
    for number, (kind, one, head) in enumerate(said):
        desk.hand_in(kind, one, key=f"U{number}", **head)
        changed = [desk.balances(key) for key in keys]
        desk.hand_in(Kind.REVERSE, original_key=f"U{number}", **head)
        with pytest.raises(Refused) as again:
            desk.hand_in(Kind.REVERSE, original_key=f"U{number}", **head)

        assert changed != before
        assert again.value.code == "ledger.reversed_already"
        assert [desk.balances(key) for key in keys] == before

    assert desk.world.verify().fault == ""
    assert (
        desk.world.scalar(
            "SELECT allotted_fen FROM measured WHERE id = (SELECT id FROM quota WHERE key = 'L')"
        )
        == 0
    )


def test_a_withdrawn_issue_is_not_received(desk: Desk) -> None:
    desk.hand_in(Kind.ISSUE, line("P", 10, to_division_code=COUNTY), key="ISSUE")
    desk.hand_in(Kind.REVERSE, original_key="ISSUE")
    with pytest.raises(Refused) as refused:
        desk.hand_in(Kind.RECEIVE, {"quota_key": "L2", "issue_line_key": "ISSUE:1"}, division_code=COUNTY)

    assert refused.value.code == "ledger.not_in_transit"
    assert "已撤回" in refused.value.zh


def test_a_receipt_that_is_undone_is_in_transit_again_and_can_be_received_anew(world: World) -> None:
    desk = Desk(world)
    desk.register("P", 1_000_00)
    desk.hand_in(Kind.ISSUE, line("P", 400, to_division_code=COUNTY), key="ISSUE")
    received = {"quota_key": "L", "issue_line_key": "ISSUE:1"}
    desk.hand_in(Kind.RECEIVE, received, division_code=COUNTY, key="R")
    desk.hand_in(Kind.REVERSE, original_key="R", division_code=COUNTY)
    again = desk.balances("P")
    desk.hand_in(Kind.RECEIVE, {**received, "quota_key": "L2"}, division_code=COUNTY)

    assert again == {"source": -1_000_00, "free": 600_00, "in_transit": 400_00}
    assert desk.balances("L") == {}
    assert desk.balances("L2") == {"received": -400_00, "free": 400_00}


def test_the_same_document_changes_nothing_the_second_time(desk: Desk) -> None:
    paper = desk.paper(Kind.FREEZE, line("P", 30))
    first = usecases.post_document(desk.world.book, paper, ADMIN, TODAY)
    second = usecases.post_document(desk.world.book, paper, officer(PROVINCE), TODAY)

    assert (first.posted, first.known, second.posted, second.known) == (1, 0, 0, 1)
    assert desk.balances("P")["frozen"] == 30_00


@pytest.mark.parametrize(
    "other",
    [{"amount_fen": 31_00}, {"quota_key": "O"}, {"summary": "另一用途"}],
    ids=["amount", "account", "text"],
)
def test_the_same_key_with_other_content_is_a_conflict(desk: Desk, other: dict[str, Any]) -> None:
    desk.register("O", 100_00)
    paper = desk.paper(Kind.FREEZE, line("P", 30))
    usecases.post_document(desk.world.book, paper, ADMIN, TODAY)
    changed = replace(paper, lines=(replace(paper.lines[0], **other),))
    with pytest.raises(Conflict) as refused:
        usecases.post_document(desk.world.book, changed, ADMIN, TODAY)

    assert refused.value.code == "ledger.key_conflict"
    assert desk.balances("O") == {"source": -100_00, "free": 100_00}


def test_a_refused_document_does_not_stand_in_the_way_of_the_next_with_its_key(desk: Desk) -> None:
    with pytest.raises(Refused):
        desk.hand_in(Kind.FREEZE, line("P", 401), key="F")
    posted = desk.hand_in(Kind.FREEZE, line("P", 400), key="F")

    assert posted.posted == 1


def test_two_lines_together_take_no_more_than_there_is(desk: Desk) -> None:
    with pytest.raises(Refused) as refused:
        desk.hand_in(
            Kind.ISSUE, line("P", 300, to_division_code=COUNTY), line("P", 101, to_division_code=NEIGHBOUR)
        )

    assert refused.value.parameters["line"] == "2"
    assert "100.00" in refused.value.zh
    assert desk.balances("P")["free"] == 400_00


@pytest.mark.parametrize("yuan", [10, 30])
def test_eight_issuers_at_once_never_issue_more_than_there_is(desk: Desk, yuan: int) -> None:
    """Issues and freezes beside each other and beside payments: what is accepted is what there was, to the fen."""
    papers = [
        desk.paper(Kind.ISSUE, line("P", yuan, to_division_code=COUNTY))
        if number % 2
        else desk.paper(Kind.FREEZE, line("P", yuan))
        for number in range(48)
    ]

    def hand_in(number: int) -> int:
        try:
            return usecases.post_document(desk.world.book, papers[number], ADMIN, TODAY).posted
        except Refused:
            return 0

    with ThreadPoolExecutor(8) as pool:
        accepted = sum(pool.map(hand_in, range(len(papers))))
    left = desk.balances("P")

    assert accepted == 400 // yuan
    assert left["free"] if 400 % yuan else "free" not in left
    assert left.get("frozen", 0) + left.get("in_transit", 0) == accepted * yuan * 100
    assert desk.world.verify().fault == ""


def test_the_database_itself_refuses_an_overdrawn_account(desk: Desk) -> None:
    desk.hand_in(Kind.FREEZE, line("P", 30))

    with pytest.raises(Exception, match="overdrawn"), desk.world.database.transaction() as connection:
        connection.exec_driver_sql("UPDATE account SET balance_fen = -1 WHERE id & 31 = 11")


def test_a_declared_back_entry_is_taken_and_restates_the_days_it_changes(desk: Desk) -> None:
    desk.world.close(date(2018, 3, 5))
    late: dict[str, Any] = {"back_entry_reason": "文件补送", "effective_on": date(2018, 3, 3)}
    desk.hand_in(Kind.RECOVER, line("L", 100), division_code=PREFECTURE, **late)
    desk.world.close(date(2018, 3, 6))
    told = desk.world.consumer().state_on("quota_days", "L", date(2018, 3, 4))

    assert told is not None
    assert told["amount_fen"] == 300_00


def test_a_fen_that_is_missing_is_told_by_the_equation_that_misses_it(desk: Desk) -> None:
    balances = Conservation(desk.world.database)
    desk.world.post("project", {"key": "X1"})
    desk.hand_in(Kind.ALLOT, line("L", 100, project_key="X1"), division_code=COUNTY)
    desk.hand_in(Kind.ISSUE, line("P", 100, to_division_code=COUNTY))
    desk.world.pay(
        {"key": "Z", "project_key": "X1", "document_number": "青财农字〔2018〕4号"},
        {"key": "S", "document_number": None},
    )
    sound = balances.differences()
    lost = {AccountKind.FREE: "quotas", AccountKind.ISSUED: "levels", AccountKind.IN_TRANSIT: "in_transit"}
    told = {}
    for kind, equation in lost.items():
        desk.world.tamper(f"UPDATE account SET balance_fen = balance_fen + 7 WHERE id & 31 = {int(kind)}")
        told[equation] = balances.differences()[equation]

    assert set(sound.values()) == {0}
    assert told == {"quotas": 21, "levels": 14, "in_transit": 14}


def test_a_payment_of_carried_over_money_is_traced_up_to_where_it_was_arranged(desk: Desk) -> None:
    carried = line("L", take=Take.REST, to_quota_key="L19")
    head: dict[str, Any] = {"division_code": COUNTY, "fiscal_year": 2019, "effective_on": date(2018, 12, 31)}
    desk.hand_in(Kind.CARRY_OVER, carried, **head)
    desk.world.pay({"key": "Z", "document_number": "青财农字〔2018〕4号", "fiscal_year": 2019})
    way = TraceTables(desk.world.database).way(Scope(PROVINCE), "Z")
    found = TraceTables(desk.world.database).quota(Scope(PROVINCE), "P", None, 10)

    assert way is not None
    assert [step.key for step in way.shares[0].steps] == ["L19", "L", "M", "P"]
    assert found is not None
    assert (found[0].below, found[0].below_paid_fen, found[0].children_fen) == (3, 10_000, 600_00)
