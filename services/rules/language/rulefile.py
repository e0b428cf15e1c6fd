"""One rule file: from its YAML to a checked Rule, or to the problems with their places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from services.rules.domain import FACT_KINDS, MatchSpec, Rule, Subject
from services.rules.language.cel import ConditionProblem
from services.rules.language.conditions import TEXT_STRIDE, Conditions, compile_conditions, fields_read
from services.rules.language.expression import fields_of, walk
from services.rules.language.message import UnknownName, parse_message, shown_names
from services.rules.language.problems import Problem, ProblemFound, closest
from services.rules.language.reading import Reading, place_of_value
from services.rules.language.rulecases import CaseReader
from services.rules.language.ruleparts import FOLDERS, PartsReader
from services.rules.language.source import Mapping, Place, Scalar, read_source

SEVERITIES = ("red", "orange", "yellow", "blue")
PERIODS = ("once", "day", "month", "year", "window")
KEYS = (
    "id",
    "title",
    "basis",
    "severity",
    "applies_to",
    "valid",
    "on",
    "subject",
    "period",
    "judge",
    "params",
    "window",
    "match",
    "none",
    "when",
    "amount",
    "message",
    "cases",
)
_REQUIRED = ("id", "title", "basis", "severity", "applies_to", "on", "subject", "when", "message", "cases")
_ID = re.compile(r"[a-z]+\.[a-z0-9]+(-[a-z0-9]+)*\Z")
_NOT_NEUTRAL = ("违规", "违法", "违纪")


@dataclass(frozen=True)
class ReadRule:
    """What came of one file: the rule if it is sound, and the problems if not."""

    rule: Rule | None
    problems: tuple[Problem, ...]


def read_rule(text: str, path: str) -> ReadRule:
    """Reads and checks the rule file with this text; `path` is its place in the rulebooks ("common/x.yaml")."""
    try:
        top = read_source(text, path)
    except ProblemFound as found:
        return ReadRule(None, (found.problem,))
    reading = Reading(path)
    rule = _RuleReader(reading, top, path).read()
    return ReadRule(None if reading.problems else rule, tuple(reading.problems))


class _RuleReader:
    """Reads one rule, part by part; later parts are read only when what they rest on is sound."""

    def __init__(self, reading: Reading, top: Mapping, path: str) -> None:
        self._reading = reading
        self._top = top
        self._path = path
        self._parts = PartsReader(reading, top, path)

    def read(self) -> Rule | None:
        """The rule; None or anything if problems were noted."""
        reading, top = self._reading, self._top
        reading.only(top, KEYS, "规则")
        if not reading.required(top, _REQUIRED):
            return None
        categories, funds = self._parts.applies_to()
        shape: dict[str, Any] = {
            "id": self._id(),
            "title": reading.text(top, "title", length_max=60),
            "basis": reading.texts(top, "basis"),
            "severity": reading.choice(top, "severity", SEVERITIES),
            "categories": categories,
            "funds": funds,
            "message": reading.text(top, "message"),
            "period": reading.choice(top, "period", PERIODS, "once"),
            "judge": reading.choice(top, "judge", ("arrival", "close"), "arrival"),
            "params": self._parts.params(),
            "on": reading.choice(top, "on", tuple(FACT_KINDS)),
            "source": self._path,
        }
        shape["valid_from"], shape["valid_to"] = self._parts.valid()
        if not shape["on"]:
            return None
        self._neutral(shape)
        shape["window"] = self._parts.window(shape["on"], shape["params"])
        shape["match"] = self._parts.match()
        shape["form"] = self._form(shape)
        if reading.problems:
            return None
        shape["subject"] = self._subject(shape)
        if reading.problems:
            return None
        return self._conditioned(shape)

    def _conditioned(self, shape: dict[str, Any]) -> Rule | None:
        reading, top = self._reading, self._top
        shape["when"] = self._parts.raw(top, "when")
        shape["amount"] = self._parts.raw(top, "amount") or self._default_amount(shape)
        try:
            conditions = compile_conditions(
                shape["on"], shape["when"], shape["amount"], shape["params"], shape["window"], shape["match"]
            )
        except ConditionProblem as problem:
            place = self._place_in_text(problem.offset)
            reading.problem(place, problem.code, problem.zh, problem.en, problem.suggestion)
            return None
        self._check_lists(conditions)
        self._check_message(shape)
        self._check_form(shape, conditions)
        kinds = self._kinds(shape)
        needed = fields_read(conditions, shape["on"], shape["match"], per_window=shape["window"] is not None)
        cases = CaseReader(reading, needed, kinds, frozenset(conditions.lists)).read(top)
        return Rule(**shape, cases=cases)

    @staticmethod
    def _kinds(shape: dict[str, Any]) -> frozenset[str]:
        match: MatchSpec | None = shape["match"]
        if match is None:
            return frozenset({shape["on"]})
        return frozenset({*match.roles.values(), *(role.kind for role in match.none)})

    def _id(self) -> str:
        reading, top = self._reading, self._top
        found = reading.text(top, "id", length_max=80)
        folder, _, file = self._path.partition("/")
        place = place_of_value(top, "id")
        if not _ID.match(found):
            reading.problem(
                place,
                "rule.id",
                "id 应写作 目录.名称，用小写字母、数字和连字符",
                "id must be folder.name in lower case with hyphens",
            )
        elif folder not in FOLDERS or found != f"{folder}.{file.removesuffix('.yaml')}":
            wanted = f"{folder}.{file.removesuffix('.yaml')}"
            reading.problem(
                place,
                "rule.place",
                "id 应与所在目录和文件名一致",
                "id must agree with folder and file",
                wanted,
            )
        return found

    def _neutral(self, shape: dict[str, Any]) -> None:
        for key in ("title", "message"):
            for word in _NOT_NEUTRAL:
                if word in shape[key]:
                    self._reading.problem(
                        place_of_value(self._top, key),
                        "rule.wording",
                        f"认定之前不能称为“{word}”，请用“疑似”“请核实”等中性表述",
                        "a suspicion is not called a violation before the finding",
                    )

    def _form(self, shape: dict[str, Any]) -> str:
        reading, top = self._reading, self._top
        match, window = shape["match"], shape["window"]
        if match is not None and window is not None:
            reading.problem(
                top.place_of("window"),
                "rule.form",
                "一条规则不能既有 window 又有 match",
                "window or match, not both",
            )
        if shape["on"] == "warning" and match is None:
            reading.problem(
                top.place_of("on"), "rule.form", "on: warning 的规则应写明 match", "on: warning needs match"
            )
        if (window is not None) != (shape["period"] == "window"):
            reading.problem(
                place_of_value(top, "period") if "period" in top.items else top.place,
                "rule.period",
                "窗口规则的 period 是 window，其他规则不是",
                "the period of a window rule is window, and of no other",
            )
        if shape["judge"] == "close" and (match is None or shape["on"] == "warning"):
            reading.problem(
                place_of_value(top, "judge"),
                "rule.judge",
                "只有匹配规则可以在日结时判断",
                "only a match waits for close",
            )
        if self._path.startswith("cross/") and match is None:
            reading.problem(
                top.place,
                "rule.place",
                "cross/ 只放关联不同类别资金的匹配规则",
                "cross/ holds match rules only",
            )
        if shape["funds"] and "fund_code" not in FACT_KINDS[shape["on"]].by_name:
            reading.problem(
                top.place_of("applies_to"),
                "rule.funds",
                f"{shape['on']} 没有资金项",
                f"{shape['on']} has no fund",
            )
        if match is not None:
            return "warning" if shape["on"] == "warning" else "match"
        return "window" if window is not None else "when"

    def _subject(self, shape: dict[str, Any]) -> Subject:
        reading = self._reading
        text, place = reading.text(self._top, "subject"), place_of_value(self._top, "subject")
        match: MatchSpec | None = shape["match"]
        role, _, name = text.rpartition(".")
        kind = shape["on"]
        if match is not None:
            if role not in match.roles or match.roles[role] != kind:
                reading.problem(
                    place,
                    "rule.subject",
                    f"subject 应写作 角色.字段，且该角色是 {kind}",
                    f"subject must be role.field of a role of kind {kind}",
                )
                return Subject("", name, role)
        elif role:
            reading.problem(place, "rule.subject", "subject 应是字段名", "subject must be a field")
        field = FACT_KINDS[kind].by_name.get(name)
        if field is None or not field.subject:
            possible = [item.name for item in FACT_KINDS[kind].fields if item.subject]
            reading.problem(
                place,
                "rule.subject",
                f"{name} 不能作为预警对象；可用：{'、'.join(possible)}",
                f"{name} names no subject; possible: {', '.join(possible)}",
                closest(name, possible),
            )
            return Subject("", name, role)
        if shape["window"] is not None and name not in shape["window"].key:
            reading.problem(
                place,
                "rule.subject",
                "窗口规则的对象应在 window.key 中",
                "the subject must be part of the key",
            )
        return Subject(field.subject, name, role)

    def _check_form(self, shape: dict[str, Any], conditions: Conditions) -> None:
        plan = conditions.plan
        bound = set(plan.group.get("warning", ())) if plan is not None else set()
        if shape["on"] == "warning" and bound != {"subject_kind", "subject"}:
            self._reading.problem(
                self._top.place_of("when"),
                "match.group",
                "预警之间应以 subject_kind 和 subject 相等联系",
                "warnings are bound by equal subject_kind and subject",
            )
        role = shape["subject"].role
        if plan is not None and any(
            not str(name).startswith(f"{role}.") for name in fields_of(conditions.amount)
        ):
            self._reading.problem(
                place_of_value(self._top, "amount"),
                "rule.amount",
                f"amount 只能使用角色 {role} 的字段",
                f"amount may only use fields of {role}",
            )

    def _check_lists(self, conditions: Conditions) -> None:
        keys: dict[str, tuple[object, object]] = {}
        for node in walk(conditions.when):
            if node.op != "listed":
                continue
            fields = (node.args[0].value, node.args[1].value)
            if keys.setdefault(str(node.value), fields) != fields:
                self._reading.problem(
                    self._place_in_text(node.offset),
                    "condition.listed",
                    f"名单 {node.value} 在一条规则里只能比对同一字段",
                    f"list {node.value} is read by two fields in one rule",
                )

    def _check_message(self, shape: dict[str, Any]) -> None:
        names = shown_names(shape["on"], shape["window"], shape["match"], shape["params"])
        found = parse_message(shape["message"], names)
        if isinstance(found, UnknownName):
            node = self._top.items["message"]
            place = node.place
            if isinstance(node, Scalar):
                place = node.at(max(0, node.raw.find("{" + found.name + "}")) + 1)
            self._reading.problem(
                place,
                "rule.message",
                f"提示语中的 {{{found.name}}} 没有对应的字段",
                f"nothing stands for {{{found.name}}} in the message",
                closest(found.name, found.known),
            )

    @staticmethod
    def _default_amount(shape: dict[str, Any]) -> str:
        if shape["window"] is not None:
            return "window.sum" if shape["window"].sum else "0"
        name = "amount_fen" if "amount_fen" in FACT_KINDS[shape["on"]].by_name else "0"
        return f"{shape['subject'].role}.{name}" if shape["match"] is not None and name != "0" else name

    def _place_in_text(self, offset: int) -> Place:
        number, local = divmod(offset, TEXT_STRIDE)
        holders: list[tuple[Mapping | None, str]] = [
            (self._top, "when"),
            (self._reading.mapping(self._top, "window"), "where"),
            (self._top, "amount"),
        ]
        absent = self._reading.mapping(self._top, "none")
        holders += [
            (item, "when") for item in (absent.items.values() if absent else ()) if isinstance(item, Mapping)
        ]
        holder, key = holders[number] if number < len(holders) else holders[0]
        node = holder.items.get(key) if holder is not None else None
        return node.at(local) if isinstance(node, Scalar) else self._top.place_of(key)
