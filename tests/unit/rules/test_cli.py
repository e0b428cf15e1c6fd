"""The author's commands: lint, test, list, explain, deploy."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from services.kit.errors import InvalidInput, Refused
from services.main import main
from services.rules.cli import RulesPort, add_commands, explanation_lines
from services.rules.language import RULEBOOKS, build_bundle


class FakeService:
    """Remembers what was deployed."""

    def __init__(self) -> None:
        self.deployed: list[tuple[str, bytes]] = []

    def deploy(self, category: str, bundle: bytes) -> tuple[str, int, bool]:
        self.deployed.append((category, bundle))
        return "ab" * 32, 7, len(self.deployed) > 1

    def warning(self, id: str) -> Mapping[str, object]:  # noqa: A002 - the port's own name
        tree = {"text": "amount_fen > 5", "value": True, "parts": [{"text": "amount_fen", "value": 7}]}
        change = {"field": "amount_fen", "from": 7, "to": 5}
        return {
            "id": id,
            "rule_id": "common.example",
            "message": "支付 0.07 元",
            "explanation_json": json.dumps({"tree": tree, "change": change}),
        }

    def rules(self, category: str) -> Sequence[Mapping[str, object]]:
        rule = {
            "category": category or "poverty",
            "rule_id": "common.example",
            "form": "when",
            "severity": "red",
        }
        return [{**rule, "standing": 3, "title": "疑似示例"}]


def _refuse() -> RulesPort:
    raise Refused("rules.test", "不应连接服务", "no service is needed here")


def _run(service: FakeService | None, *arguments: str) -> int:
    parser = argparse.ArgumentParser()
    add_commands(parser.add_subparsers(required=True), (lambda: service) if service else _refuse)
    parsed = parser.parse_args(arguments)
    return int(parsed.run(parsed))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped rulebooks to spoil."""
    return Path(shutil.copytree(RULEBOOKS, tmp_path / "rulebooks"))


def _spoil(folder: Path, name: str, before: str, after: str) -> None:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_lint_passes_the_shipped_rules(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(None, "lint") == 0
    assert "13 条规则通过，0 处问题" in capsys.readouterr().out


def test_lint_tells_file_line_column_and_both_languages(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _spoil(folder, "common/purpose-irregular.yaml", "!known(purpose)", "!known(porpose)")

    assert _run(None, "lint", str(folder)) == 1
    line = capsys.readouterr().out.splitlines()[0]
    assert line == (
        "common/purpose-irregular.yaml:11:10 未知的字段 porpose（是否应为 purpose？） / unknown field porpose"
    )


@pytest.mark.parametrize("command", [["lint"], ["test"], ["list"], ["deploy", "poverty", "--folder"]])
@pytest.mark.parametrize(
    ("folder", "sentence"),
    [
        ("nowhere", "没有这个文件夹"),
        ("a-file", "没有这个文件夹"),
        ("empty", "这个文件夹里没有规则文件"),
    ],
)
def test_a_folder_without_rules_is_refused_and_ends_with_2(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: list[str], folder: str, sentence: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "a-file").touch()

    assert main(["rules", *command, str(tmp_path / folder)]) == 2
    told = capsys.readouterr()
    assert sentence in told.err
    assert told.out == ""


def test_a_folder_without_rules_for_the_category_puts_nothing_in_force(folder: Path) -> None:
    for path in folder.glob("common/*.yaml"):
        path.unlink()
    service = FakeService()
    with pytest.raises(InvalidInput) as refused:
        _run(service, "deploy", "poverty", "--folder", str(folder))

    assert refused.value.code == "rules.empty_bundle"
    assert "没有适用于 poverty 的规则" in refused.value.zh
    assert service.deployed == []


def test_test_runs_every_case_and_names_those_that_do_not_hold(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _spoil(folder, "common/idle-over-one-year.yaml", ">= 365", ">= 366")

    assert _run(None, "test", str(folder)) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("未过 FAILED common/idle-over-one-year.yaml:")
    assert lines[0].endswith("接收后第 365 天仍有余额预警：应为 expected warn，实为 said none")
    assert len(lines) == 2


def test_test_says_which_files_it_did_not_run(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _spoil(folder, "common/idle-over-one-year.yaml", "unpaid_fen > 0", "unpaid > 0")

    assert _run(None, "test", str(folder)) == 1
    last = capsys.readouterr().out.splitlines()[-1]
    assert last.startswith("未通过：1 处问题，1 个文件的用例没有运行；其余 ")
    assert "not passed: 1 problems, the cases of 1 files were not run" in last


def test_list_shows_the_files_or_what_is_in_force(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(None, "list") == 0
    assert len(capsys.readouterr().out.splitlines()) == 13
    assert _run(FakeService(), "list", "--in-force", "poverty") == 0
    assert capsys.readouterr().out == "poverty\tcommon.example\twhen\tred\t3\t疑似示例\n"


def test_a_reader_that_has_gone_ends_the_command_quietly() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    with os.fdopen(write_end, "wb") as closed:
        command = [sys.executable, "-m", "services", "rules", "list"]
        ended = subprocess.run(command, stdout=closed, stderr=subprocess.PIPE, timeout=60, check=False)

    assert ended.stderr == b""
    assert ended.returncode == 141


def test_deploy_sends_the_bundle_of_the_category(capsys: pytest.CaptureFixture[str]) -> None:
    service = FakeService()
    bundle = build_bundle(RULEBOOKS, "unassigned").bundle
    assert bundle is not None

    assert _run(service, "deploy", "unassigned") == 0
    assert service.deployed == [("unassigned", bundle.content)]
    assert "5 条规则" in capsys.readouterr().out


@pytest.mark.parametrize(("before", "after"), [("unpaid_fen > 0", "unpaid > 0"), (">= 365", ">= 364")])
def test_rules_that_are_wrong_or_fail_their_cases_are_not_deployed(
    folder: Path, before: str, after: str
) -> None:
    _spoil(folder, "common/idle-over-one-year.yaml", before, after)
    service = FakeService()

    assert _run(service, "deploy", "poverty", "--folder", str(folder)) == 1
    assert service.deployed == []


def test_explain_shows_the_tree_and_the_smallest_change(capsys: pytest.CaptureFixture[str]) -> None:
    assert _run(FakeService(), "explain", "w1") == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[-3:-1] == ["amount_fen > 5 = 真 true", "  amount_fen = 7"]
    assert lines[-1].startswith("若 amount_fen 由 7 变为 5，则不预警")


def test_explain_prints_labels_yuan_and_no_token() -> None:
    given = [
        {"name": "payee_account_token", "label": "收款账号", "value": 2**62, "shown": "（代号）"},
        {"name": "window.sum", "label": "合计金额", "value": 7, "shown": "0.07 元"},
        {"name": "window.count", "label": "笔数", "value": 4},
    ]
    tree = {
        "text": "window.sum >= 5",
        "label": "合计金额 ≥ 0.05 元",
        "value": True,
        "parts": [{"text": "window.sum", "label": "合计金额", "value": 7, "shown": "0.07 元"}],
    }
    change = {"field": "window.sum", "label": "合计金额", "from": 7, "to": 4}
    change |= {"from_shown": "0.07 元", "to_shown": "0.04 元"}

    assert explanation_lines(json.dumps({"inputs_shown": given, "tree": tree, "change": change})) == [
        "收款账号 payee_account_token: （代号）",
        "合计金额 window.sum: 0.07 元",
        "笔数 window.count: 4",
        "window.sum >= 5（合计金额 ≥ 0.05 元） = 真 true",
        "  window.sum（合计金额） = 0.07 元",
        "若 合计金额 由 0.07 元 变为 0.04 元，则不预警 / would not fire with window.sum = 0.04 元",
    ]


def test_an_explanation_of_another_shape_is_shown_as_it_is() -> None:
    assert explanation_lines('{"a":1}') == ['{\n  "a": 1\n}']
    assert explanation_lines("") == []
