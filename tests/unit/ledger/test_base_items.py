"""Base data with time: what is in force on a day, what followed what, and what no set of items may hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.base_changes import Action, LocalChange, change_items, compose, differences
from services.ledger.domain.base_items import (
    BEGINNING,
    Item,
    ItemKind,
    find_faults,
    in_force,
    known_by,
    parents,
    successors,
)
from services.ledger.domain.documents import Problem
from services.ledger.storage import shipped_template

SHIPPED = shipped_template().items
FIRST = date(2018, 1, 1)
PROVINCE = Item(ItemKind.DIVISION, "630000", "青海省", level="province")
CITY = Item(ItemKind.DIVISION, "630100", "西宁市", level="prefecture", parent_code="630000")
OLD = Item(ItemKind.DIVISION, "630122", "湟中县", level="county", parent_code="630100")
FUND = Item(ItemKind.FUND, "C22", "扶贫专项", level="central", category="poverty", locked=True)
TREE = (PROVINCE, CITY, OLD, FUND)


def codes(items: list[Item], kind: ItemKind = ItemKind.DIVISION) -> set[str]:
    return {one.code for one in items if one.kind is kind}


def test_what_is_shipped_holds_together() -> None:
    locked = {one.kind for one in SHIPPED if one.locked}
    central = [one for one in SHIPPED if one.kind is ItemKind.FUND and one.level == "central"]
    own = [one for one in SHIPPED if one.kind is ItemKind.FUND and one.level == "provincial"]

    assert find_faults(SHIPPED) == []
    assert (len(central), len(own)) == (42, 28)
    assert all(one.locked for one in central)
    assert not any(one.locked for one in own)
    assert locked == set(ItemKind) - {ItemKind.DIVISION}
    assert all(one.source for one in SHIPPED if one.kind.value.endswith("_class"))


@pytest.mark.parametrize(
    ("old", "new", "last_day"),
    [
        ("632859", "632803", date(2018, 10, 30)),
        ("632858", "632803", date(2018, 10, 30)),
        ("630122", "630106", date(2020, 6, 29)),
        ("632321", "632301", date(2021, 10, 30)),
    ],
)
def test_a_division_that_ended_is_followed_by_its_successor(old: str, new: str, last_day: date) -> None:
    next_day = last_day + timedelta(days=1)
    before, after = codes(in_force(SHIPPED, last_day)), codes(in_force(SHIPPED, next_day))

    assert (old in before, new in before) == (True, False)
    assert (old in after, new in after) == (False, True)
    assert successors(SHIPPED, old, last_day) == [old]
    assert successors(SHIPPED, old, next_day) == [old, new]


def test_a_code_that_ended_is_still_known_to_facts() -> None:
    known = known_by(SHIPPED, date(2026, 1, 1))
    names = {one.code: one.name for one in known.divisions}

    assert (names["630122"], names["630106"]) == ("湟中县", "湟中区")
    assert "630106" not in {one.code for one in known_by(SHIPPED, date(2018, 7, 1)).divisions}


def test_townships_go_over_to_what_followed_their_county() -> None:
    before, after = parents(SHIPPED, date(2020, 6, 29)), parents(SHIPPED, date(2020, 6, 30))

    assert (before["630122101"], after["630122101"]) == ("630122", "630106")


def test_names_of_classes_are_those_of_the_year() -> None:
    names = [
        {one.code: one.name for one in in_force(SHIPPED, day) if one.kind is ItemKind.FUNCTION_CLASS}
        for day in (date(2018, 7, 1), date(2024, 7, 1))
    ]

    assert [year["2130507"] for year in names] == ["扶贫贷款奖补和贴息", "贷款奖补和贴息"]
    assert [year["2130550"] for year in names] == ["扶贫事业机构", "事业运行"]


@pytest.mark.parametrize(
    ("items", "code"),
    [
        ([replace(OLD, valid_from=date(2019, 1, 1))], "overlap"),
        ([replace(OLD, code="630123", parent_code="630122")], "level_order"),
        ([replace(OLD, code="630123", parent_code="630199")], "parent_unknown"),
        ([replace(OLD, code="630123", parent_code="")], "parent_unknown"),
        ([replace(OLD, code="630123", level="village")], "level_unknown"),
        ([replace(OLD, code="630123", valid_to=date(1999, 1, 1))], "period"),
        ([replace(OLD, code="630123", succeeded_by="630122")], "successor"),
        ([replace(OLD, code="630123", valid_to=FIRST, succeeded_by="630199")], "successor"),
        ([replace(OLD, code="63012")], "code"),
        ([replace(OLD, code="630123", name=" ")], "text"),
        ([replace(OLD, code="630123", note="\x00")], "text"),
        ([replace(OLD, code="630123", form="castle")], "form"),
        ([replace(OLD, code="630123", finance_code="63012300")], "finance_code"),
        ([replace(PROVINCE, code="340000")], "second_province"),
        ([replace(FUND, code="C23", category="other")], "category"),
        ([Item(ItemKind.FLOW, "county>province", "上行")], "flow"),
        ([Item(ItemKind.CALENDAR, "2018-02-30", "节日")], "day"),
        (
            [
                replace(OLD, code="630123", parent_code="630124"),
                replace(OLD, code="630124", parent_code="630123"),
            ],
            "cycle",
        ),
        (
            [
                replace(OLD, code="630123", valid_to=FIRST, succeeded_by="630124"),
                replace(OLD, code="630124", valid_to=FIRST, succeeded_by="630123"),
            ],
            "succession_cycle",
        ),
    ],
)
def test_items_that_cannot_be_together_are_told_in_both_languages(items: list[Item], code: str) -> None:
    faults = find_faults((*TREE, *items))

    assert find_faults(TREE) == []
    assert f"ledger.base_{code}" in [one.code for one in faults]
    assert all(one.zh and one.en and one.zh != one.en for one in faults)


LOCAL = Item(ItemKind.FUND, "X01", "县级扶贫资金", date(2018, 8, 1), level="county", category="poverty")
LOCKED = [
    LocalChange("k", Action.RENAME, replace(FUND, name="另一个名称", valid_from=FIRST)),
    LocalChange("k", Action.END, replace(FUND, valid_to=FIRST)),
    LocalChange("k", Action.ADD, replace(FUND, level="county")),
    LocalChange("k", Action.ADD, replace(LOCAL, name="扶贫 专项")),
]


@pytest.mark.parametrize("change", LOCKED, ids=["renamed", "ended", "same code", "same name"])
def test_a_locked_item_is_not_touched_from_below(change: LocalChange) -> None:
    refused = change_items(TREE, change)

    assert isinstance(refused, Problem)
    assert refused.code == "ledger.locked_item"
    assert "锁定" in refused.zh
    assert "locked" in refused.en


def test_an_own_item_is_ended_whatever_it_is_called() -> None:
    """A list of the province may name what the central list names: to end it takes nothing from above."""
    same = replace(LOCAL, name=FUND.name)
    ended = replace(same, valid_to=date(2019, 1, 1))
    made = change_items((*TREE, same), LocalChange("k", Action.END, ended))

    assert not isinstance(made, Problem)
    assert ended in made


def test_a_renamed_item_has_both_names_each_in_its_time() -> None:
    asked = LocalChange("k", Action.RENAME, replace(OLD, name="湟中区", valid_from=date(2020, 6, 30)))
    made = change_items(TREE, asked)

    assert not isinstance(made, Problem)
    assert [one.name for one in in_force(made, date(2020, 6, 29)) if one.code == "630122"] == ["湟中县"]
    assert [one.name for one in in_force(made, date(2020, 6, 30)) if one.code == "630122"] == ["湟中区"]


def test_a_newer_template_takes_precedence_over_what_was_changed_below() -> None:
    changes = [
        LocalChange("a", Action.ADD, LOCAL),
        LocalChange("b", Action.RENAME, replace(LOCAL, name="新名称", valid_from=date(2019, 1, 1))),
    ]
    newer = (*TREE, replace(LOCAL, name="县级资金", locked=True))
    below, above = compose(TREE, changes), compose(newer, changes)

    assert (len(below.items), below.set_aside) == (len(TREE) + 2, ())
    assert (set(above.items), above.set_aside) == (set(newer), tuple(changes))
    assert [one.after for one in differences(TREE, newer)] == [newer[-1]]


DAYS = st.integers(0, 3000).map(lambda number: BEGINNING + timedelta(days=number))
CHANGES = st.lists(
    st.builds(
        lambda action, code, day, name, follows: LocalChange(
            "k",
            action,
            replace(
                OLD,
                code=code,
                name=name,
                valid_from=BEGINNING if action is Action.END else day,
                valid_to=day if action is Action.END else None,
                succeeded_by=follows if action is Action.END else "",
            ),
        ),
        st.sampled_from(Action),
        st.sampled_from(["630122", "630123", "630124"]),
        DAYS,
        st.sampled_from(["甲县", "乙县"]),
        st.sampled_from(["", "630122", "630123", "630124"]),
    ),
    max_size=12,
)


@given(changes=CHANGES, day=DAYS)
def test_whatever_is_changed_no_code_is_there_twice_and_no_chain_turns(
    changes: list[LocalChange], day: date
) -> None:
    """And locked items come out of it as they went in."""
    items = compose(TREE, changes).items
    here = in_force(items, day)
    chains = [successors(items, code, day) for code in ("630122", "630123", "630124")]

    assert find_faults(items) == []
    assert len({one.identity for one in here}) == len(here)
    assert all(len(set(chain)) == len(chain) for chain in chains)
    assert FUND in items


@given(changes=CHANGES)
def test_a_change_that_is_refused_changes_nothing_for_those_after_it(changes: list[LocalChange]) -> None:
    numbered = [replace(one, key=f"k{number}") for number, one in enumerate(changes)]
    composed = compose(TREE, numbered)
    kept = [one for one in numbered if one not in composed.set_aside]

    assert compose(TREE, kept) == replace(composed, set_aside=())
