"""Payments: taken once, refused one by one, linked to their quota whichever comes first."""

from __future__ import annotations

from datetime import date

import pytest

from services.ledger.domain.accounts import AccountKind
from services.ledger.domain.linking import KEY_CONFLICT, UNSTORABLE_TEXT
from services.ledger.jobs import FinishLinksJob
from services.ledger.usecases import quotas as posting_quotas
from tests.unit.ledger.world import COUNTY, DOCUMENT, NEIGHBOUR, World

WAITING_MANY = 5_003


def balances(world: World) -> dict[AccountKind, int]:
    rows = world.rows("SELECT id & 31, sum(balance_fen)::bigint FROM account GROUP BY 1")
    return {AccountKind(kind): fen for kind, fen in rows if fen}


def test_the_same_batch_again_changes_nothing(world: World) -> None:
    world.post("quota", {"key": "Q1"})
    batch = [{"key": f"P{number}"} for number in range(5)]
    first = world.pay(*batch)
    head, before = world.chain.head(), balances(world)

    again = world.pay(*batch)

    assert (first.posted, first.known, first.position) == (5, 0, 2)
    assert (again.posted, again.known, again.refused, again.position) == (0, 5, (), 0)
    assert (world.chain.head(), balances(world)) == (head, before)
    assert world.names("poverty.0") == ["QuotasChanged", "PaymentsPosted"]


def test_where_a_row_came_from_is_no_part_of_its_content(world: World) -> None:
    world.pay({"key": "P1", "import_id": "I1", "line": 7})

    again = world.pay({"key": "P1", "import_id": "I2", "line": 9})

    assert (again.posted, again.known, again.refused) == (0, 1, ())


def test_a_known_key_with_other_content_is_refused_and_the_rest_is_posted(world: World) -> None:
    world.pay({"key": "P1"})

    posted = world.pay({"key": "P1", "amount_fen": 99}, {"key": "P2"})

    assert [(one.key, one.line, one.reason) for one in posted.refused] == [("P1", 1, KEY_CONFLICT)]
    assert posted.posted == 1
    assert world.consumer().amounts() == {("unassigned", "P1#1"): 10_000, ("unassigned", "P2#1"): 10_000}


def test_of_one_key_twice_in_a_batch_the_first_row_stands(world: World) -> None:
    posted = world.pay({"key": "P1"}, {"key": "P1", "amount_fen": 99}, {"key": "P1"})

    assert (posted.posted, posted.known) == (1, 1)
    assert [(one.line, one.reason) for one in posted.refused] == [(2, KEY_CONFLICT)]
    assert world.consumer().amounts() == {("unassigned", "P1#1"): 10_000}


@pytest.mark.parametrize("text", ["a\x00b", "a\x1eb", "a\x1fb", "\x01"])
def test_rows_with_control_characters_are_refused_and_the_rest_is_posted(world: World, text: str) -> None:
    posted = world.pay(
        {"key": f"K{text}"}, {"key": "P2", "purpose": text}, {"key": "P3", "purpose": "a\tb\n"}
    )

    assert [(one.line, one.reason) for one in posted.refused] == [(1, UNSTORABLE_TEXT), (2, UNSTORABLE_TEXT)]
    assert posted.posted == 1
    assert [key for _, key in world.consumer().amounts()] == ["P3#1"]


def test_text_of_any_kind_comes_back_as_it_was(world: World) -> None:
    purposes = ["", None, 'say "hi", \\N', "，换行\n行", "\\.", "\u2028 😀", "NULL"]
    world.post("quota", {"key": "Q1"})
    world.pay(*({"key": f"P{number}", "purpose": purpose} for number, purpose in enumerate(purposes)))

    told = world.consumer().facts("payment")

    assert [told["poverty", f"P{number}#1"]["purpose"] for number in range(len(purposes))] == purposes
    assert [row[0] for row in world.rows("SELECT purpose FROM payment ORDER BY key")] == purposes
    assert world.verify().fault == ""


def test_an_unknown_document_goes_into_suspense_visibly(world: World) -> None:
    world.post("quota", {"key": "Q1"})

    world.pay(
        {"key": "P1", "document_number": "青财农字〔2018〕999号"},
        {"key": "P2", "document_number": None},
        {"key": "P3", "division_code": NEIGHBOUR, "payee_kind": "township"},
    )

    assert {category for category, _ in world.consumer().amounts()} == {"unassigned"}
    assert balances(world) == {
        AccountKind.SOURCE: -1_000_000,
        AccountKind.FREE: 1_000_000,
        AccountKind.SUSPENSE: -30_000,
        AccountKind.SUSPENSE_PAID_FINAL: 20_000,
        AccountKind.SUSPENSE_PAID_INTERMEDIATE: 10_000,
    }


def test_a_payment_beyond_its_quota_is_recorded_all_the_same(world: World) -> None:
    world.post("quota", {"key": "Q1", "amount_fen": 100})

    world.pay({"key": "P1", "amount_fen": 150})

    assert balances(world)[AccountKind.FREE] == -50


def test_parked_money_is_not_spent(world: World) -> None:
    world.post("quota", {"key": "Q1"})

    world.pay({"key": "P1", "payee_kind": "special_account"}, {"key": "P2", "payee_kind": "person"})

    assert balances(world)[AccountKind.PAID_INTERMEDIATE] == 10_000
    assert balances(world)[AccountKind.PAID_FINAL] == 10_000


def test_of_several_quotas_the_one_of_the_same_class_is_taken_then_the_lowest_key(world: World) -> None:
    world.post(
        "quota",
        {"key": "Q1", "function_class": "2130599"},
        {"key": "Q2", "function_class": "2130505"},
        {"key": "Q3", "function_class": "2130505"},
    )

    world.pay(
        {"key": "P1"}, {"key": "P2", "function_class": "2080101"}, {"key": "P3", "function_class": None}
    )

    linked = {key: row["quota_key"] for (_, key), row in world.consumer().facts("payment").items()}
    assert linked == {"P1#1": "Q2", "P2#1": "Q1", "P3#1": "Q1"}


def test_a_late_quota_takes_the_payments_that_waited_and_their_disbursements(world: World) -> None:
    world.pay({"key": "P1"})
    world.post("disbursement", {"key": "D1"})
    waiting = world.consumer()

    world.post("quota", {"key": "Q1"})

    told = world.consumer()
    assert waiting.amounts() == {("unassigned", "P1#1"): 10_000}
    assert waiting.facts("disbursement")["unassigned", "D1"]["payment_key"] == "P1"
    assert told.amounts() == {("poverty", "P1#2"): 10_000}
    moved = told.facts("disbursement")["poverty", "D1"]
    assert (moved["quota_key"], moved["payment_key"]) == ("Q1", "P1")
    assert told.moments["unassigned.0", "PaymentsUnlinked"] == [3]
    assert told.moments["poverty.0", "PaymentsLinked"] == [3, 3]
    assert balances(world) == {
        AccountKind.SOURCE: -1_000_000,
        AccountKind.FREE: 990_000,
        AccountKind.PAID_FINAL: 10_000,
    }


def test_a_payment_of_nothing_moves_with_the_others(world: World) -> None:
    world.pay({"key": "P1", "amount_fen": 0})
    world.post("disbursement", {"key": "D1"})

    world.post("quota", {"key": "Q1"})

    assert world.consumer().amounts() == {("poverty", "P1#2"): 0}
    assert world.consumer().facts("disbursement")["poverty", "D1"]["payment_key"] == "P1"


def test_a_quota_that_fits_better_takes_linked_payments_over(world: World) -> None:
    world.post("quota", {"key": "Q1", "function_class": "2130599", "fund_code": "C30"})
    world.pay({"key": "P1"})

    world.post("quota", {"key": "Q2"})

    assert world.consumer().amounts() == {("poverty", "P1#2"): 10_000}
    assert world.rows("SELECT balance_fen FROM account WHERE id & 31 = 5 ORDER BY id") == [(0,), (10_000,)]


def test_a_quota_of_an_unknown_fund_is_unassigned_like_its_payments(world: World) -> None:
    world.post(
        "quota", {"key": "Q1", "fund_code": "X99"}, {"key": "Q2", "document_number": "二", "fund_code": None}
    )

    world.pay({"key": "P1"}, {"key": "P2", "document_number": "二"})

    told = world.consumer().facts("payment")
    assert told["unassigned", "P1#1"]["quota_key"] == "Q1"
    assert told["unassigned", "P2#1"]["quota_key"] == "Q2"


def waiting_for_one_quota(world: World) -> None:
    rows = [{"key": f"P{number:05}", "voucher_no": f"V{number}"} for number in range(WAITING_MANY)]
    world.post_in_batches("payment", rows, 5_000)
    world.post("disbursement", {"key": "D1", "voucher_no": f"V{WAITING_MANY - 1}"})


def test_more_payments_than_a_posting_moves_are_linked_in_several(world: World) -> None:
    waiting_for_one_quota(world)
    height = world.chain.head()[0]

    world.post("quota", {"key": "Q1"})

    told = world.consumer()
    assert world.chain.head()[0] == height + 2
    assert {category for category, _ in told.amounts()} == {"poverty"}
    assert len(told.amounts()) == WAITING_MANY
    assert ("poverty", "D1") in told.facts("disbursement")
    assert balances(world)[AccountKind.PAID_FINAL] == WAITING_MANY * 10_000
    assert world.scalar("SELECT count(*) FROM remembered_pair") == 0
    assert world.verify().fault == ""


def test_what_a_crash_left_unlinked_is_linked_by_the_job(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    waiting_for_one_quota(world)
    monkeypatch.setattr(posting_quotas, "finish_links", lambda *_: 0)
    world.post("quota", {"key": "Q1"})
    after_the_crash = sum(category == "unassigned" for category, _ in world.consumer().amounts())

    FinishLinksJob(world.book).run()
    FinishLinksJob(world.book).run()

    assert after_the_crash == WAITING_MANY - 5_000
    assert {category for category, _ in world.consumer().amounts()} == {"poverty"}
    assert ("poverty", "D1") in world.consumer().facts("disbursement")
    assert world.verify().fault == ""


def test_a_batch_of_nothing_is_no_posting(world: World) -> None:
    posted = world.pay()

    assert (posted.posted, posted.position, world.chain.head()[0]) == (0, 0, 0)


def test_a_link_changes_the_days_on_which_money_moved(world: World) -> None:
    world.pay({"key": "P1", "effective_on": date(2018, 5, 4)})

    world.post("quota", {"key": "Q1"})

    moved = world.rows(
        "SELECT day, sum(delta_fen)::bigint FROM account_day WHERE account_id & 31 = 5 GROUP BY 1"
    )
    assert moved == [(date(2018, 5, 4), 10_000)]
    assert world.rows("SELECT division_code, document_number FROM quota") == [(COUNTY, DOCUMENT)]
