"""Events that are told at once: an evaluator that is behind judges them together."""

from __future__ import annotations

from collections.abc import Callable

from tests.unit.rules.service_world import World, disbursed, posted

Make = Callable[..., World]


def test_events_told_at_once_are_judged_at_one_place_and_each_is_in_the_log(world: Make) -> None:
    here = world()
    here.empty_lists()
    here.deliver(*(here.record(posted([{"key": f"A{number}#1", "purpose": "1"}])) for number in range(3)))
    log = here.rows(
        "SELECT stream_seq, place, judged_at FROM judgement_log WHERE kind = 'facts' ORDER BY place"
    )
    last = log[-1][1]

    assert log == [(1, last - 2, last), (2, last - 1, last), (3, last, last)]
    assert {row["log_place"] for row in here.warnings()} == {last}


def test_of_a_fact_that_is_told_twice_at_once_the_later_telling_stands(world: Make) -> None:
    here = world()
    here.empty_lists()
    first, then = ({"key": "A1#1", "purpose": purpose} for purpose in ("1", "支付设备款"))
    here.deliver(here.record(posted([first])), here.record(posted([then])))

    assert not here.standing("common.purpose-irregular")


def test_each_of_the_facts_told_at_once_has_the_position_of_its_own_event(world: Make) -> None:
    """Else the newest event of a run would carry old facts past what another stream has told of them since."""
    here = world(("cross",))
    here.tell(disbursed([{"key": "ELSE"}]))
    here.deliver(here.record(disbursed([{"key": "MOVED"}]), position=9))
    here.deliver(
        here.record(disbursed([{"key": "MOVED", "category": "unassigned"}]), "unassigned", 5),
        here.record(disbursed([{"key": "LATER", "category": "unassigned"}]), "unassigned", 12),
    )

    assert dict(here.rows("SELECT key, position FROM fact_disbursement WHERE key <> 'ELSE'")) == {
        "MOVED": 9,
        "LATER": 12,
    }
    assert here.scalar("SELECT category FROM fact_disbursement WHERE key = 'MOVED'") == "poverty"
