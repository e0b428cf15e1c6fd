"""The parts of a rule file that stand by themselves: where it applies, parameters, window, roles."""

from __future__ import annotations

import re
from collections.abc import Sequence as Several
from datetime import date

from services.rules.domain import (
    CATEGORIES,
    CROSS,
    FACT_KINDS,
    UNASSIGNED,
    MatchSpec,
    NoneRole,
    Parameter,
    WindowSpec,
)
from services.rules.language.problems import closest
from services.rules.language.reading import Reading, place_of_value
from services.rules.language.source import Mapping, Place, Scalar

FOLDERS = ("common", CROSS, *CATEGORIES)
WINDOW_DAYS_MAX = 400
_NAME = re.compile(r"[a-z][a-z0-9_]{0,30}\Z")


class PartsReader:
    """Reads the parts of one rule file; problems go to the reading."""

    def __init__(self, reading: Reading, top: Mapping, path: str) -> None:
        self._reading = reading
        self._top = top
        self._path = path

    def applies_to(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """Categories and funds."""
        reading = self._reading
        node = reading.mapping(self._top, "applies_to")
        if node is None:
            return (), ()
        reading.only(node, ("categories", "funds"), "applies_to")
        reading.required(node, ("categories",))
        found = reading.texts(node, "categories")
        folder = self._path.partition("/")[0]
        allowed: Several[str] = (*CATEGORIES, UNASSIGNED) if folder == "common" else (folder,)
        for category in found:
            if category not in allowed:
                reading.problem(
                    place_of_value(node, "categories"),
                    "rule.category",
                    f"{folder}/ 下的规则不能适用于 {category}",
                    f"a rule under {folder}/ cannot apply to {category}",
                    closest(category, allowed),
                )
        return found, reading.texts(node, "funds")

    def valid(self) -> tuple[date | None, date | None]:
        """First and last day, None if open."""
        node = self._reading.mapping(self._top, "valid")
        if node is None:
            return None, None
        self._reading.only(node, ("from", "to"), "valid")
        first, last = self._reading.day(node, "from"), self._reading.day(node, "to")
        if first is not None and last is not None and last < first:
            self._reading.problem(
                node.place, "rule.valid", "失效日早于生效日", "the rule ends before it begins"
            )
        return first, last

    def params(self) -> tuple[Parameter, ...]:
        """The parameters with their defaults."""
        reading = self._reading
        node = reading.mapping(self._top, "params")
        found = []
        for name, item in (node.items if node is not None else {}).items():
            if not isinstance(item, Mapping) or not _NAME.match(name):
                reading.problem(
                    item.place,
                    "rule.parameter",
                    "参数应写作 名称: {default: 值, label: 名称, note: 说明}",
                    "a parameter is name: {default: …, label: …, note: …}",
                )
                continue
            reading.only(item, ("default", "label", "note"), "参数")
            default = item.items.get("default")
            if not reading.required(item, ("default", "label", "note")):
                continue
            if not isinstance(default, Scalar) or default.value is None:
                reading.problem(
                    item.place, "rule.parameter", "default 应是整数、文字或 true/false", "bad default"
                )
                continue
            found.append(
                Parameter(name, default.value, reading.text(item, "label"), reading.text(item, "note"))
            )
        return tuple(found)

    def window(self, on: str, params: tuple[Parameter, ...]) -> WindowSpec | None:
        """The window over facts of kind `on`."""
        reading = self._reading
        node = reading.mapping(self._top, "window")
        if node is None:
            return None
        reading.only(node, ("key", "days", "sum", "where"), "window")
        if not reading.required(node, ("key", "days")):
            return None
        fields = FACT_KINDS[on].by_name
        key = reading.texts(node, "key")
        total = reading.text(node, "sum")
        for name in (*key, *((total,) if total else ())):
            if name not in fields or (name == total and fields[name].type != "int"):
                reading.problem(
                    place_of_value(node, "sum" if name == total else "key"),
                    "window.field",
                    f"{on} 没有可用于窗口的字段 {name}",
                    f"{on} has no field {name} for a window",
                    closest(name, list(fields)),
                )
        days = node.items["days"]
        width = days.value if isinstance(days, Scalar) else None
        if isinstance(width, str) and width.startswith("param."):
            width = {f"param.{item.name}": item.value for item in params}.get(width)
        if not isinstance(width, int) or isinstance(width, bool) or not 0 < width <= WINDOW_DAYS_MAX:
            reading.problem(
                days.place,
                "window.days",
                f"days 应是 1 至 {WINDOW_DAYS_MAX} 的整数或 param.名称",
                f"days must be 1 to {WINDOW_DAYS_MAX} or param.<name>",
            )
            width = 1
        if FACT_KINDS[on].per_day or on == "warning":
            reading.problem(node.place, "window.kind", f"{on} 不能用窗口统计", f"{on} has no windows")
        return WindowSpec(key, width, total, self.raw(node, "where"))

    def match(self) -> MatchSpec | None:
        """The roles and the absent roles."""
        reading = self._reading
        node, absent = reading.mapping(self._top, "match"), reading.mapping(self._top, "none")
        if node is None:
            if absent is not None:
                reading.problem(
                    self._top.place_of("none"), "match.none", "none 只用于匹配规则", "none belongs to a match"
                )
            return None
        roles = {}
        for role in node.items:
            kind = reading.choice(node, role, tuple(FACT_KINDS))
            self._check_role(role, kind, node.place_of(role))
            roles[role] = kind
        none = []
        for role, item in (absent.items if absent is not None else {}).items():
            if not isinstance(item, Mapping):
                reading.problem(
                    item.place,
                    "match.none",
                    "none 应写作 角色: {kind: …, when: …}",
                    "none is role: {kind, when}",
                )
                continue
            reading.only(item, ("kind", "when"), "none")
            reading.required(item, ("kind", "when"))
            kind = reading.choice(item, "kind", tuple(FACT_KINDS))
            self._check_role(role, kind, item.place)
            if role in roles:
                reading.problem(item.place, "match.role", f"角色 {role} 重复", f"role {role} is there twice")
            none.append(NoneRole(role, kind, self.raw(item, "when")))
        return MatchSpec(roles, tuple(none))

    def _check_role(self, role: str, kind: str, place: Place) -> None:
        if not _NAME.match(role) or role in {"param", "window"}:
            self._reading.problem(
                place, "match.role", f"角色名 {role} 应是小写字母、数字和下划线", f"bad role name {role}"
            )
        if kind and FACT_KINDS[kind].per_day:
            self._reading.problem(
                place,
                "match.kind",
                f"{kind} 是每日状态，不能用于匹配",
                f"{kind} holds per day and has no matches",
            )
        if kind and (kind == "warning") != (self._reading.text(self._top, "on") == "warning"):
            self._reading.problem(
                place, "match.kind", "预警只能与预警匹配（on: warning）", "warnings match only with warnings"
            )

    def raw(self, node: Mapping, key: str) -> str:
        """The text of a condition, unstripped: offsets count from its start."""
        value = node.items.get(key)
        if value is None:
            return ""
        if not isinstance(value, Scalar) or not value.raw.strip():
            self._reading.problem(
                value.place, "file.type", f"{key} 应是一个条件", f"{key} must be a condition"
            )
            return "false"
        return value.raw
