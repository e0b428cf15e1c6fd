"""The cases inside a rule file: facts in, verdict out."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from datetime import date

from services.rules.domain import FACT_KINDS, Case, FactField, Value
from services.rules.language.problems import closest
from services.rules.language.reading import Reading, as_day
from services.rules.language.source import Mapping, Node, Scalar, Sequence

CASES_MAX = 40
FACTS_MAX = 60
VERDICTS = ("none", "warn", "cannot_judge")
DEFAULT_DAY = date(2018, 7, 2)


class CaseReader:
    """Reads the cases of one rule. `needed`: per kind, the fields a case must give if they cannot be null."""

    def __init__(
        self,
        reading: Reading,
        needed: AnyMapping[str, set[str]],
        kinds: frozenset[str],
        lists: frozenset[str],
    ) -> None:
        self._reading = reading
        self._needed = needed
        self._kinds = kinds
        self._lists = lists

    def read(self, top: Mapping) -> tuple[Case, ...]:
        """The cases; at least one that warns and one that does not."""
        reading, node = self._reading, top.items["cases"]
        place = top.place_of("cases")
        if not isinstance(node, Sequence) or not 0 < len(node.items) <= CASES_MAX:
            reading.problem(
                place, "cases.missing", f"cases 应是 1 至 {CASES_MAX} 个用例", "cases must be a list of cases"
            )
            return ()
        cases = [case for item in node.items if (case := self._case(item)) is not None]
        if len(cases) == len(node.items):
            given = {case.then for case in cases}
            for wanted, zh in (("warn", "应预警"), ("none", "不应预警")):
                if wanted not in given:
                    reading.problem(
                        place,
                        "cases.one_sided",
                        f"至少要有一个{zh}的用例",
                        f"a case with then: {wanted} is needed",
                    )
        return tuple(cases)

    def _case(self, node: Node) -> Case | None:
        reading = self._reading
        if not isinstance(node, Mapping):
            reading.problem(node.place, "file.type", "用例应是一组“键: 值”", "a case must be a mapping")
            return None
        reading.only(node, ("name", "given", "then"), "用例")
        if not reading.required(node, ("name", "given", "then")):
            return None
        name = reading.text(node, "name")
        then = reading.choice(node, "then", VERDICTS)
        given = reading.mapping(node, "given")
        if given is None or not then:
            return None
        before = len(reading.problems)
        reading.only(given, (*sorted(self._kinds), "lists"), "given")
        facts = {kind: self._facts(kind, given.items[kind]) for kind in given.items if kind in self._kinds}
        if not any(facts.values()):
            reading.problem(
                node.place_of("given"), "cases.empty", "用例没有给出事实", "the case gives no facts"
            )
        lists = self._given_lists(given)
        if len(reading.problems) > before:
            return None
        # The choice above allows only verdicts.
        return Case(name, facts, lists, then, node.place.line)  # type: ignore[arg-type]

    def _facts(self, kind: str, node: Node) -> tuple[AnyMapping[str, Value], ...]:
        items = node.items if isinstance(node, Sequence) else (node,)
        if len(items) > FACTS_MAX:
            self._reading.problem(
                node.place, "cases.too_many", f"一个用例至多 {FACTS_MAX} 条事实", "too many facts in a case"
            )
            return ()
        rows = []
        for number, item in enumerate(items, 1):
            if isinstance(item, Mapping):
                rows.append(self._fact(kind, item, number))
            else:
                self._reading.problem(
                    item.place, "file.type", "事实应是一组“字段: 值”", "a fact must be a mapping"
                )
        return tuple(rows)

    def _fact(self, kind: str, node: Mapping, number: int) -> AnyMapping[str, Value]:
        declared = FACT_KINDS[kind]
        row: dict[str, Value] = {}
        for name, value in node.items.items():
            field = declared.by_name.get(name)
            if field is None or (field.derived and name != "day"):
                self._reading.problem(
                    node.place_of(name),
                    "cases.unknown_field",
                    f"{kind} 没有字段 {name}" if field is None else f"{name} 由系统推算，不能给出",
                    f"{kind} has no field {name} to give",
                    closest(name, list(declared.by_name)),
                )
                continue
            row[name] = self._value(field, value)
        needed = self._needed.get(kind, set())
        for field in declared.fields:
            if field.name in row or (field.derived and field.name != "day"):
                continue
            if field.name in needed and not field.nullable:
                self._reading.problem(
                    node.place,
                    "cases.missing_field",
                    f"规则要用到 {field.name}（{field.label}），用例应给出它",
                    f"the rule reads {field.name}: the case must give it",
                )
            row[field.name] = _filler(field, kind, number)
        return row

    def _value(self, field: FactField, node: Node) -> Value:
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(node, Scalar) and value is None:
            if not field.nullable:
                self._reading.problem(
                    node.place, "cases.null", f"{field.name} 不能为空", f"{field.name} cannot be null"
                )
            return None
        if field.type == "date":
            day = as_day(node)
            if day is not None:
                return day
        elif field.type == "string" and isinstance(node, Scalar):
            return node.raw
        elif field.type == "bool" and isinstance(value, bool):
            return value
        elif field.type == "int" and isinstance(value, int) and not isinstance(value, bool):
            if _in_range(field, value):
                return value
            self._reading.problem(
                node.place,
                "cases.range",
                f"{field.name} 应在 {field.minimum} 至 {field.maximum} 之间",
                f"{field.name} is out of range",
            )
            return None
        words = {"int": "整数", "string": "文字", "bool": "true 或 false", "date": "日期，例如 2018-07-30"}
        self._reading.problem(
            node.place,
            "cases.type",
            f"{field.name} 应是{words[field.type]}",
            f"{field.name} must be of type {field.type}",
        )
        return None

    def _given_lists(self, given: Mapping) -> dict[str, tuple[int | str, ...]]:
        node = self._reading.mapping(given, "lists")
        if node is None:
            return {}
        self._reading.only(node, tuple(sorted(self._lists)), "lists")
        found: dict[str, tuple[int | str, ...]] = {}
        for name, items in node.items.items():
            if not isinstance(items, Sequence):
                self._reading.problem(
                    items.place,
                    "file.type",
                    f"名单 {name} 应是列表，例如 [1001]",
                    f"list {name} must be a list",
                )
                continue
            values = [item.value for item in items.items if isinstance(item, Scalar)]
            found[name] = tuple(value for value in values if value is not None)
        return found


def _in_range(field: FactField, value: int) -> bool:
    low = field.minimum is None or value >= field.minimum
    return low and (field.maximum is None or value <= field.maximum)


def _filler(field: FactField, kind: str, number: int) -> Value:
    """What stands in a field that the case does not give."""
    if field.nullable:
        return None
    if field.type == "string":
        return f"{kind}-{number}" if field.name == FACT_KINDS[kind].key or field.subject == "payment" else "-"
    if field.type == "date":
        return DEFAULT_DAY
    if field.type == "bool":
        return False
    return max(0, field.minimum or 0)
