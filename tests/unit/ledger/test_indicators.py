"""Monitoring indicators: what their files may say, and what they are of which division and category."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from mingzhang.ledger.v1 import views_pb2 as pb

from services.kit.errors import InvalidInput
from services.kit.rpc.context import acting_as
from services.ledger.domain.documents import Kind, Take
from services.ledger.domain.indicators import check_together, read_indicator
from services.ledger.storage import shipped_indicators
from services.ledger.storage.indicators import FOLDER
from tests.unit.ledger.papers import Desk
from tests.unit.ledger.test_views import CONTEXT, of, over
from tests.unit.ledger.world import COUNTY, FAR_COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World


def values(world: World, by: str = PROVINCE, **asked: Any) -> dict[tuple[str, str, str], pb.IndicatorValue]:
    with acting_as(of(by)):
        found = over(world).GetIndicators(pb.GetIndicatorsRequest(**asked), CONTEXT)
    return {(one.indicator_id, one.division_code, one.category): one for one in found.values}


def test_indicators_are_of_all_of_each_division_and_of_each_category(chain: World) -> None:
    """Of all together money that was passed on counts once."""
    found = values(chain)
    execution = {
        name[1:]: (one.numerator_fen, one.denominator_fen)
        for name, one in found.items()
        if name[0] == "execution_rate"
    }

    assert execution == {
        ("", ""): (46_000, 905_000),
        (PROVINCE, ""): (0, 50_000),
        (PREFECTURE, ""): (0, 100_000),
        (COUNTY, ""): (45_000, 300_000),
        (NEIGHBOUR, ""): (0, 200_000),
        (FAR_COUNTY, ""): (1_000, 255_000),
        ("", "poverty"): (36_000, 905_000),
        ("", "unassigned"): (10_000, 0),
    }
    assert found["execution_rate", COUNTY, ""].value == 1_500
    assert not found["execution_rate", "", "unassigned"].HasField("value")
    assert found["distribution_rate", "", ""].denominator_fen == 905_000
    assert found["unlinked_rate", "", ""].value == found["intermediate_share", "", ""].value


def test_what_lies_idle_is_by_the_day_it_was_received_and_carrying_over_keeps_it(world: World) -> None:
    """Money of March 2017 is above a year old, also in the quota of the next year."""
    desk = Desk(world)
    desk.register("OLD", 500_00, effective_on=date(2017, 3, 1), fiscal_year=2017)
    desk.register("NEW", 200_00, effective_on=date(2018, 11, 1))
    line = {"quota_key": "OLD", "to_quota_key": "CARRIED", "take": Take.REST}
    desk.hand_in(Kind.CARRY_OVER, line, effective_on=date(2018, 1, 5), fiscal_year=2018)
    found = values(world)

    assert found["idle_below_2_years", PROVINCE, ""].value == 500_00
    assert found["idle_below_90_days", PROVINCE, ""].value == 200_00
    assert found["idle_above_2_years", PROVINCE, ""].value == 0


def test_what_was_passed_on_within_thirty_days_was_decomposed_on_time(world: World) -> None:
    """The prefecture issued half of it on the thirtieth day, and more on the day after, too late to count."""
    desk = Desk(world)
    desk.register("P", 1_000_00, effective_on=date(2018, 3, 1))
    desk.pass_on("P", PREFECTURE, "M", 600_00, effective_on=date(2018, 3, 1))
    desk.pass_on("M", COUNTY, "L", 300_00, of=PREFECTURE, effective_on=date(2018, 3, 31))
    desk.pass_on("M", NEIGHBOUR, "N", 100_00, of=PREFECTURE, effective_on=date(2018, 4, 1))
    found = values(world, as_of="2018-04-10")
    rate = found["on_time_decomposition", PREFECTURE, ""]

    assert (rate.numerator_fen, rate.denominator_fen, rate.value) == (300_00, 600_00, 5_000)
    assert found["on_time_decomposition", COUNTY, ""].denominator_fen == 0


def test_every_shipped_indicator_says_in_both_languages_what_it_means_and_where_it_is_from() -> None:
    indicators = shipped_indicators()

    assert len(indicators) == len(list(FOLDER.glob("*.yaml"))) >= 10
    assert all(one.meaning.zh and one.meaning.en and one.source for one in indicators)


SOUND: dict[str, Any] = yaml.safe_load((FOLDER / "on_time_decomposition.yaml").read_text(encoding="utf-8"))


def without(name: str) -> Callable[[dict[str, Any]], None]:
    return lambda said: said.pop(name)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (without("source"), "source"),
        (without("title"), "title"),
        (lambda said: said.update(unit="percent"), "unit"),
        (lambda said: said.update(unit="fen"), "unit"),
        (lambda said: said.update(direction="up"), "direction"),
        (lambda said: said.update(threshold=1), "threshold"),
        (lambda said: said.update(id="other"), "id"),
        (lambda said: said.update(within_days=True), "within_days"),
        (without("within_days"), "within_days"),
        (lambda said: said["numerator"].update(plus=["profit_fen"]), "numerator.plus"),
        (lambda said: said["numerator"].update(plus=[]), "numerator"),
        (lambda said: said["numerator"].update(ages=["young"]), "numerator.ages"),
        (lambda said: said.update(categories=["everything"]), "categories"),
        (lambda said: said["meaning"].update(en=""), "meaning.en"),
    ],
)
def test_a_file_that_is_not_sound_is_refused_with_the_field_at_fault(
    change: Callable[[dict[str, Any]], None], field: str
) -> None:
    said = yaml.safe_load(yaml.safe_dump(SOUND))
    change(said)
    with pytest.raises(InvalidInput) as refusal:
        read_indicator("on_time_decomposition.yaml", said)

    assert refusal.value.parameters == {"file": "on_time_decomposition.yaml", "field": field}


def test_a_file_that_is_no_yaml_is_refused_by_its_name(tmp_path: Path) -> None:
    (tmp_path / "broken.yaml").write_text("id: [", encoding="utf-8")
    (tmp_path / "broken2.yaml").write_text("just words", encoding="utf-8")
    with pytest.raises(InvalidInput) as refusal:
        shipped_indicators(tmp_path)
    other = read_indicator("on_time_decomposition.yaml", {**SOUND, "within_days": 60})
    with pytest.raises(InvalidInput):
        check_together([*shipped_indicators(), other])

    assert refusal.value.parameters["file"] == "broken.yaml"
