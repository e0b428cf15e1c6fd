"""An issuer of templates, and what a province changes below them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from services.kit.caller import ADMINISTRATOR, Caller, Scope
from services.ledger.domain import templates
from services.ledger.domain.base_changes import Action, LocalChange
from services.ledger.domain.base_items import Item, ItemKind
from services.ledger.domain.heads import public_key_of
from services.ledger.domain.templates import Template
from services.ledger.storage import shipped_template
from tests.unit.ledger.consumer import streams_of
from tests.unit.ledger.world import World

TODAY = date(2026, 1, 1)
ABOVE = bytes(range(100, 132))
"""The seed of who issues templates."""
TRUSTED = {public_key_of(ABOVE)}
ADMIN = Caller("admin", (ADMINISTRATOR,), Scope("630000"), request_id="request-1")
SHIPPED = shipped_template()
ISSUED = replace(SHIPPED, issuer="财政部", version=3)
LOCAL = Item(
    ItemKind.FUND,
    "X01",
    "县级扶贫资金",
    date(2018, 8, 1),
    level="county",
    category="poverty",
    scope_note="本级安排部分",
)
ZONE = Item(
    ItemKind.DIVISION, "630171", "示范园区", level="county", parent_code="630100", form="development_zone"
)


C22 = next(one for one in SHIPPED.items if one.identity == ("fund", "C22"))
Q01 = next(one for one in SHIPPED.items if one.identity == ("fund", "Q01"))
FLOW = next(one for one in SHIPPED.items if one.kind is ItemKind.FLOW)
DAY = next(one for one in SHIPPED.items if one.kind is ItemKind.CALENDAR)
CLASS = next(one for one in SHIPPED.items if one.kind is ItemKind.FUNCTION_CLASS)
LEVEL = next(one for one in SHIPPED.items if one.kind is ItemKind.LEVEL)


def state_of(world: World) -> list[Any]:
    """All that applying or changing could change."""
    tables = ("base_set", "base_change", "base_data", "division", "fund", "flow", "calendar_exception")
    rows = [world.rows(f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables[:2]]
    rows += [world.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables[2:]]
    return [*rows, {name: len(events) for name, events in streams_of(world.streams).items()}]


def add(item: Item, key: str = "k1") -> LocalChange:
    return LocalChange(key, Action.ADD, item)


def rename(item: Item, name: str, day: date, key: str = "k1") -> LocalChange:
    return LocalChange(key, Action.RENAME, replace(item, name=name, valid_from=day))


def issue(template: Template = ISSUED, **changes: Any) -> Template:
    return templates.sign(replace(template, **changes), ABOVE)


def issue_with(*items: Item) -> Template:
    return issue(items=(*SHIPPED.items, *items))
