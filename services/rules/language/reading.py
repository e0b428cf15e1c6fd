"""Reads typed values out of a rule file's mapping and collects what is wrong."""

from __future__ import annotations

import re
from collections.abc import Sequence as Several
from datetime import date

from services.rules.language.problems import Problem, closest
from services.rules.language.source import Mapping, Node, Place, Scalar, Sequence

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")


class Reading:
    """One rule file being read: typed access to its values, and the problems so far."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []

    def problem(self, place: Place, code: str, zh: str, en: str, suggestion: str = "") -> None:
        """Notes a problem at a place."""
        self.problems.append(Problem(self.file, place.line, place.column, code, zh, en, suggestion))

    def only(self, node: Mapping, allowed: Several[str], what: str) -> None:
        """Refuses keys that are not among the allowed."""
        for key in node.items:
            if key not in allowed:
                self.problem(
                    node.place_of(key),
                    "file.unknown_key",
                    f"{what}中没有“{key}”这一项",
                    f"there is no key {key} in {what}",
                    closest(key, allowed),
                )

    def required(self, node: Mapping, keys: Several[str]) -> bool:
        """Refuses a mapping without these keys; true if all are there."""
        missing = [key for key in keys if key not in node.items]
        for key in missing:
            self.problem(node.place, "file.missing_key", f"缺少必填项 {key}", f"{key} is required")
        return not missing

    def text(self, node: Mapping, key: str, default: str = "", length_max: int = 400) -> str:
        """A text that is not empty, or the default if the key is absent."""
        value = node.items.get(key)
        if value is None:
            return default
        if not isinstance(value, Scalar) or value.value is None or not value.raw.strip():
            self.problem(node.place_of(key), "file.type", f"{key} 应是文字", f"{key} must be a text")
            return default
        if len(value.raw) > length_max:
            self.problem(
                node.place_of(key), "file.too_long", f"{key} 不应超过 {length_max} 字", f"{key} is too long"
            )
            return default
        return value.raw.strip()

    def choice(self, node: Mapping, key: str, allowed: Several[str], default: str = "") -> str:
        """One of the allowed words."""
        value = self.text(node, key, default)
        if value not in allowed and key in node.items:
            self.problem(
                place_of_value(node, key),
                "file.choice",
                f"{key} 应是 {'、'.join(allowed)} 之一，而不是 {value or '空'}",
                f"{key} must be one of {', '.join(allowed)}",
                closest(value, allowed),
            )
            return default
        return value

    def texts(self, node: Mapping, key: str) -> tuple[str, ...]:
        """A list of texts, none empty; empty if the key is absent."""
        value = node.items.get(key)
        if value is None:
            return ()
        if not isinstance(value, Sequence) or not value.items:
            self.problem(
                node.place_of(key), "file.type", f"{key} 应是列表，例如 [文字]", f"{key} must be a list"
            )
            return ()
        found = []
        for item in value.items:
            if isinstance(item, Scalar) and item.raw.strip() and item.value is not None:
                found.append(item.raw.strip())
            else:
                self.problem(
                    item.place, "file.type", f"{key} 的各项应是文字", f"{key} must be a list of texts"
                )
        return tuple(found)

    def mapping(self, node: Mapping, key: str) -> Mapping | None:
        """A mapping, or None if absent."""
        value = node.items.get(key)
        if value is None or isinstance(value, Mapping):
            return value
        self.problem(node.place_of(key), "file.type", f"{key} 应是一组“键: 值”", f"{key} must be a mapping")
        return None

    def day(self, node: Mapping, key: str) -> date | None:
        """A date (2018-07-30), or None if absent."""
        value = node.items.get(key)
        if value is None:
            return None
        found = as_day(value)
        if found is None:
            self.problem(
                place_of_value(node, key),
                "file.date",
                f"{key} 应是日期，例如 2018-07-30",
                f"{key} must be a date such as 2018-07-30",
            )
        return found


def place_of_value(node: Mapping, key: str) -> Place:
    """Where the value of a key stands."""
    value = node.items.get(key)
    return value.place if value is not None else node.place


def as_day(value: Node) -> date | None:
    """The date that a scalar writes, or None."""
    if not isinstance(value, Scalar) or not _DAY.match(value.raw):
        return None
    try:
        return date.fromisoformat(value.raw)
    except ValueError:
        return None
