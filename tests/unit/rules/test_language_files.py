"""Rule files: a wrong one is refused with the place, a sentence in both languages, and what was perhaps meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.rules.language.problems import ProblemFound
from services.rules.language.rulefile import read_rule
from services.rules.language.source import BYTES_MAX, Scalar, read_source
from tests.unit.rules.rule_texts import GOOD, MATCH, WINDOW, path_of

MUTATIONS: dict[str, tuple[str, str, str, str, int, int]] = {
    # name: (file, what is replaced, by what, code, line, column)
    "a misspelt key": (GOOD, "severity:", "severty:", "file.unknown_key", 4, 1),
    "a missing title": (GOOD, "title: 疑似示例\n", "", "file.missing_key", 1, 1),
    "a missing basis": (GOOD, "basis: [预算法 第五十七条]\n", "", "file.missing_key", 1, 1),
    "an empty basis": (GOOD, "[预算法 第五十七条]", "[]", "file.type", 3, 1),
    "an unknown severity": (GOOD, "yellow", "yelow", "file.choice", 4, 11),
    "an unknown category": (GOOD, "benefit]", "benefits]", "rule.category", 5, 26),
    "an unknown fact kind": (GOOD, "on: payment", "on: payments", "file.choice", 7, 5),
    "a subject that names nothing": (GOOD, "payment_key\nparams", "purpose\nparams", "rule.subject", 8, 10),
    "an unknown subject": (GOOD, "payment_key\nparams", "payment_ky\nparams", "rule.subject", 8, 10),
    "a date that is none": (GOOD, "2018-01-01", "2018-02-30", "file.date", 6, 15),
    "an end before the beginning": (
        GOOD,
        "from: 2018-01-01",
        "from: 2018-01-02, to: 2018-01-01",
        "rule.valid",
        6,
        8,
    ),
    "a misspelt field": (GOOD, "amount_fen > param", "amout_fen > param", "condition.unknown_field", 12, 3),
    "a misspelt field in the second line": (
        GOOD,
        "known(purpose)",
        "known(purpos)",
        "condition.unknown_field",
        13,
        12,
    ),
    "a misspelt parameter": (
        GOOD,
        "> param.least_fen",
        "> param.leest_fen",
        "condition.unknown_field",
        12,
        16,
    ),
    "a text compared with a number": (
        GOOD,
        "amount_fen > param",
        "purpose > param",
        "condition.type",
        12,
        11,
    ),
    "a decimal in a condition": (GOOD, "> param.least_fen", "> 1.5", "condition.type", 12, 14),
    "a division": (GOOD, "amount_fen > param", "amount_fen / 2 > param", "condition.construct", 12, 14),
    "a sum that could overflow": (
        GOOD,
        "amount_fen > param",
        "amount_fen * 1000000 > param",
        "condition.overflow",
        12,
        14,
    ),
    "a condition that ends too early": (GOOD, "  && known(purpose)", "  &&", "condition.syntax", 13, 5),
    "an unknown function": (GOOD, "known(purpose)", "knwon(purpose)", "condition.unknown_function", 13, 6),
    "a test for null": (GOOD, "known(purpose)", "purpose != null", "condition.type", 13, 14),
    "a name in the sentence that nothing stands for": (GOOD, "{amount}", "{amonut}", "rule.message", 14, 15),
    "a word that accuses": (GOOD, "title: 疑似示例", "title: 违规支付", "rule.wording", 2, 8),
    "no case that warns": (GOOD, "then: warn", "then: none", "cases.one_sided", 15, 1),
    "an unknown verdict": (GOOD, "then: warn", "then: warning", "file.choice", 18, 11),
    "a case with an unknown field": (
        GOOD,
        "{amount_fen: 101,",
        "{amount: 101,",
        "cases.unknown_field",
        17,
        23,
    ),
    "a case with a wrong type": (GOOD, "amount_fen: 101", "amount_fen: many", "cases.type", 17, 35),
    "a case that does not give what is read": (
        GOOD,
        "{amount_fen: 101, purpose",
        "{purpose",
        "cases.missing_field",
        17,
        22,
    ),
    "a decimal amount": (GOOD, "amount_fen: 101", "amount_fen: 1.01", "yaml.float", 17, 35),
    "a key twice": (GOOD, "severity: yellow", "severity: yellow\nseverity: red", "yaml.duplicate", 5, 1),
    "an anchor": (GOOD, "[poverty, benefit]", "&all [poverty, benefit]", "yaml.reference", 5, 26),
    "a tag": (GOOD, "severity: yellow", "severity: !!str yellow", "yaml.tag", 4, 11),
    "a bracket that is not closed": (GOOD, "[预算法 第五十七条]", "[预算法 第五十七条", "yaml.syntax", 4, 9),
    "an id that is not the file's": (GOOD, "id: common.example", "id: common.other", "rule.place", 1, 5),
    "a close on a single fact": (GOOD, "on: payment", "judge: close\non: payment", "rule.judge", 7, 8),
    "a period of a window without one": (
        GOOD,
        "on: payment",
        "period: window\non: payment",
        "rule.period",
        7,
        9,
    ),
    "a list read by two fields": (
        GOOD,
        "known(purpose)",
        'listed("people", payee_account_token, day) && listed("people", payer_account_token, day)',
        "condition.listed",
        13,
        58,
    ),
    "roles that nothing binds": (MATCH, "a.project_key == b.project_key && ", "", "match.group", 9, 13),
    "roles in no order": (MATCH, " && b.seq > a.seq", "", "match.order", 9, 21),
    "an absent role in when": (
        MATCH,
        "b.seq > a.seq",
        "b.seq > a.seq && d.day > b.day",
        "match.none_in_when",
        9,
        58,
    ),
    "a product of roles": (
        MATCH,
        "b.seq > a.seq",
        "b.seq > a.seq && a.fiscal_year * b.fiscal_year > 1",
        "match.construct",
        9,
        72,
    ),
    "a list in a match": (
        MATCH,
        "b.seq > a.seq",
        'b.seq > a.seq && listed("x", a.payee_account_token, a.day)',
        "condition.listed",
        9,
        64,
    ),
    "a misspelt field of an absent role": (
        MATCH,
        "d.project_key ==",
        "d.project_ky ==",
        "condition.unknown_field",
        11,
        33,
    ),
    "a subject without a role": (MATCH, "b.payment_key", "payment_key", "rule.subject", 7, 10),
    "a day kind in a match": (MATCH, "{a: payment,", "{a: quota_day,", "match.kind", 8, 9),
    "a fact's field in a window's verdict": (
        WINDOW,
        "window.count >= 2",
        "amount_fen >= 2",
        "condition.unknown_field",
        10,
        7,
    ),
    "a window's sum without bounds": (WINDOW, " && amount_fen < 100", "", "window.overflow", 9, 71),
    "a window of no days": (WINDOW, "days: 7", "days: 0", "window.days", 9, 44),
    "an unknown field in a window's key": (
        WINDOW,
        "key: [payee_account_token]",
        "key: [payee]",
        "window.field",
        9,
        15,
    ),
    "a subject outside the key": (
        WINDOW,
        "subject: payee_account_token",
        "subject: payment_key",
        "rule.subject",
        7,
        10,
    ),
}


@pytest.mark.parametrize("good", [GOOD, MATCH, WINDOW], ids=["when", "match", "window"])
def test_a_sound_file_is_a_rule_without_problems(good: str) -> None:
    read = read_rule(good, path_of(good))

    assert read.problems == ()
    assert read.rule is not None


@pytest.mark.parametrize("name", MUTATIONS)
def test_a_wrong_file_is_refused_where_it_is_wrong(name: str) -> None:
    good, before, after, code, line, column = MUTATIONS[name]
    assert before in good
    read = read_rule(good.replace(before, after, 1), path_of(good))
    places = [(problem.code, problem.line, problem.column) for problem in read.problems]

    assert read.rule is None
    assert (code, line, column) in places
    for problem in read.problems:
        assert problem.zh
        assert problem.en
        assert problem.sentence("zh").startswith(f"{path_of(good)}:{problem.line}:{problem.column} ")


@pytest.mark.parametrize(
    ("before", "after", "suggestion"),
    [
        ("severity:", "severty:", "severity"),
        ("amount_fen > param", "amout_fen > param", "amount_fen"),
        ("yellow", "yelow", "yellow"),
        ("on: payment", "on: payments", "payment"),
        ("{amount}", "{amonut}", "amount"),
        ("known(purpose)", "knwon(purpose)", "known"),
    ],
)
def test_a_misspelling_is_answered_with_what_was_perhaps_meant(
    before: str, after: str, suggestion: str
) -> None:
    read = read_rule(GOOD.replace(before, after, 1), "common/example.yaml")

    assert suggestion in [problem.suggestion for problem in read.problems]
    assert any(f"是否应为 {suggestion}？" in problem.sentence("zh") for problem in read.problems)
    assert any(f"did you mean {suggestion}?" in problem.sentence("en") for problem in read.problems)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "- a\n",
        "a: " + "x" * BYTES_MAX,
        "a: " + "[" * 20 + "]" * 20,
        "a: [" + "1, " * 9_000 + "1]",
        "\x00",
        "a: b: c",
    ],
    ids=["empty", "list", "large", "deep", "wide", "control", "colon"],
)
def test_what_is_no_rule_file_at_all_is_one_problem(text: str) -> None:
    assert len(read_rule(text, "common/example.yaml").problems) == 1


@settings(max_examples=150, deadline=None)
@given(st.integers(0, len(GOOD) - 1), st.integers(0, 6), st.text(max_size=4))
def test_whatever_is_done_to_a_file_it_is_read_or_refused_with_a_place(
    start: int, size: int, put: str
) -> None:
    text = GOOD[:start] + put + GOOD[start + size :]
    read = read_rule(text, "common/example.yaml")
    lines = text.count("\n") + 2

    assert (read.rule is None) == bool(read.problems)
    assert all(0 < problem.line <= lines and problem.column > 0 for problem in read.problems)


@pytest.mark.parametrize(
    ("yaml", "offset", "place"),
    [
        ("a: abc", 1, (1, 5)),
        ("a: 'it''s x'", 5, (1, 11)),
        ('a: "x \\"y\\" z"', 3, (1, 9)),
        ("a: >-\n  ab\n  cd\n", 3, (3, 3)),
        ("a: |\n  ab\n  cd\n", 4, (3, 4)),
        ("a: ab\n  cd\n", 4, (2, 4)),
        ("a: >-\n\n  ab\n    cd\n", 4, (4, 5)),
    ],
)
def test_a_character_of_a_text_is_found_in_its_file(yaml: str, offset: int, place: tuple[int, int]) -> None:
    node = read_source(yaml, "x").items["a"]
    assert isinstance(node, Scalar)
    found = node.at(offset)

    assert (found.line, found.column) == place


def test_scalars_are_read_without_the_surprises_of_yaml() -> None:
    top = read_source("on: no\noff: 2018-01-01\nn: 012\nt: true\nz: ~\ni: -5\ns: '5'\n", "x")
    values = {key: node.value for key, node in top.items.items() if isinstance(node, Scalar)}

    assert values == {"on": "no", "off": "2018-01-01", "n": "012", "t": True, "z": None, "i": -5, "s": "5"}


@pytest.mark.parametrize("text", ["a: b\ud800", "a: b\ufffdx"])
def test_a_text_that_was_never_utf_8_is_refused_where_it_is_broken(text: str) -> None:
    with pytest.raises(ProblemFound) as found:
        read_source(text, "x")

    assert (found.value.problem.line, found.value.problem.column) == (1, 5)
