"""Base data over HTTP: what is asked of the ledger, and who may change it."""

from __future__ import annotations

from typing import Any

import pytest
from google.protobuf.message import Message
from mingzhang.ledger.v1 import basedata_pb2 as pb

from services.gateway.domain import User
from services.gateway.usecases import add_user
from services.gateway.web.base_data import TEMPLATE_BYTES_MAX
from services.gateway.web.door import BODY_BYTES_MAX
from services.kit.caller import ADMINISTRATOR
from services.kit.errors import Refused
from tests.unit.gateway.conftest import PASSWORD, Gateway

BASE = "/api/v1/base-data"
ITEM: dict[str, Any] = {
    "kind": "fund",
    "code": "X01",
    "name": "县级扶贫资金",
    "valid_from": "2018-08-01",
    "level": "county",
    "category": "poverty",
    "scope_note": "本级安排部分",
}
CHANGE: dict[str, Any] = {"key": "k-1", "action": "add", "item": ITEM}
TEMPLATE = '{"format":1,"issuer":"财政部"}\n'
LOCKED = Refused(
    "ledger.locked_item", "资金项 C22 由上级模板锁定", "fund C22 is locked by the template from above"
)


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        ("/items", pb.ListBaseItemsRequest()),
        (
            "/items?day=2018-07-01&kind=division&year=2018",
            pb.ListBaseItemsRequest(day="2018-07-01", kind="division", year=2018),
        ),
        (
            "/divisions/630122/successors?day=2021-01-01",
            pb.FollowDivisionRequest(code="630122", day="2021-01-01"),
        ),
        ("/templates", pb.ListTemplatesRequest()),
        ("/differences?before_id=1&after_id=2", pb.DiffTemplatesRequest(before_id=1, after_id=2)),
        ("/changes?limit=3", pb.ListBaseChangesRequest(limit=3)),
    ],
)
def test_everybody_reads_base_data(gateway: Gateway, path: str, request_: Message) -> None:
    answer = gateway.client("xining").get(f"{BASE}{path}")
    _, asked, caller = gateway.others.last

    assert answer.status_code == 200
    assert (asked, caller.user) == (request_, "xining")


def test_a_change_and_a_template_are_passed_on_by_an_administrator_of_the_province(gateway: Gateway) -> None:
    """201 the first time, 200 when it was there."""
    client = gateway.client("admin")
    gateway.others.answers["ChangeBaseData"] = pb.ChangeBaseDataResponse(known=True)
    changed = client.post(f"{BASE}/changes", json=CHANGE)
    applied = client.post(f"{BASE}/templates", json={"template": TEMPLATE})
    asked = [request for name, request, _ in gateway.others.calls if name.startswith(("Change", "Apply"))]

    assert (changed.status_code, applied.status_code) == (200, 201)
    assert asked == [
        pb.ChangeBaseDataRequest(change=pb.BaseChange(key="k-1", action="add", item=pb.BaseItem(**ITEM))),
        pb.ApplyTemplateRequest(template=TEMPLATE.encode()),
    ]


@pytest.mark.parametrize(
    ("division", "funds", "roles"),
    [
        ("630100", (), (ADMINISTRATOR,)),
        ("630000", ("C22",), (ADMINISTRATOR,)),
        ("630000", (), ("finance_officer",)),
    ],
)
def test_nobody_else_changes_anything(
    gateway: Gateway, division: str, funds: tuple[str, ...], roles: tuple[str, ...]
) -> None:
    add_user(gateway.parts.accounts, User("part", "部分", roles, division, funds), PASSWORD, "r")
    client = gateway.client("part")
    answers = [
        client.post(f"{BASE}/changes", json=CHANGE),
        client.post(f"{BASE}/templates", json={"template": TEMPLATE}),
    ]

    assert [one.status_code for one in answers] == [403, 403]
    assert gateway.others.calls == []


@pytest.mark.parametrize(("language", "told"), [("zh", LOCKED.zh), ("en", LOCKED.en)])
def test_a_locked_item_is_refused_in_the_language_of_the_reader(
    gateway: Gateway, language: str, told: str
) -> None:
    gateway.others.answers["ChangeBaseData"] = LOCKED
    answer = gateway.client("admin", language).post(f"{BASE}/changes", json=CHANGE)

    assert (answer.status_code, answer.json()["code"]) == (409, "ledger.locked_item")
    assert answer.json()["message"] == told


@pytest.mark.parametrize(
    "body",
    [
        {**CHANGE, "action": "melt"},
        {**CHANGE, "key": ""},
        {**CHANGE, "item": {**ITEM, "kind": "moon"}},
        {**CHANGE, "item": {**ITEM, "valid_from": "soon"}},
        {**CHANGE, "item": {**ITEM, "note": "n" * 501}},
        {**CHANGE, "item": {**ITEM, "name": "a\u0000"}},
    ],
)
def test_a_change_that_is_none_never_leaves_the_door(gateway: Gateway, body: dict[str, Any]) -> None:
    answer = gateway.client("admin").post(f"{BASE}/changes", json=body)

    assert (answer.status_code, answer.json()["code"]) == (422, "gateway.bad_request")
    assert gateway.others.calls == []


def test_only_a_template_may_be_large(gateway: Gateway) -> None:
    client = gateway.client("admin")
    large = {"template": "x" * (2 * BODY_BYTES_MAX)}
    statuses = [
        client.post(f"{BASE}/templates", json=large).status_code,
        client.post(f"{BASE}/changes", json=large).status_code,
        client.post(f"{BASE}/templates", json={"template": "x" * TEMPLATE_BYTES_MAX}).status_code,
    ]

    assert statuses == [201, 413, 413]
