"""Documents as the pages write them: exact money, and bodies that the door and the ledger take as they are."""

from __future__ import annotations

import json
from datetime import date
from typing import Any, get_args

import pytest

from services.gateway.web.quotas import Document, Kind
from services.ledger.domain.documents import find_problems, is_regular, normal_number
from services.ledger.messages import quotas as messages
from tests.unit.gateway.test_scripts import computed

TODAY = date(2018, 12, 31)
NUMBERS = [
    "青财农字[2018] 7号",
    "青财农字（2018）第 1085 号",
    "财农〔2018〕1号",
    "7号",
    "青财〔2018〕〔2019〕1号",
    "",
]
KINDS = set(get_args(Kind))
HEAD = {
    "key": "D",
    "document_number": "青财农字[2018] 7 号",
    "division_code": "630000",
    "fiscal_year": "2018",
    "effective_on": "2018-03-01",
    "issued_on": "",
    "summary": "",
    "back_entry_reason": "",
    "advance": False,
}
LINE = {
    "quota_key": " Q ",
    "to_quota_key": "R",
    "to_division_code": "630100",
    "project_key": "X1",
    "fund_code": "C22",
    "function_class": "",
    "upper_document_number": "",
    "issuer_division_code": "",
    "pending": False,
    "summary": "",
    "amount": "90,071,992,547.93",
}
TAKES = {
    "amount": (9_007_199_254_793, ""),
    "add": (9_007_199_254_793, ""),
    "reduce": (-9_007_199_254_793, ""),
    "rest": (0, "rest"),
    "reduce_rest": (0, "rest"),
    "all": (0, "all"),
    "reduce_all": (0, "all"),
}
QUOTA = {
    **dict.fromkeys(
        ["arranged_fen", "adjusted_fen", "transferred_fen", "carried_over_fen", "integrated_fen"], 0
    ),
    **dict.fromkeys(["recovered_fen", "pending_fen", "frozen_fen", "in_transit_fen", "issued_fen"], 0),
    **dict.fromkeys(["allotted_unpaid_fen", "intermediate_fen"], 0),
    "received_fen": "9007199254740999",
    "free_fen": "9007199254740998",
    "paid_fen": 1,
}


def as_js(value: object) -> str:
    """A value as an expression."""
    return json.dumps(value, ensure_ascii=False)


@pytest.fixture(scope="module")
def bodies() -> dict[tuple[str, str], dict[str, Any]]:
    """What the form sends, by kind and by how much a line takes."""
    script = (
        "Object.keys(drafts.KINDS).flatMap((kind) => drafts.modesOf(kind).map((mode) => "
        f"[kind, mode, drafts.requestOf(kind, {as_js(HEAD)}, 'Q', [{{ ...{as_js(LINE)}, mode }}])]))"
    )
    return {(kind, mode): body for kind, mode, body in computed([script])[0]}


def test_the_form_writes_every_kind_but_those_with_pages_of_their_own(
    bodies: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """Receiving and reversing begin with what is there already."""
    assert {kind for kind, _ in bodies} == KINDS - {"receive", "reverse"}


def test_what_the_form_sends_is_whole_for_the_door_and_the_ledger(
    bodies: dict[tuple[str, str], dict[str, Any]],
) -> None:
    """No field is missing or unwanted, and the money is what was typed, to the fen."""
    for (kind, mode), body in bodies.items():
        document = messages.document(Document.model_validate(body).message())
        line = document.lines[0]

        assert find_problems(document, TODAY) == [], kind
        assert (line.amount_fen, line.take.value, line.quota_key) == (*TAKES[mode], "Q")


@pytest.mark.parametrize(
    ("typed", "fen"),
    [
        ("0", "0"),
        ("1", "100"),
        ("1.5", "150"),
        ("1,234,567.89", "123456789"),
        ("１２３４．５６", "123456"),
        ("1，000.00", "100000"),
        (" 90071992547409.93 ", "null"),
        ("9007199254740.93", "900719925474093"),
        ("-7.01", "-701"),
        ("1.234", "null"),
        ("", "null"),
        ("1e3", "null"),
        (".5", "null"),
        ("一百", "null"),
    ],
)
def test_yuan_are_read_to_the_fen_or_not_at_all(typed: str, fen: str) -> None:
    """As people type them, also with full-width digits; nothing is rounded."""
    assert computed([f"String(money.fenOf({as_js(typed)}))"]) == [fen]


def test_a_number_is_written_in_the_form_that_the_ledger_gives_it() -> None:
    """What the hint says is what will be recorded."""
    shown = computed([f"drafts.normalNumber({as_js(number)})" for number in NUMBERS])
    regular = computed([f"drafts.isRegular(drafts.normalNumber({as_js(number)}))" for number in NUMBERS])

    assert shown == [normal_number(number) for number in NUMBERS]
    assert regular == [is_regular(normal_number(number)) for number in NUMBERS]


def test_a_quota_is_summed_without_rounding() -> None:
    """Both sides of its equation, and its progress; none where nothing is to be spent."""
    quota = as_js(QUOTA)
    empty = as_js(QUOTA | {"received_fen": 5, "free_fen": 0, "paid_fen": 0, "issued_fen": 5})
    third = as_js(QUOTA | {"received_fen": 3, "free_fen": 2, "paid_fen": 1})
    came, there, *progress = computed(
        [
            f"String(drafts.totalOf({quota}))",
            f"String(money.sum(drafts.sides({quota}).there.map(([, fen]) => fen)))",
            f"drafts.progressOf({third})",
            f"drafts.progressOf({empty})",
        ]
    )

    assert came == there == "9007199254740999"
    assert progress == [3333, None]


def test_proposed_keys_differ_from_each_other_each_time() -> None:
    """A receipt that was undone leaves the key of its quota taken."""
    first, again, other, one, two = computed(
        [
            "drafts.receivingKey('630121', 2018, '5c0b3a52-8d64:1')",
            "drafts.receivingKey('630121', 2018, '5c0b3a52-8d64:1')",
            "drafts.receivingKey('630121', 2018, '5c0b3a52-8d65:1')",
            "drafts.documentKey()",
            "drafts.documentKey()",
        ]
    )

    assert first[:-4] == again[:-4] == "630121-2018-5c0b3a528d64-1-"
    assert first != again
    assert other[:-4] == "630121-2018-5c0b3a528d65-1-"
    assert one != two
    assert len(one) == 36


def test_every_kind_state_and_mode_has_words_in_both_languages() -> None:
    """And none is called a violation."""
    groups, pairs = computed(["words.QUOTA_GROUPS", "Object.values(words.QUOTA_WORDS)"])
    all_pairs = [*pairs, *(pair for group in groups.values() for pair in group.values())]

    assert set(groups["document"]) == KINDS
    assert set(groups["mode"]) == set(TAKES)
    assert set(groups["documentNote"]) == KINDS - {"receive", "reverse"}
    assert all(len(pair) == 2 and all(pair) for pair in all_pairs)
