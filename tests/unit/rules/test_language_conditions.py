"""Conditions: CEL, Polars and the step-by-step evaluator say the same, and what they would not is refused."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from services.rules.domain import FACT_KINDS
from services.rules.engine.hits import column_of
from services.rules.language.cel import ConditionProblem, compile_condition
from services.rules.language.evaluate import Plain, day_of, evaluate, list_name
from services.rules.language.expression import Expression, fields_of, text_of
from services.rules.language.names import names_of_kind
from services.rules.language.patterns import check_pattern
from services.rules.language.polars_form import polars_form
from tests.unit.rules.oracle import CelOracle, conditions, rows

NAMES = names_of_kind("disbursement")


def _by_polars(expression: Expression, facts: list[dict[str, Plain]]) -> list[bool | None]:
    kind = FACT_KINDS["disbursement"]
    columns: dict[str, pl.Series] = {}
    for name in facts[0]:
        values: list[object] = [row[name] for row in facts]
        if name == "day":
            values = [day_of(int(row[name] or 0)) for row in facts]
        dtype = pl.Boolean() if ":" in name else kind.by_name[name].dtype
        columns[name] = pl.Series(values, dtype=dtype)
    form = polars_form(expression, column_of(NAMES), lambda node: pl.col(list_name(node)))
    return pl.DataFrame(columns).with_columns(form.alias("verdict"))["verdict"].to_list()


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(conditions(), st.lists(rows(), min_size=1, max_size=12))
def test_polars_and_cel_and_the_evaluator_agree_on_every_condition_and_row(
    expression: Expression, facts: list[dict[str, Plain]]
) -> None:
    oracle = CelOracle(expression)
    by_cel = [oracle.evaluate(row) for row in facts]

    assert _by_polars(expression, facts) == by_cel
    assert [evaluate(expression, row) for row in facts] == by_cel


@settings(max_examples=100, deadline=None)
@given(conditions())
def test_a_condition_written_out_and_read_again_is_the_same_condition(expression: Expression) -> None:
    assume(fields_of(expression))
    text = text_of(expression)

    # CEL balances long chains of && and ||, so it is the text after one reading that must stay.
    assert text_of(compile_condition(text_of(compile_condition(text, NAMES)), NAMES)) == text_of(
        compile_condition(text, NAMES)
    )


@settings(max_examples=100, deadline=None)
@given(conditions(), rows())
def test_reading_a_condition_does_not_change_what_it_says(
    expression: Expression, row: dict[str, Plain]
) -> None:
    assume(fields_of(expression))

    assert evaluate(compile_condition(text_of(expression), NAMES), row) == evaluate(expression, row)


@settings(max_examples=200, deadline=None)
@given(
    st.text("ab[](){}^$.*+?|\\-&~补助0,1", max_size=10),
    st.text("ab补助[]-\n^$", max_size=6),
)
def test_a_pattern_that_is_allowed_finds_the_same_in_both_engines(pattern: str, text: str) -> None:
    if not pattern or check_pattern(pattern) is not None:
        return
    condition = Expression(
        "matches",
        "bool",
        None,
        (Expression("field", "string", "benefit_code"), Expression("const", "string", pattern)),
    )
    by_cel = CelOracle(condition).evaluate({"benefit_code": text, "person_token": None, "person_mask": None})

    assert pl.Series([text]).str.contains(pattern).to_list() == [by_cel]


REFUSED = {
    "amount_fe > 0": ("condition.unknown_field", 0, "amount_fen"),
    "due_fen > 0 && amount_fe > 0": ("condition.unknown_field", 15, "amount_fen"),
    "amount_fen > person_mask": ("condition.type", 11, ""),
    "amount_fen > 1.5": ("condition.type", 11, ""),
    "person_token == null": ("condition.type", 13, "known(…)"),
    "amount_fen / 2 > 1": ("condition.construct", 11, ""),
    "amount_fen % 2 == 1": ("condition.construct", 11, ""),
    "amount_fen > 0 ? true : false": ("condition.construct", 15, ""),
    "[1, 2].exists(x, x == amount_fen)": ("condition.construct", None, ""),
    "benefit_code.size() > 1": ("condition.construct", None, ""),
    'benefit_code + "x" == "y"': ("condition.construct", 13, ""),
    'benefit_code < "x"': ("condition.construct", 13, ""),
    "known(1)": ("condition.construct", None, ""),
    "knwon(person_token)": ("condition.unknown_function", 0, "known"),
    "person_token * 3 > 1": ("condition.overflow", 13, ""),
    "amount_fen * amount_fen > 1": ("condition.overflow", 11, ""),
    "amount_fen": ("condition.result", 0, ""),
    "1 < 2": ("condition.constant", 0, ""),
    "amount_fen >": ("condition.syntax", 12, ""),
    'benefit_code.matches("\\\\d+")': ("condition.pattern", 22, ""),
    'benefit_code.matches("(a")': ("condition.pattern", None, ""),
    'benefit_code.matches("\\\\p{Han}")': ("condition.pattern", None, ""),
    "benefit_code in []": ("condition.list", None, ""),
    "benefit_code in [person_mask]": ("condition.list", None, ""),
    "listed(benefit_code, person_token, day)": ("condition.listed", None, ""),
    'listed("people", person_token, month)': ("condition.listed", 6, ""),
    'listed("People!", person_token, day)': ("condition.listed", None, ""),
}


@pytest.mark.parametrize(("text", "expected"), REFUSED.items(), ids=list(REFUSED))
def test_what_a_back_end_could_not_do_exactly_is_refused_where_it_stands(
    text: str, expected: tuple[str, int | None, str]
) -> None:
    with pytest.raises(ConditionProblem) as caught:
        compile_condition(text, NAMES)
    problem = caught.value
    code, offset, suggestion = expected

    assert (problem.code, problem.suggestion) == (code, suggestion)
    assert offset is None or problem.offset == offset
    assert problem.zh
    assert problem.en
