"""Templates from above and local changes over a real database: what is applied, what is changed, what is kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any, NoReturn

import pytest
from mingzhang.ledger.v1 import basedata_pb2 as pb
from mingzhang.ledger.v1.events_pb2 import BaseDataChanged
from sqlalchemy.exc import DBAPIError

from services.kit.caller import FINANCE_OFFICER, Caller, Scope
from services.kit.clock import SystemClock
from services.kit.errors import InvalidInput, NotFound
from services.kit.rpc.context import acting_as
from services.ledger.domain import templates
from services.ledger.domain.base_changes import Action, LocalChange
from services.ledger.domain.base_items import Item, ItemKind
from services.ledger.domain.documents import Kind
from services.ledger.rpc import BaseDataParts, BaseDataServicer
from services.ledger.storage import BaseSetTables
from services.ledger.usecases import (
    apply_template,
    change_base_data,
    diff_templates,
    read_base_data,
    refresh_base_data,
)
from tests.unit.ledger.consumer import streams_of
from tests.unit.ledger.issuer import (
    ADMIN,
    LOCAL,
    Q01,
    SHIPPED,
    TODAY,
    TRUSTED,
    ZONE,
    add,
    issue,
    issue_with,
    rename,
    state_of,
)
from tests.unit.ledger.papers import Desk
from tests.unit.ledger.world import World

CONTEXT: Any = None


@pytest.fixture
def servicer(book: BaseSetTables) -> BaseDataServicer:
    return BaseDataServicer(BaseDataParts(book, TRUSTED, SystemClock()))


def test_what_is_shipped_is_in_force_and_told_once(book: BaseSetTables, world: World) -> None:
    before = state_of(world)
    again = refresh_base_data(book, SHIPPED, TODAY)
    told = BaseDataChanged.FromString(streams_of(world.streams)["base"][-1].body)

    assert (again, state_of(world)) == (False, before)
    assert world.rows("SELECT origin, version, applied_by FROM base_set") == [("shipped", 1, "system")]
    assert {"630122", "630106", "632803"} <= {one.code for one in told.divisions}
    assert len(told.funds) == 70


class Unheld(BaseSetTables):
    """Base data that nobody may change."""

    def changing(self, request_id: str) -> NoReturn:
        """Would keep postings waiting."""
        raise AssertionError("nothing was to be changed")


def test_no_posting_waits_for_base_data_that_is_in_force_already(book: BaseSetTables, world: World) -> None:
    """The job runs every quarter of an hour, beside imports of many minutes."""
    held = Unheld(world.database, world.streams, SystemClock())
    change_base_data(book, add(replace(LOCAL, valid_from=date(2026, 2, 1))), ADMIN, TODAY)

    assert refresh_base_data(held, SHIPPED, TODAY) is False
    with pytest.raises(AssertionError):
        refresh_base_data(held, SHIPPED, date(2026, 2, 1))
    with pytest.raises(AssertionError):
        refresh_base_data(held, replace(SHIPPED, version=2), TODAY)


def test_an_item_is_in_force_when_its_day_comes(book: BaseSetTables, world: World) -> None:
    change_base_data(book, add(replace(LOCAL, valid_from=date(2026, 2, 1))), ADMIN, TODAY)
    before = world.scalar("SELECT count(*) FROM fund WHERE code = 'X01'")
    came = refresh_base_data(book, SHIPPED, date(2026, 2, 1))

    assert (before, came) == (0, True)
    assert world.rows("SELECT name FROM fund WHERE code = 'X01'") == [("县级扶贫资金",)]


def test_money_is_still_registered_under_a_code_that_ended(book: BaseSetTables, world: World) -> None:
    """What has happened is always recorded: 630122 ended in 2020."""
    later, quota = date(2021, 3, 1), {"quota_key": "Q", "fund_code": "C22", "amount_fen": 100}
    head: dict[str, Any] = {"division_code": "630122", "fiscal_year": 2021, "effective_on": later}
    registered = Desk(world).hand_in(Kind.REGISTER, quota, today=TODAY, **head)
    paid = world.pay({"key": "P", "division_code": "630122", "amount_fen": 100, "effective_on": later})
    received = world.post("quota", {"key": "F", "division_code": "630122", "effective_on": later})

    assert (registered.posted, paid.posted, received.posted) == (1, 1, 1)


def test_a_signed_template_is_applied_once_with_who_and_when(book: BaseSetTables, world: World) -> None:
    signed = templates.read(templates.to_json(issue()))
    first = apply_template(book, signed, TRUSTED, ADMIN, TODAY)
    before = state_of(world)
    again = apply_template(book, signed, TRUSTED, ADMIN, TODAY)
    shipped_again = refresh_base_data(book, replace(SHIPPED, version=9, note="更新"), TODAY)

    assert (first.known, again.known, shipped_again) == (False, True, False)
    assert state_of(world) == before
    assert (first.applied.issuer, first.applied.version, first.applied.applied_by) == ("财政部", 3, "admin")
    assert read_base_data(book, TODAY).applied == first.applied


def test_a_template_of_a_day_to_come_waits_for_it(book: BaseSetTables) -> None:
    apply_template(book, issue(valid_from=date(2026, 3, 1)), TRUSTED, ADMIN, TODAY)
    versions = [read_base_data(book, day).applied for day in (TODAY, date(2026, 3, 1))]

    assert [one.version for one in versions if one] == [1, 3]


SECOND = replace(
    SHIPPED.items[0], kind=ItemKind.FUND, code="C99", level="central", name="新增", category="poverty"
)


def test_what_is_allowed_below_is_done_once_and_survives_a_newer_template(
    book: BaseSetTables, world: World
) -> None:
    changes = [
        add(LOCAL, "a"),
        rename(Q01, "新名称", date(2019, 1, 1), "b"),
        LocalChange("c", Action.END, replace(LOCAL, valid_to=date(2020, 12, 31))),
        add(ZONE, "d"),
        add(Item(ItemKind.CALENDAR, "2018-09-03", "本地节日"), "e"),
        add(Item(ItemKind.FLOW, "prefecture>township", "市（州）对乡镇"), "f"),
    ]
    new = [change_base_data(book, one, ADMIN, TODAY) for one in (*changes, changes[0])]
    done = apply_template(book, issue(), TRUSTED, ADMIN, TODAY)

    assert new == [True] * 6 + [False]
    assert done.set_aside == ()
    assert world.rows("SELECT name FROM fund WHERE code IN ('Q01', 'X01') ORDER BY code") == [
        ("新名称",),
        ("县级扶贫资金",),
    ]
    assert world.rows("SELECT level, parent_code FROM division WHERE code = '630171'") == [
        ("county", "630100")
    ]
    assert world.rows("SELECT working FROM calendar_exception WHERE day = '2018-09-03'") == [(False,)]
    assert world.scalar("SELECT count(*) FROM flow") == 5


def test_a_change_that_a_newer_template_leaves_no_room_for_is_told_and_kept(
    book: BaseSetTables, servicer: BaseDataServicer
) -> None:
    change_base_data(book, add(LOCAL, "mine"), ADMIN, TODAY)
    text = templates.to_json(issue_with(replace(LOCAL, name="县级资金", locked=True)))
    with acting_as(ADMIN):
        done = servicer.ApplyTemplate(pb.ApplyTemplateRequest(template=text), CONTEXT)
        kept = servicer.ListBaseChanges(pb.ListBaseChangesRequest(limit=10), CONTEXT).changes
        funds = servicer.ListBaseItems(pb.ListBaseItemsRequest(kind="fund"), CONTEXT).items

    assert (done.known, list(done.set_aside)) == (False, ["mine"])
    assert [(one.key, one.changed_by, one.set_aside) for one in kept] == [("mine", "admin", True)]
    assert [(one.name, one.locked) for one in funds if one.code == "X01"] == [("县级资金", True)]


def test_versions_are_kept_and_compared(
    book: BaseSetTables, servicer: BaseDataServicer, world: World
) -> None:
    apply_template(book, issue_with(SECOND), TRUSTED, ADMIN, TODAY)
    with acting_as(ADMIN):
        listed = servicer.ListTemplates(pb.ListTemplatesRequest(), CONTEXT).templates
        asked = pb.DiffTemplatesRequest(before_id=listed[1].id, after_id=listed[0].id)
        found = servicer.DiffTemplates(asked, CONTEXT).differences
    with pytest.raises(NotFound) as missing:
        diff_templates(book, ADMIN.scope, 999, listed[0].id)
    with pytest.raises(DBAPIError, match="append-only"), world.database.transaction() as connection:
        connection.exec_driver_sql("DELETE FROM base_set")

    assert [(one.origin, one.version, one.applied_by) for one in listed] == [
        ("issued", 3, "admin"),
        ("shipped", 1, "system"),
    ]
    assert [(one.HasField("before"), one.after.code) for one in found] == [(False, "C99")]
    assert missing.value.code == "ledger.base_no_set"


def test_divisions_are_shown_as_of_a_day_and_followed(servicer: BaseDataServicer) -> None:
    with acting_as(Caller("huangzhong", (FINANCE_OFFICER,), Scope("630122"))):
        days = [
            servicer.ListBaseItems(pb.ListBaseItemsRequest(kind="division", day=day), CONTEXT)
            for day in ("2020-06-29", "2020-06-30")
        ]
        followed = servicer.FollowDivision(
            pb.FollowDivisionRequest(code="632858", day="2020-01-01"), CONTEXT
        ).divisions
        with pytest.raises(NotFound) as unknown:
            servicer.FollowDivision(pb.FollowDivisionRequest(code="999999"), CONTEXT)
    above = [{one.code: one.parent_code for one in answer.items} for answer in days]

    assert [("630122" in one, "630106" in one) for one in above] == [(True, False), (False, True)]
    assert [one["630122101"] for one in above] == ["630122", "630106"]
    assert [one.name for one in followed] == ["冷湖行政委员会", "茫崖市"]
    assert [one.finance_code for one in days[0].items if one.code == "630000"] == ["630000000"]
    assert unknown.value.code == "ledger.base_no_division"


def test_the_calendar_is_shown_year_by_year(servicer: BaseDataServicer) -> None:
    with acting_as(ADMIN):
        shown = servicer.ListBaseItems(pb.ListBaseItemsRequest(kind="calendar", year=2018), CONTEXT).items
        everything = servicer.ListBaseItems(pb.ListBaseItemsRequest(day="2018-07-01"), CONTEXT).items

    assert len(shown) == 32
    assert {one.kind for one in everything} == {one.value for one in ItemKind} - {"calendar"}


def test_a_lock_is_not_set_from_below(servicer: BaseDataServicer, world: World) -> None:
    """A field that says so is not taken for one."""
    item = pb.BaseItem(kind="fund", code="X01", name="县级", level="county", category="poverty", locked=True)
    asked = pb.ChangeBaseDataRequest(change=pb.BaseChange(key="k", action="add", item=item))
    with acting_as(ADMIN):
        answers = [servicer.ChangeBaseData(asked, CONTEXT).known for _ in range(2)]
        shown = servicer.ListBaseItems(pb.ListBaseItemsRequest(kind="fund"), CONTEXT).items

    assert answers == [False, True]
    assert [one.locked for one in shown if one.code == "X01"] == [False]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b'{"format": 1}',
        templates.to_json(issue()).replace(b'"format":1', b'"format":2'),
        templates.to_json(issue(note="NOTE")).replace(b"NOTE", b"\\ud800"),
        templates.to_json(issue(note="NOTE")).replace(b"NOTE", b"\\u0000"),
        templates.to_json(issue()).replace(b'"format":1', b'"format":1,"format":1'),
        templates.to_json(issue()).replace(b'"version":3', b'"version":' + b"9" * 5_000),
    ],
    ids=["nothing", "a list", "little", "another format", "half a letter", "NUL", "twice", "huge"],
)
def test_a_text_that_is_no_template_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        templates.read(text)

    assert refused.value.code == "ledger.template_unreadable"
    assert "模板" in refused.value.zh
