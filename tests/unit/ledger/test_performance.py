"""Targets and what is reached of them: exact decimals, the direction of the operator, late and corrected reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.kit.errors import InvalidInput, NotFound
from services.ledger.domain.documents import Kind as Paper
from services.ledger.domain.performance.decimals import Number, parse_number, share_bp
from services.ledger.domain.performance.reports import Actual, is_due, output_points, reached, span
from services.ledger.domain.performance.targets import (
    Indicator,
    Kind,
    Operator,
    find_gaps,
    indicators_of,
    indicators_text,
)
from services.ledger.storage.performance_reader import PerformanceTables
from services.ledger.usecases.performance_reading import (
    Progress,
    TargetDetail,
    TargetFilter,
    get_target_set,
    list_target_sets,
    progress,
)
from tests.unit.ledger.papers import Desk, line, tree
from tests.unit.ledger.plans import (
    ADMIN,
    ANN,
    CARD,
    INDICATORS,
    TARGETS,
    WORKFLOWS,
    YEAR,
    Office,
    person,
)
from tests.unit.ledger.world import COUNTY, NEIGHBOUR, World


@pytest.fixture
def office(world: World) -> Office:
    """Project X1 in the library."""
    office = Office(world)
    office.bring_in()
    return office


def seen(office: Office) -> TargetDetail:
    """The targets of X1 as an administrator sees them."""
    return get_target_set(PerformanceTables(office.world.database), ADMIN.scope, "X1", YEAR)


def progress_of(detail: TargetDetail) -> Progress:
    """How far they are."""
    return progress(detail.row, detail.versions[0].targets, detail.reports, WORKFLOWS)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("95", Number(95)),
        ("95.50", Number(955, 1)),
        ("0.0001", Number(1, 4)),
        ("007.0", Number(7)),
        ("999999999999999", Number(999_999_999_999_999)),
        ("99999999999999.99", None),
        ("1.00001", None),
        ("", None),
        (".5", None),
        ("5.", None),
        ("-1", None),
        ("+1", None),
        ("1e3", None),
        ("1,000", None),
        ("１", None),
        ("NaN", None),
    ],
)
def test_a_number_is_exact_or_none(written: str, expected: Number | None) -> None:
    assert parse_number(written) == expected


@given(st.integers(0, 10**10), st.integers(0, 4))
def test_a_number_is_written_as_it_was_read(digits: int, scale: int) -> None:
    whole, part = divmod(digits, 10**scale)
    number = parse_number(f"{whole}.{part:0{scale}d}" if scale else str(whole))

    assert number is not None
    assert Fraction(number.digits, 10**number.scale) == Fraction(digits, 10**scale)
    assert parse_number(str(number)) == number


@pytest.mark.parametrize(
    ("operator", "target", "actual", "points"),
    [
        (Operator.AT_LEAST, "300", "300", 10_000),
        (Operator.AT_LEAST, "300", "299.9999", 9_999),
        (Operator.AT_LEAST, "300", "450", 15_000),
        (Operator.AT_LEAST, "0.3", "0.1", 3_333),
        (Operator.AT_LEAST, "300", "0", 0),
        (Operator.AT_LEAST, "0", "0", 10_000),
        (Operator.AT_MOST, "475", "475", 10_000),
        (Operator.AT_MOST, "475", "0", 10_000),
        (Operator.AT_MOST, "475", "475.0001", 9_999),
        (Operator.AT_MOST, "475", "950", 5_000),
        (Operator.AT_MOST, "0", "1", 0),
        (Operator.EQUAL, "4", "4.0", 10_000),
        (Operator.EQUAL, "4", "5", 8_000),
        (Operator.EQUAL, "4", "3", 7_500),
        (Operator.EQUAL, "0", "0", 10_000),
    ],
)
def test_how_much_is_reached_follows_the_direction_of_the_operator(
    operator: Operator, target: str, actual: str, points: int
) -> None:
    indicator = Indicator(Kind.QUANTITY, "量", operator, target, "个")

    assert reached(indicator, Actual(1, actual), 8_000, True).points == points


NUMBERS = st.builds(Number, st.integers(0, 10**8), st.integers(0, 4))


@given(st.sampled_from([Operator.AT_LEAST, Operator.AT_MOST, Operator.EQUAL]), NUMBERS, NUMBERS)
def test_all_points_are_given_exactly_where_the_target_is_met(
    operator: Operator, target: Number, actual: Number
) -> None:
    indicator = Indicator(Kind.QUANTITY, "量", operator, str(target), "个")
    wanted = Fraction(target.digits, 10**target.scale)
    got = Fraction(actual.digits, 10**actual.scale)
    met = {
        Operator.AT_LEAST: got >= wanted,
        Operator.AT_MOST: got <= wanted,
        Operator.EQUAL: got == wanted,
    }
    points = reached(indicator, Actual(1, str(actual)), 8_000, True).points

    assert points is not None
    assert (points >= 10_000) == met[operator]


def test_a_target_in_words_and_one_that_nobody_reported_cannot_be_counted() -> None:
    in_words = Indicator(Kind.SUSTAINED, "返本", Operator.TEXT, words="返本 20%")

    assert reached(in_words, Actual(1, words="已返本"), 8_000, True).points is None
    assert reached(INDICATORS[0], None, 8_000, True).points is None


def test_a_deviation_is_a_hint_only_when_the_year_or_the_project_has_ended() -> None:
    half = Actual(1, "150")

    assert not reached(INDICATORS[0], half, 8_000, False).deviates
    assert reached(INDICATORS[0], half, 8_000, True).deviates
    assert not reached(INDICATORS[0], Actual(1, "240"), 8_000, True).deviates
    assert [is_due(period, date(2018, 9, 30)) for period in ("2018-09", "2018Q3", "2018-10", "2018")] == [
        True
    ] * 4
    assert [is_due(period, date(2018, 10, 1)) for period in ("2018-09", "2018Q3", "x")] == [False] * 3


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        ("2018-12", (date(2018, 12, 1), date(2019, 1, 1))),
        ("2018Q2", (date(2018, 4, 1), date(2018, 7, 1))),
        ("2018", (date(2018, 1, 1), date(2019, 1, 1))),
        ("2018-13", None),
        ("2018Q5", None),
        ("1899", None),
        ("二〇一八", None),
    ],
)
def test_a_period_is_a_month_a_quarter_or_a_year(period: str, expected: object) -> None:
    assert span(period) == expected


def test_outputs_count_on_average_each_in_full_at_most_and_nothing_if_not_reported() -> None:
    assert output_points(INDICATORS, {1: Actual(1, "600"), 2: Actual(2, "15")}) == 7_500
    assert output_points(INDICATORS, {1: Actual(1, "600")}) == 5_000
    assert output_points(INDICATORS[2:], {}) is None
    assert share_bp(1, 0) == share_bp(-1, 3) == 0


def test_indicators_are_read_back_as_they_were_sealed() -> None:
    assert indicators_of(indicators_text(INDICATORS)) == INDICATORS
    assert find_gaps(TARGETS) == []


def test_targets_pass_three_reviews_before_they_are_in_force(office: Office) -> None:
    detail = seen(office)

    assert [(one.action, one.recorded_by) for one in detail.steps] == [
        ("fill", "ann"),
        ("submit", "ann"),
        ("review_spending", "ben"),
        ("review_performance", "cai"),
        ("approve", "dan"),
    ]
    assert (detail.row.state, detail.row.held_version, detail.row.newest) == ("approved", 1, TARGETS)


def test_targets_that_are_changed_keep_the_version_in_force_until_they_are_approved(office: Office) -> None:
    other = replace(TARGETS, overall="建成并网，带动就业")
    with pytest.raises(InvalidInput) as without_reason:
        office.target("fill", ANN, other)
    office.target("fill", ANN, other, reason="调整")
    waiting = seen(office).row
    office.report("2018-06", (1, "100"))
    report = seen(office).reports[0]

    assert without_reason.value.code == "ledger.reason_missing"
    assert (waiting.state, waiting.version, waiting.held_version) == ("draft", 2, 1)
    assert report.target_version == 1


def test_a_late_report_is_recorded_and_marked_and_a_correction_is_a_new_version(office: Office) -> None:
    office.report("2018-05", (1, "90"), today=date(2018, 6, 5))
    office.report("2018-06", (1, "100.5"), (4, "已返本 5%"), today=date(2018, 7, 6))
    with pytest.raises(InvalidInput) as again:
        office.report("2018-06", (1, "110"))
    office.report("2018-06", (1, "110"), reason="漏报一台")
    reports = seen(office).reports

    assert again.value.code == "ledger.reason_missing"
    assert [(one.period, one.version, one.late, one.due_on) for one in reports] == [
        ("2018-06", 2, True, date(2018, 7, 5)),
        ("2018-06", 1, True, date(2018, 7, 5)),
        ("2018-05", 1, False, date(2018, 6, 5)),
    ]
    assert reports[1].actuals == (Actual(1, "100.5"), Actual(4, words="已返本 5%"))
    assert seen(office).row.late_reports == 2


@pytest.mark.parametrize(
    ("period", "values", "code"),
    [
        ("2018-08", [(1, "1")], "ledger.period_future"),
        ("2017-12", [(1, "1")], "ledger.period"),
        ("2018-6", [(1, "1")], "ledger.period"),
        ("2018-06", [], "ledger.actuals"),
        ("2018-06", [(6, "1")], "ledger.indicator_unknown"),
        ("2018-06", [(1, "1"), (1, "2")], "ledger.indicator_unknown"),
        ("2018-06", [(1, "一百")], "ledger.indicator_value"),
        ("2018-06", [(1, "")], "ledger.indicator_value"),
        ("2018-06", [(4, "")], "ledger.operator_value"),
    ],
)
def test_a_report_that_does_not_fit_the_targets_is_refused(
    office: Office, period: str, values: list[tuple[int, str]], code: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        office.report(period, *values)

    assert refused.value.code == code
    assert office.world.scalar("SELECT count(*) FROM performance_report") == 0


def test_payment_that_runs_ahead_of_output_is_shown_beside_it(office: Office) -> None:
    desk = Desk(office.world)
    tree(desk)
    desk.hand_in(Paper.ALLOT, line("L", 100, project_key="X1"), division_code=COUNTY)
    office.world.pay(
        {"key": "Z1", "document_number": "青财农字〔2018〕4号", "project_key": "X1", "amount_fen": 90_00}
    )
    office.report("2018-06", (1, "30"), (2, "7.5"))
    behind = progress_of(seen(office))
    office.report("2018-07", (1, "300"), (2, "7.5"))
    level = progress_of(seen(office))

    assert (behind.output_bp, behind.paid_bp, behind.ahead) == (5_500, 9_000, True)
    assert (level.output_bp, level.paid_bp, level.ahead) == (10_000, 9_000, False)
    assert [one.points for one in level.reached] == [10_000, 10_000, None, None, None]


def test_each_indicator_counts_by_what_was_reported_of_it_last_and_only_of_the_targets_in_force(
    office: Office,
) -> None:
    office.report("2018-06", (1, "150"), (2, "7.5"))
    office.report("2018-07", (1, "300"))
    both = progress_of(seen(office))
    office.target("fill", ANN, replace(TARGETS, indicators=INDICATORS[1:]), reason="减少")
    still = progress(seen(office).row, TARGETS, seen(office).reports, WORKFLOWS)
    office.world.tamper("UPDATE performance_report SET target_version = 2 WHERE period = '2018-07'")
    other = progress(seen(office).row, TARGETS, seen(office).reports, WORKFLOWS)

    assert [one.points for one in both.reached[:2]] == [10_000, 10_000]
    assert [one.points for one in still.reached[:2]] == [10_000, 10_000]
    assert [one.points for one in other.reached[:2]] == [5_000, 10_000]


def test_sets_are_listed_page_by_page_and_only_to_their_scope(office: Office) -> None:
    office.step("propose", ANN, replace(CARD, project_key="X2", name="示范村道路"))
    office.target("fill", ANN, replace(TARGETS, project_key="X2"))
    office.target("fill", ANN, replace(TARGETS, project_key="X2", fiscal_year=2019))
    reader = PerformanceTables(office.world.database)

    def keys(limit: int, asked: TargetFilter) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        place: tuple[str, int, str] | None = ("", 0, "")
        while place is not None:
            rows, place = list_target_sets(reader, ADMIN.scope, asked, place, limit)
            found += [(row.project_key, row.fiscal_year) for row in rows]
        return found

    assert keys(1, TargetFilter()) == [("X1", 2018), ("X2", 2018), ("X2", 2019)]
    assert keys(9, TargetFilter(state="approved")) == [("X1", 2018)]
    assert keys(9, TargetFilter(words="道路", fiscal_year=2019)) == [("X2", 2019)]
    with pytest.raises(NotFound):
        get_target_set(reader, person("zhu", NEIGHBOUR).scope, "X1", YEAR)
