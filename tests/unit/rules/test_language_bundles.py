"""Bundles: named by their content, whole or not at all, and read back only as they were built."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from services.kit.errors import InvalidInput
from services.rules.language import RULEBOOKS, build_bundle, load_rules, read_bundle
from tests.unit.rules.rule_texts import GOOD, MATCH, WARNING, path_of


def _shelf(folder: Path, *texts: str) -> Path:
    for text in texts:
        path = folder / path_of(text)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def test_a_bundle_is_named_by_its_content(tmp_path: Path) -> None:
    first = build_bundle(_shelf(tmp_path / "one", GOOD, MATCH), "poverty").bundle
    again = build_bundle(_shelf(tmp_path / "two", MATCH, GOOD), "poverty").bundle
    other = build_bundle(_shelf(tmp_path / "three", GOOD.replace("100", "101"), MATCH), "poverty").bundle

    assert first is not None
    assert again == first
    assert other is None or other.hash != first.hash


def test_a_bundle_holds_only_what_applies_to_its_category(tmp_path: Path) -> None:
    bundle = build_bundle(_shelf(tmp_path, GOOD, MATCH), "benefit").bundle

    assert bundle is not None
    assert [rule.id for rule in bundle.rules] == ["common.example"]


def test_one_wrong_file_keeps_every_bundle_from_being_built(tmp_path: Path) -> None:
    result = build_bundle(_shelf(tmp_path, GOOD, MATCH.replace("yellow", "pink")), "benefit")

    assert result.bundle is None
    assert [problem.file for problem in result.problems] == ["common/pair.yaml"]


def test_an_unknown_category_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        build_bundle(RULEBOOKS, "poverti")

    assert refused.value.code == "rules.unknown_category"


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content[:0],
        lambda content: content[:1] + b"}",
        lambda content: content[:-1],
        lambda content: content + b" ",
        lambda content: content.replace(b"amount_fen > ", b"amuont_fen > "),
        lambda content: content.replace(b'"category":"poverty"', b'"category":"project"'),
        lambda content: content.replace(b'"format":1', b'"format":2'),
        lambda content: json.dumps(json.loads(content)).encode(),
    ],
)
def test_a_bundle_that_was_tampered_with_is_refused(tmp_path: Path, change: object) -> None:
    bundle = build_bundle(_shelf(tmp_path, GOOD), "poverty").bundle
    assert bundle is not None
    assert callable(change)
    with pytest.raises(InvalidInput) as refused:
        read_bundle(change(bundle.content))

    assert refused.value.code == "rules.bundle_invalid"


@pytest.mark.parametrize(
    ("before", "after", "code"),
    [
        ('"common.pair"', '"common.par"', "match.rule_id"),
        ('"common.pair"', '"common.both"', "match.cycle"),
        (' && b.rule_id == "common.pair"', " && b.seq > a.seq", "match.rule_id"),
    ],
)
def test_a_rule_on_warnings_names_rules_that_exist_and_do_not_lead_back(
    tmp_path: Path, before: str, after: str, code: str
) -> None:
    assert load_rules(_shelf(tmp_path / "good", GOOD, MATCH, WARNING)).problems == ()

    changed = load_rules(_shelf(tmp_path / "bad", GOOD, MATCH, WARNING.replace(before, after)))

    assert code in [problem.code for problem in changed.problems]


def test_two_rules_read_a_list_by_the_same_field(tmp_path: Path) -> None:
    first = GOOD.replace("known(purpose)", 'listed("people", payee_account_token, day)')
    second = first.replace("common.example", "common.other").replace(
        "payee_account_token", "payer_account_token"
    )
    problems = load_rules(_shelf(tmp_path, _with_day(first), _with_day(second))).problems

    assert [problem.code for problem in problems] == ["condition.listed"]


def _with_day(text: str) -> str:
    return text.replace("purpose: 补助}", "day: 2018-07-02}")
