"""The project library: how a project comes in, changes and goes out, and what money may go to it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from services.kit.caller import Scope
from services.kit.errors import NotFound, Refused
from services.ledger.domain.documents import Kind
from services.ledger.storage.library_reader import LibraryTables
from services.ledger.usecases.library_reading import (
    ProjectDetail,
    ProjectFilter,
    get_project,
    list_projects,
    marks,
)
from tests.unit.ledger.papers import Desk, line, tree
from tests.unit.ledger.plans import (
    ADMIN,
    ANN,
    BEN,
    CAI,
    CARD,
    TARGETS,
    WORKFLOWS,
    XINING,
    Office,
)
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, World


@pytest.fixture
def office(world: World) -> Office:
    return Office(world)


def seen(office: Office, key: str = "X1") -> ProjectDetail:
    """A project as an administrator sees it."""
    return get_project(LibraryTables(office.world.database), ADMIN.scope, key)


def allot(desk: Desk, project: str = "X1") -> None:
    """100 yuan of the county's quota to a project."""
    desk.hand_in(Kind.ALLOT, line("L", 100, project_key=project), division_code=COUNTY)


def test_a_project_comes_in_by_a_proposal_a_review_and_an_approval_of_three_people(office: Office) -> None:
    office.bring_in()
    detail = seen(office)
    done = [(one.action, one.state, one.recorded_by) for one in detail.steps if one.subject == "project"]

    assert done == [
        ("propose", "proposed", "ann"),
        ("review", "reviewed", "ben"),
        ("approve", "in_library", "cai"),
    ]
    assert (detail.row.state, detail.row.version, detail.row.held_version) == ("in_library", 1, 1)
    assert (detail.cards[0].card, detail.cards[0].recorded_by) == (CARD, "ann")
    assert marks(detail.row, WORKFLOWS) == ["no_notice", "not_filed"]


def test_without_approved_targets_no_project_comes_in(office: Office) -> None:
    office.step("propose", ANN, CARD)
    office.step("review", BEN)
    with pytest.raises(Refused) as without:
        office.step("approve", CAI)
    office.target("fill", ANN, TARGETS)
    office.target("submit", ANN)
    with pytest.raises(Refused) as unapproved:
        office.step("approve", CAI)

    assert without.value.code == unapproved.value.code == "ledger.target_missing"
    assert "不得入库" in without.value.zh
    assert office.state() == "reviewed"


def test_targets_of_another_year_do_not_bring_a_project_in(office: Office) -> None:
    office.step("propose", ANN, replace(CARD, fiscal_year=2019))
    office.approve_targets()
    office.step("review", BEN)
    with pytest.raises(Refused) as refused:
        office.step("approve", CAI)

    assert refused.value.code == "ledger.target_missing"


def test_money_goes_to_a_project_of_the_library_only_while_it_is_in_it(office: Office) -> None:
    desk = Desk(office.world)
    tree(desk)
    told = []
    office.step("propose", ANN, CARD)
    with pytest.raises(Refused) as proposed:
        allot(desk)
    told.append(proposed.value.code)
    office.approve_targets()
    office.step("review", BEN)
    office.step("approve", CAI)
    allot(desk)
    office.change(tasks="扩建")
    allot(desk)
    office.step("return", BEN, reason="资金不足")
    office.step("terminate", BEN, reason="选址调整")
    with pytest.raises(Refused) as out:
        allot(desk)

    assert [*told, out.value.code] == ["ledger.project_not_in_library"] * 2
    assert "尚未入库或已出库" in out.value.zh
    assert "not in the library" in out.value.en
    assert desk.balances("L")["allotment_free"] == 200_00


def test_an_imported_project_gets_money_whatever_the_library_says_of_it(office: Office) -> None:
    desk = Desk(office.world)
    tree(desk)
    office.world.post("project", {"key": "X1"}, {"key": "X2"})
    office.step("propose", ANN, CARD)
    allot(desk)
    allot(desk, "X2")
    detail, other = seen(office), seen(office, "X2")

    assert desk.balances("L")["allotment_free"] == 200_00
    assert (detail.row.state, detail.row.allotted_fen, detail.row.paid_fen) == ("proposed", 100_00, 0)
    assert other.row.state == "imported"
    assert marks(other.row, WORKFLOWS) == ["imported", "no_target", "no_notice", "no_poor_households"]


def test_what_is_paid_of_an_allotment_is_shown_with_its_quota(office: Office) -> None:
    desk = Desk(office.world)
    tree(desk)
    office.bring_in()
    allot(desk)
    office.world.pay(
        {"key": "Z1", "document_number": "青财农字〔2018〕4号", "project_key": "X1", "amount_fen": 30_00}
    )
    detail = seen(office)

    assert [(one.quota_key, one.allotted_fen, one.paid_fen) for one in detail.funding] == [
        ("L", 100_00, 30_00)
    ]
    assert (detail.row.allotted_fen, detail.row.paid_fen) == (100_00, 30_00)


def test_a_payment_that_names_a_project_without_an_allotment_is_shown_too(office: Office) -> None:
    desk = Desk(office.world)
    tree(desk)
    office.bring_in()
    office.world.pay(
        {"key": "Z1", "document_number": "青财农字〔2018〕4号", "project_key": "X1", "amount_fen": 30_00}
    )

    assert [(one.allotted_fen, one.paid_fen) for one in seen(office).funding] == [(0, 30_00)]


def test_a_change_is_a_new_version_that_is_in_force_once_it_is_approved(office: Office) -> None:
    office.bring_in()
    office.step("file", XINING)
    office.change(tasks="扩建到 400 千瓦")
    waiting = seen(office).row
    office.step("review", CAI)
    office.step("approve", BEN)
    detail = seen(office)
    change = next(one for one in detail.steps if one.action == "change")

    assert (waiting.state, waiting.version, waiting.held_version) == ("changing", 2, 1)
    assert (detail.row.state, detail.row.version, detail.row.held_version) == ("in_library", 2, 2)
    assert [one.card.tasks for one in detail.cards] == ["扩建到 400 千瓦", CARD.tasks]
    assert (change.change_kind, change.reason) == ("yearly", "计划调整")
    assert "not_filed" in marks(detail.row, WORKFLOWS)


def test_a_change_that_is_returned_leaves_the_version_in_force(office: Office) -> None:
    office.bring_in()
    office.change(tasks="扩建")
    office.step("review", BEN)
    office.step("return", CAI, reason="资金不足")
    row = seen(office).row

    assert (row.state, row.version, row.held_version) == ("in_library", 2, 1)


def test_a_version_is_filed_at_the_prefecture_once(office: Office) -> None:
    office.bring_in()
    office.step("file", XINING)
    with pytest.raises(Refused) as again:
        office.step("file", XINING)

    assert again.value.code == "ledger.filed"
    assert seen(office).row.filed_version == 1


def test_a_project_that_comes_in_is_told_to_the_rules_as_an_imported_one_is(office: Office) -> None:
    office.bring_in()
    facts = office.world.consumer().facts("project")

    assert office.world.rows("SELECT key, investment_fen, effective_on FROM project") == [
        ("X1", 240_000_00, date(2018, 7, 30))
    ]
    assert facts["unassigned", "X1"]["investment_fen"] == 240_000_00


def test_a_short_notice_is_recorded_and_marked(office: Office) -> None:
    office.bring_in()
    office.notice(date(2018, 7, 1), date(2018, 7, 5))
    short = marks(seen(office).row, WORKFLOWS)
    office.notice(date(2018, 7, 1), date(2018, 7, 10))
    long_enough = marks(seen(office).row, WORKFLOWS)

    assert "short_notice" in short
    assert "short_notice" not in long_enough
    assert "no_notice" not in short + long_enough


def test_an_imported_project_may_have_notices_and_targets(office: Office) -> None:
    office.world.post("project", {"key": "X1", "beneficiary_households": 3})
    office.notice(date(2018, 7, 1), date(2018, 7, 10))
    office.approve_targets()

    assert marks(seen(office).row, WORKFLOWS) == ["imported"]


def test_projects_are_listed_page_by_page_in_order_and_filtered(office: Office) -> None:
    world = office.world
    world.post("project", {"key": "A"}, {"key": "B", "division_code": NEIGHBOUR}, {"key": "Z_1"})
    office.step("propose", ANN, CARD)
    office.step("propose", ANN, replace(CARD, project_key="X2", name="示范村道路", project_type="基础设施"))
    reader, scope = LibraryTables(world.database), ADMIN.scope

    def keys(limit: int = 50, **asked: object) -> list[str]:
        found: list[str] = []
        place: tuple[str, str] | None = ("", "")
        while place is not None:
            rows, place = list_projects(reader, scope, ProjectFilter(**asked), place, limit)  # type: ignore[arg-type]  # values of one test
            found += [row.key for row in rows]
        return found

    assert keys() == keys(2) == ["A", "X1", "X2", "Z_1", "B"]
    assert keys(state="imported") == ["A", "Z_1", "B"]
    assert keys(state="proposed", project_type="产业") == ["X1"]
    assert keys(words="道路") == ["X2"]
    assert keys(words="z_") == ["Z_1"]
    assert keys(fiscal_year=2017) == []
    office.approve_targets()
    assert keys(without_targets=True) == ["A", "X2", "Z_1", "B"]


@pytest.mark.parametrize("scope", [Scope(NEIGHBOUR), Scope("632800"), Scope(COUNTY, ("C30",))])
def test_what_a_scope_does_not_see_is_not_there(office: Office, scope: Scope) -> None:
    office.bring_in()
    reader = LibraryTables(office.world.database)
    with pytest.raises(NotFound):
        get_project(reader, scope, "X1")

    assert list_projects(reader, scope, ProjectFilter(), ("", ""), 10) == ([], None)


def test_cards_steps_targets_and_reports_are_sealed_in_the_chain(office: Office) -> None:
    office.bring_in()
    office.report("2018-06", (1, "100"))
    sound = office.world.verify()
    found = []
    for table, change, back in (
        ("library_card", "households = households + 1", "households = households - 1"),
        ("library_step", "recorded_by = 'zoe'", "recorded_by = 'ann'"),
        ("target_set", "fiscal_fen = fiscal_fen + 1", "fiscal_fen = fiscal_fen - 1"),
        ("performance_report", "late = NOT late", "late = NOT late"),
    ):
        first = f"WHERE id = (SELECT min(id) FROM {table})"
        office.world.tamper(f"UPDATE {table} SET {change} {first}")
        found.append(office.world.verify().fault_zh)
        office.world.tamper(f"UPDATE {table} SET {back} {first}")
    whole = office.world.verify()

    assert (sound.fault_zh, whole.fault_zh) == ("", "")
    assert ["项目卡 X1#1" in found[0], "项目库办理 K1" in found[1], "绩效目标 X1#2018#1" in found[2]] == [
        True
    ] * 3
    assert "绩效填报" in found[3]
