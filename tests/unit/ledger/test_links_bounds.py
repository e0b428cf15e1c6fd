"""What bounds decisions about links: the funds that somebody sees, years that are closed, how often links change."""

from __future__ import annotations

import pytest

from services.kit.errors import Refused
from services.ledger.domain.links import NUMBERS_MAX
from tests.unit.ledger.linker import Linker
from tests.unit.ledger.papers import officer
from tests.unit.ledger.world import COUNTY, World

OTHER = "青财农字〔2018〕200号"


def refused(linker: Linker, undone: str = "") -> str:
    """The code with which a link of 10 yuan to Q2, or an undoing, is refused; the ledger is as it was."""
    height = linker.world.scalar("SELECT height FROM chain_head")
    with pytest.raises(Refused) as refusal:
        linker.undo(undone, key="UNDO") if undone else linker.link(("P1", "Q2", 1_000), key="LINK")
    assert linker.world.scalar("SELECT height FROM chain_head") == height
    return refusal.value.code


@pytest.fixture
def linked(world: World) -> World:
    """P1, paid in 2018, is linked by its document number to a quota of 2017; another fund has Q2."""
    world.post("quota", {"key": "Q1", "fiscal_year": 2017})
    world.post("quota", {"key": "Q2", "document_number": OTHER, "fund_code": "C30"})
    world.pay({"key": "P1"}, {"key": "P2", "document_number": "没有", "voucher_no": "V2"})
    return world


def test_who_sees_a_part_of_a_payment_does_not_take_what_its_row_has_of_other_funds(linked: World) -> None:
    Linker(linked).link(("P1", "Q2", 500))
    linker = Linker(linked, officer(COUNTY, ("C30",)))

    assert refused(linker) == "ledger.payment_unknown"


def test_who_sees_only_some_funds_says_of_no_money_that_it_is_unrelated(linked: World) -> None:
    """The answer would show a decision of no fund, which is outside what such a person sees."""
    Linker(linked).link(("P2", "Q2", 500))
    linker = Linker(linked, officer(COUNTY, ("C30",)))
    with pytest.raises(Refused) as refusal:
        linker.unrelated(("P2", 100), key="GONE")

    assert refusal.value.code == "ledger.payment_unknown"


def test_money_leaves_no_quota_of_a_closed_year_and_does_not_come_back_to_it(linked: World) -> None:
    linker = Linker(linked)
    linker.link(("P1", "Q2", 500), key="ONE")
    linked.tamper("INSERT INTO closed_year VALUES (2017, 'admin', now())")

    assert refused(linker) == "ledger.closed_year"
    assert refused(linker, undone="ONE") == "ledger.closed_year"


def test_links_of_a_payment_change_so_often_that_corrections_still_find_a_number(linked: World) -> None:
    linked.tamper("UPDATE payment SET share_number = :number WHERE key = 'P1'", number=NUMBERS_MAX - 1)

    assert refused(Linker(linked)) == "ledger.too_many_shares"
