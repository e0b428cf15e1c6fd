"""Warnings become cases, and no order of their arrival leaves a trace."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.kit.errors import Refused
from services.notify.compose import read_machine
from services.notify.domain.cases import Case, CaseWarning, Decision, case_id_of, group_warning
from services.notify.domain.machine import check, parse_machine
from tests.unit.notify.builders import NOW, open_case, retraction, warning

MACHINE = read_machine()


def test_a_first_warning_opens_a_case_of_its_subject() -> None:
    grouped = group_warning(None, warning(severity="orange", amount_fen=500), MACHINE, NOW)

    assert grouped.decision is Decision.OPENED
    assert grouped.case is not None
    assert (grouped.case.state, grouped.case.severity, grouped.case.amount_fen) == (
        "pending_issue",
        "orange",
        500,
    )


def test_a_second_warning_on_the_subject_joins_its_case_and_raises_its_severity() -> None:
    case = open_case(MACHINE, warning(1, severity="yellow"))

    grouped = group_warning(case, warning(2, severity="red"), MACHINE, NOW)

    assert grouped.decision is Decision.ADDED
    assert grouped.case is not None
    assert (grouped.case.case_id, grouped.case.severity, grouped.case.title) == (case.case_id, "red", "规则2")


def test_amounts_of_one_subject_do_not_add_up() -> None:
    case = open_case(MACHINE, warning(1, amount_fen=700), warning(2, amount_fen=900))

    assert case.amount_fen == 900


def test_a_retracted_warning_lowers_the_severity_to_what_still_stands() -> None:
    red = warning(2, severity="red")
    case = open_case(MACHINE, warning(1), red, retraction(red))

    assert (case.state, case.severity, len(case.standing)) == ("pending_issue", "yellow", 1)


def test_the_last_retraction_retracts_the_case_and_says_so_twice_in_its_timeline() -> None:
    only = warning()
    grouped = group_warning(open_case(MACHINE, only), retraction(only), MACHINE, NOW)

    assert grouped.case is not None
    assert grouped.case.state == "retracted"
    assert [entry.what for entry in grouped.entries] == ["warning_retracted", "retracted"]


def test_a_new_warning_reopens_a_retracted_case() -> None:
    only = warning()
    case = open_case(MACHINE, only, retraction(only))

    grouped = group_warning(case, warning(2), MACHINE, NOW)

    assert grouped.decision is Decision.REOPENED
    assert grouped.case is not None
    assert (grouped.case.case_id, grouped.case.state) == (case.case_id, "pending_issue")


def test_a_warning_that_is_known_changes_nothing() -> None:
    case = open_case(MACHINE, warning())

    assert group_warning(case, warning(), MACHINE, NOW).decision is Decision.UNCHANGED


def test_new_evidence_changes_the_case() -> None:
    case = open_case(MACHINE, warning(amount_fen=700))

    grouped = group_warning(case, warning(amount_fen=800, revision=2), MACHINE, NOW)

    assert grouped.decision is Decision.CHANGED
    assert grouped.case is not None
    assert grouped.case.amount_fen == 800


def test_an_older_revision_is_stale() -> None:
    case = open_case(MACHINE, warning(revision=3))

    assert group_warning(case, warning(revision=2), MACHINE, NOW).decision is Decision.STALE


def test_a_retraction_of_what_was_never_raised_is_passed_over() -> None:
    assert group_warning(None, warning(standing=False), MACHINE, NOW).decision is Decision.UNKNOWN


def test_the_number_of_a_case_does_not_confuse_its_parts() -> None:
    assert case_id_of("payment", "ab", "c") != case_id_of("payment", "a", "bc")


def test_sentences_never_call_a_suspicion_a_violation() -> None:
    first = warning()
    entries = [
        *group_warning(None, first, MACHINE, NOW).entries,
        *group_warning(open_case(MACHINE, first), retraction(first), MACHINE, NOW).entries,
    ]

    assert not any("违规" in entry.note_zh or "violation" in entry.note_en for entry in entries)


@st.composite
def _histories(draw: st.DrawFn) -> list[list[CaseWarning]]:
    """Of several warnings on two subjects, what happened to each in its own order."""
    histories = []
    for number in range(draw(st.integers(1, 6))):
        subject = draw(st.sampled_from(["A", "B"]))
        steps: list[CaseWarning] = []
        for revision in range(1, draw(st.integers(1, 4)) + 1):
            severity = draw(st.sampled_from(["blue", "yellow", "orange", "red"]))
            item = warning(
                number,
                subject=subject,
                severity=severity,
                revision=revision,
                amount_fen=draw(st.integers(0, 5)),
            )
            retracts = bool(steps) and steps[-1].standing and draw(st.booleans())
            steps.append(retraction(replace(steps[-1], revision=revision)) if retracts else item)
        histories.append(steps)
    return histories


def _interleaved(draw: st.DataObject, histories: list[list[CaseWarning]]) -> list[CaseWarning]:
    waiting = [list(steps) for steps in histories]
    order = []
    while any(waiting):
        choice = draw.draw(st.sampled_from([place for place, steps in enumerate(waiting) if steps]))
        order.append(waiting[choice].pop(0))
    return order


def _cases(order: list[CaseWarning]) -> dict[str, tuple[object, ...]]:
    cases: dict[str, Case] = {}
    for item in order:
        case_id = case_id_of(item.subject_kind, item.subject, item.division_code)
        after = group_warning(cases.get(case_id), item, MACHINE, NOW).case
        if after is not None:
            cases[case_id] = after
    return {
        case_id: (case.state, case.severity, case.amount_fen, case.title, case.warnings)
        for case_id, case in cases.items()
    }


@settings(max_examples=200, deadline=None)
@given(histories=_histories(), data=st.data())
def test_any_order_of_several_streams_gives_the_same_cases(
    histories: list[list[CaseWarning]], data: st.DataObject
) -> None:
    one, other = _interleaved(data, histories), _interleaved(data, histories)

    assert _cases(one) == _cases(other)


def test_the_machine_has_no_dead_end_and_knows_the_states_in_the_words_of_the_field() -> None:
    assert check(MACHINE) == []
    assert {state.zh for state in MACHINE.states.values()} == {"待下发", "已撤销"}


def test_a_machine_with_a_dead_end_is_refused() -> None:
    document = {
        "initial": "pending_issue",
        "states": {
            "pending_issue": {"zh": "待下发", "en": "to be issued", "resting": False},
            "stuck": {"zh": "卡住", "en": "stuck", "resting": False},
            "lost": {"zh": "失联", "en": "lost", "resting": True},
        },
        "transitions": [{"from": "pending_issue", "happening": "warning_raised", "to": "stuck"}],
    }

    with pytest.raises(ValueError, match=r"nothing leads to lost.*stuck is a dead end"):
        parse_machine(document)


def test_what_a_state_does_not_know_is_refused_by_name() -> None:
    with pytest.raises(Refused) as refusal:
        MACHINE.following("pending_issue", "archived")

    assert refusal.value.code == "notify.not_in_this_state"
