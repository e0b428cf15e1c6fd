"""Base data: protobuf into what the ledger works with, and back. Nothing else."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields
from datetime import date

from mingzhang.ledger.v1 import basedata_pb2 as pb

from services.kit.errors import InvalidInput
from services.ledger.domain.base_changes import Action, Difference, LocalChange
from services.ledger.domain.base_items import BEGINNING, Item, ItemKind
from services.ledger.messages import day_of
from services.ledger.usecases.base_sets import AppliedSet, RecordedChange

_COPIED = [one.name for one in fields(Item) if one.name not in ("kind", "valid_from", "valid_to")]
_APPLIED = ("id", "origin", "issuer", "version", "note", "key_id", "sha256", "items", "applied_by")


def item(message: pb.BaseItem) -> Item:
    """An item as somebody hands it in; a lock is not theirs to set."""
    said = {name: getattr(message, name) for name in _COPIED} | {"locked": False}
    return Item(
        kind=kind_of(message.kind),
        valid_from=day_of(message.valid_from) or BEGINNING,
        valid_to=day_of(message.valid_to),
        **said,
    )


def kind_of(name: str) -> ItemKind:
    """The kind of a name; refuses what is none."""
    try:
        return ItemKind(name)
    except ValueError as error:
        raise InvalidInput(
            "ledger.base_kind", f"没有基础数据种类“{name}”", f"{name!r} is no kind of base data"
        ) from error


def change(message: pb.BaseChange) -> LocalChange:
    """A change as somebody hands it in."""
    try:
        action = Action(message.action)
    except ValueError as error:
        raise InvalidInput(
            "ledger.base_action",
            f"没有变更方式“{message.action}”",
            f"{message.action!r} is no kind of change",
        ) from error
    return LocalChange(message.key, action, item(message.item))


def shown_item(one: Item) -> pb.BaseItem:
    """An item."""
    return pb.BaseItem(
        kind=one.kind.value,
        valid_from=one.valid_from.isoformat(),
        valid_to=_day(one.valid_to),
        **{name: getattr(one, name) for name in _COPIED},
    )


def shown_set(one: AppliedSet) -> pb.AppliedTemplate:
    """An applied template."""
    return pb.AppliedTemplate(
        valid_from=one.valid_from.isoformat(),
        applied_at=one.applied_at.isoformat(),
        **{name: getattr(one, name) for name in _APPLIED},
    )


def shown_change(one: RecordedChange, aside: Iterable[LocalChange]) -> pb.BaseChange:
    """A local change; `aside` are those that there is no room for."""
    return pb.BaseChange(
        key=one.change.key,
        action=one.change.action.value,
        item=shown_item(one.change.item),
        changed_by=one.changed_by,
        changed_at=one.changed_at.isoformat(),
        set_aside=one.change in aside,
    )


def shown_difference(one: Difference) -> pb.BaseDifference:
    """An item that two templates do not have alike."""
    return pb.BaseDifference(
        before=shown_item(one.before) if one.before else None,
        after=shown_item(one.after) if one.after else None,
    )


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
