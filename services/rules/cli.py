"""`mingzhang rules …`: what the author of rules does on the command line. Parts come from module.py."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from services.rules.domain import BUNDLE_CATEGORIES
from services.rules.engine.cases import CaseOutcome, run_cases
from services.rules.engine.durable_pool import DurablePool
from services.rules.language import RULEBOOKS, Problem, build_bundle, load_rules


class RulesPort(Protocol):
    """The running rules service, as the commands see it."""

    def deploy(self, category: str, bundle: bytes) -> tuple[str, int, bool]:
        """Puts a bundle in force: its hash, its place in the log, whether it was in force already."""
        ...

    def warning(self, id: str) -> Mapping[str, object]:  # noqa: A002 - the field's own name
        """A warning as it stands: the fields of its message."""
        ...

    def rules(self, category: str) -> Sequence[Mapping[str, object]]:
        """The rules in force ("" for all categories): the fields of their messages."""
        ...


def add_commands(parser: argparse._SubParsersAction[Any], open_service: Callable[[], RulesPort]) -> None:
    """Adds lint, test, list, explain and deploy; `open_service` is called only by those that need it."""
    lint = parser.add_parser("lint", help="检查规则文件 / check rule files")
    _add_folder(lint)
    lint.set_defaults(run=_lint)

    test = parser.add_parser("test", help="运行规则文件中的用例 / run the cases in rule files")
    _add_folder(test)
    test.add_argument("--verbose", action="store_true", help="每个用例一行 / a line for every case")
    test.set_defaults(run=_test)

    listing = parser.add_parser("list", help="列出规则 / list rules")
    _add_folder(listing)
    listing.add_argument(
        "--in-force",
        metavar="CATEGORY",
        choices=("all", *BUNDLE_CATEGORIES),
        help="运行中的规则 / of the service",
    )
    listing.set_defaults(run=lambda arguments: _list(arguments, open_service))

    explain = parser.add_parser("explain", help="说明一条预警的由来 / why a warning was raised")
    explain.add_argument("warning_id")
    explain.set_defaults(run=lambda arguments: _explain(arguments, open_service))

    deploy = parser.add_parser("deploy", help="部署一个资金类别的规则包 / put a bundle in force")
    deploy.add_argument("category", choices=BUNDLE_CATEGORIES)
    deploy.add_argument("--folder", type=Path, default=RULEBOOKS, help="规则目录 / folder of rulebooks")
    _add_language(deploy)
    deploy.set_defaults(run=lambda arguments: _deploy(arguments, open_service))


def _add_folder(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=RULEBOOKS,
        help="规则目录，默认为自带规则 / folder of rulebooks",
    )
    _add_language(parser)


def _add_language(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--language", choices=("zh", "en", "both"), default="both", help="语言 / language")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


def _tell_problems(problems: Sequence[Problem], language: str) -> None:
    for problem in problems:
        if language == "both":
            _say(f"{problem.sentence('zh')} / {problem.en}")
        else:
            _say(problem.sentence(language))


def _lint(arguments: argparse.Namespace) -> int:
    loaded = load_rules(arguments.folder)
    _tell_problems(loaded.problems, arguments.language)
    _say(
        f"{len(loaded.rules)} 条规则通过，{len(loaded.problems)} 处问题"
        f" / {len(loaded.rules)} rules are sound, {len(loaded.problems)} problems"
    )
    return 1 if loaded.problems or not loaded.rules else 0


def _test(arguments: argparse.Namespace) -> int:
    loaded = load_rules(arguments.folder)
    _tell_problems(loaded.problems, arguments.language)
    pool = DurablePool()
    try:
        outcomes = run_cases(loaded.rules, pool)
    finally:
        pool.close()
    failed = [outcome for outcome in outcomes if not outcome.passed]
    for outcome in outcomes if arguments.verbose else failed:
        _say(_outcome(outcome))
    skipped = {problem.file for problem in loaded.problems} - {rule.source for rule in loaded.rules}
    zh, en = f"{len(outcomes)} 个用例", f"{len(outcomes)} cases"
    zh, en = f"{zh}，{len(failed)} 个未通过", f"{en}, {len(failed)} failed"
    if loaded.problems:
        zh = f"未通过：{len(loaded.problems)} 处问题，{len(skipped)} 个文件的用例没有运行；其余 {zh}"
        en = f"not passed: {len(loaded.problems)} problems, the cases of {len(skipped)} files were not run; the rest: {en}"
    _say(f"{zh} / {en}")
    return 1 if failed or loaded.problems or not outcomes else 0


def _outcome(outcome: CaseOutcome) -> str:
    mark = "通过 ok" if outcome.passed else "未过 FAILED"
    place = f"{outcome.rule.source}:{outcome.case.line}"
    said = "" if outcome.passed else f"：应为 expected {outcome.case.then}，实为 said {outcome.said}"
    return f"{mark} {place} {outcome.case.name}{said}"


def _list(arguments: argparse.Namespace, open_service: Callable[[], RulesPort]) -> int:
    if arguments.in_force:
        for rule in open_service().rules("" if arguments.in_force == "all" else arguments.in_force):
            shown = (rule["category"], rule["rule_id"], rule["form"], rule["severity"], rule["standing"])
            _say("\t".join(map(str, (*shown, rule["title"]))))
        return 0
    loaded = load_rules(arguments.folder)
    for found in loaded.rules:
        _say(
            "\t".join(
                (found.id, found.form, found.on, found.severity, ",".join(found.categories), found.title)
            )
        )
    _tell_problems(loaded.problems, arguments.language)
    return 1 if loaded.problems else 0


def _explain(arguments: argparse.Namespace, open_service: Callable[[], RulesPort]) -> int:
    warning = open_service().warning(arguments.warning_id)
    for name in ("id", "rule_id", "title", "severity", "subject_kind", "subject", "period", "day", "message"):
        _say(f"{name}: {warning.get(name, '')}")
    for line in explanation_lines(str(warning.get("explanation_json") or "")):
        _say(line)
    return 0


def explanation_lines(text: str) -> list[str]:
    """The explanation of a warning as indented lines; anything unexpected as its JSON."""
    if not text:
        return []
    document = json.loads(text)
    if not isinstance(document, dict) or "tree" not in document:
        return [json.dumps(document, ensure_ascii=False, indent=2)]
    lines = [
        f"{item['label']} {item['name']}: {item.get('shown', _said(item['value']))}"
        for item in document.get("inputs_shown", ())
    ]
    lines += _tree_lines(document["tree"], 0)
    change = document.get("change")
    if isinstance(change, dict):
        before, after = (change.get(f"{side}_shown", _said(change[side])) for side in ("from", "to"))
        lines.append(
            f"若 {change.get('label', change['field'])} 由 {before} 变为 {after}，则不预警"
            f" / would not fire with {change['field']} = {after}"
        )
    else:
        lines.append("改动任何单一字段都不足以使其不预警 / no change of one field would do")
    return lines


def _tree_lines(node: Mapping[str, Any], depth: int) -> list[str]:
    label = f"（{node['label']}）" if "label" in node else ""
    lines = [f"{'  ' * depth}{node['text']}{label} = {node.get('shown', _said(node['value']))}"]
    for part in node.get("parts", ()):
        lines += _tree_lines(part, depth + 1)
    return lines


def _said(value: object) -> object:
    if value is None or isinstance(value, bool):
        return {True: "真 true", False: "假 false", None: "未知 unknown"}[value]
    return value


def _deploy(arguments: argparse.Namespace, open_service: Callable[[], RulesPort]) -> int:
    result = build_bundle(arguments.folder, arguments.category)
    if result.bundle is None:
        _tell_problems(result.problems, arguments.language)
        return 1
    pool = DurablePool()
    try:
        failed = [outcome for outcome in run_cases(result.bundle.rules, pool) if not outcome.passed]
    finally:
        pool.close()
    for outcome in failed:
        _say(_outcome(outcome))
    if failed:
        return 1
    digest, place, known = open_service().deploy(arguments.category, result.bundle.content)
    state = (
        "已在运行 already in force"
        if known
        else f"自判断日志第 {place} 条起生效 in force from log place {place}"
    )
    _say(f"{arguments.category} {digest[:16]} {len(result.bundle.rules)} 条规则 rules，{state}")
    return 0
