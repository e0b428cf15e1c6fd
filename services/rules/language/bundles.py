"""Folders of rule files, and bundles: what is deployed for one category, immutable and named by its hash."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.kit.errors import InvalidInput
from services.rules.domain import BUNDLE_CATEGORIES, Bundle, Rule
from services.rules.language.conditions import conditions_of
from services.rules.language.expression import Expression, conjuncts
from services.rules.language.problems import Problem, closest, refusal
from services.rules.language.rulefile import read_rule

FORMAT = 1
BUNDLE_BYTES_MAX = 4 * 1024 * 1024
RULES_MAX = 500
RULEBOOKS = Path(__file__).resolve().parent.parent / "rulebooks"
"""The rule files that are shipped."""


@dataclass(frozen=True)
class LoadResult:
    """The sound rules of a folder in the order of their ids, and the problems of the others."""

    rules: tuple[Rule, ...]
    problems: tuple[Problem, ...]


@dataclass(frozen=True)
class BundleResult:
    """A bundle, or the problems that keep it from being built."""

    bundle: Bundle | None
    problems: tuple[Problem, ...]


def load_rules(folder: Path = RULEBOOKS) -> LoadResult:
    """Reads and checks all rule files (*/*.yaml) under a folder of rulebooks.

    Raises InvalidInput "rules.no_folder" and "rules.no_rule_files": a wrong path must not pass for sound rules.
    """
    return _check(_texts(folder))


def build_bundle(folder: Path, category: str) -> BundleResult:
    """The bundle of a category: the rules of its folder and the common ones that apply to it.

    Raises InvalidInput where no rule applies ("rules.empty_bundle"), and like load_rules: a bundle without rules
    would switch a category off in silence.
    """
    if category not in BUNDLE_CATEGORIES:
        raise InvalidInput(
            "rules.unknown_category",
            f"没有资金类别 {category}",
            f"there is no category {category}",
            {"category": category},
        )
    texts = _texts(folder)
    loaded = _check(texts)
    if loaded.problems:
        return BundleResult(None, loaded.problems)
    chosen = [rule for rule in loaded.rules if category in rule.categories]
    if not chosen:
        raise InvalidInput(
            "rules.empty_bundle",
            f"这个文件夹里没有适用于 {category} 的规则：{folder}",
            f"no rule in this folder applies to {category}: {folder}",
            {"category": category, "folder": folder},
        )
    return BundleResult(_bundle(category, chosen, {rule.source: texts[rule.source] for rule in chosen}), ())


def read_bundle(content: bytes) -> Bundle:
    """The bundle of this canonical JSON, checked like the files. Raises InvalidInput "rules.bundle_invalid"."""
    try:
        if len(content) > BUNDLE_BYTES_MAX:
            raise ValueError("too large")
        document = json.loads(content)
        category, version = document["category"], document["format"]
        texts = {str(item["path"]): str(item["text"]) for item in document["rules"]}
        if version != FORMAT or category not in BUNDLE_CATEGORIES or len(texts) > RULES_MAX:
            raise ValueError("not of this format")
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidInput(
            "rules.bundle_invalid", "规则包无法识别", "this is not a bundle of rules", {"reason": error}
        ) from error
    loaded = _check(texts)
    if loaded.problems:
        raise refusal(loaded.problems)
    astray = [rule.id for rule in loaded.rules if category not in rule.categories]
    bundle = _bundle(category, loaded.rules, texts)
    if astray or bundle.content != content:
        raise InvalidInput(
            "rules.bundle_invalid",
            f"规则包内容与类别 {category} 不符或格式不规范",
            f"the bundle does not fit {category} or is not in canonical form",
            {"rules": ", ".join(astray)},
        )
    return bundle


def _bundle(category: str, rules: Iterable[Rule], texts: Mapping[str, str]) -> Bundle:
    document = {
        "category": category,
        "format": FORMAT,
        "rules": [{"path": path, "text": texts[path]} for path in sorted(texts)],
    }
    content = json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    ordered = tuple(sorted(rules, key=lambda rule: rule.id))
    return Bundle(category, ordered, content, hashlib.sha256(content).hexdigest())


def _texts(folder: Path) -> dict[str, str]:
    if not folder.is_dir():
        raise InvalidInput(
            "rules.no_folder", f"没有这个文件夹 {folder}", f"there is no folder {folder}", {"folder": folder}
        )
    found: dict[str, str] = {}
    for path in sorted(folder.glob("*/*.yaml")):
        # A file that is not UTF-8 is told by its replacement characters, at their place, when it is read.
        found[f"{path.parent.name}/{path.name}"] = path.read_bytes().decode("utf-8", errors="replace")
    if not found:
        raise InvalidInput(
            "rules.no_rule_files",
            f"这个文件夹里没有规则文件，规则应在其下一级，如 common/*.yaml：{folder}",
            f"no rule files in this folder; they are one level below it, as common/*.yaml: {folder}",
            {"folder": folder},
        )
    return found


def _check(texts: Mapping[str, str]) -> LoadResult:
    read = [read_rule(text, path) for path, text in sorted(texts.items())]
    rules = sorted((item.rule for item in read if item.rule is not None), key=lambda rule: rule.id)
    problems = [problem for item in read for problem in item.problems]
    problems += _list_problems(rules)
    problems += _chain_problems(rules, complete=not problems)
    return LoadResult(tuple(rules), tuple(problems))


def _at(rule: Rule, code: str, zh: str, en: str, suggestion: str = "") -> Problem:
    return Problem(rule.source, 1, 1, code, zh, en, suggestion)


def _list_problems(rules: Sequence[Rule]) -> list[Problem]:
    """A list is looked up by one field of a kind, so that a change of the list finds the facts it touches."""
    problems = []
    seen: dict[tuple[str, str], tuple[str, str]] = {}
    for rule in rules:
        for name, node in conditions_of(rule).lists.items():
            field, other = str(node.args[0].value), seen.get((rule.on, name))
            if other is not None and other[0] != field:
                problems.append(
                    _at(
                        rule,
                        "condition.listed",
                        f"名单 {name} 在 {other[1]} 中比对 {other[0]}，此处比对 {field}，应一致",
                        f"list {name} is read by {other[0]} in {other[1]} but by {field} here",
                    )
                )
            seen.setdefault((rule.on, name), (field, rule.id))
    return problems


def _chain_problems(rules: Sequence[Rule], *, complete: bool) -> list[Problem]:
    """A rule on warnings names the rules whose warnings it reads; they exist and do not lead back to it."""
    problems = []
    reads: dict[str, set[str]] = {}
    known = [rule.id for rule in rules]
    for rule in rules:
        plan = conditions_of(rule).plan
        if rule.form != "warning" or plan is None:
            continue
        reads[rule.id] = set()
        for part in plan.parts:
            named = _rules_named(part.filter)
            reads[rule.id] |= named
            if not named:
                problems.append(
                    _at(
                        rule,
                        "match.rule_id",
                        f'请写明 {part.role} 是哪条规则的预警，例如 {part.role}.rule_id == "common.…"',
                        f"say whose warnings {part.role} are, by {part.role}.rule_id",
                    )
                )
            unknown = sorted(named - set(known)) if complete else []
            problems += [
                _at(rule, "match.rule_id", f"没有规则 {name}", f"no rule {name}", closest(name, known))
                for name in unknown
            ]
    problems += [
        _at(rule, "match.cycle", "预警规则之间互相依赖", "rules on warnings depend on each other")
        for rule in rules
        if rule.id in reads and _leads_back(rule.id, reads)
    ]
    return problems


def _rules_named(condition: Expression) -> set[str]:
    for part in conjuncts(condition):
        if part.op in {"==", "in"} and part.args[0].value == "rule_id" and part.args[0].op == "field":
            items = part.args[1].args if part.op == "in" else (part.args[1],)
            return {str(item.value) for item in items}
    return set()


def _leads_back(start: str, reads: Mapping[str, set[str]]) -> bool:
    waiting, seen = list(reads[start]), set()
    while waiting:
        name = waiting.pop()
        if name == start:
            return True
        if name not in seen:
            seen.add(name)
            waiting += reads.get(name, ())
    return False
