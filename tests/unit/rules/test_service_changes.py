"""What changes after the verdict: corrections, conclusions that lose their ground, workers that die, late coverage."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from services.kit.errors import InvalidInput
from services.rules.engine.durable_pool import DurablePool
from services.rules.language import RULEBOOKS, build_bundle
from services.rules.storage import LogStores
from services.rules.usecases import changed_lists
from services.rules.usecases.deploy import deploy_bundle
from services.rules.usecases.log import Source
from tests.unit.rules.service_world import (
    DIVISION,
    SHARED_BUNDLES,
    World,
    closed,
    posted,
    reversed_to,
)

Make = Callable[..., World]
PURPOSE = "common.purpose-irregular"
OWN = "common.transfer-to-own-account"
DUPLICATE = "common.duplicate-payment"
BEHIND = "common.progress-behind-schedule"
LONG_AGO = date(2014, 1, 1)


def test_a_reversal_changes_a_warning_without_taking_it_back_between(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "purpose": "123"}]))

    here.tell(reversed_to(["A#1"], [{"key": "A#2", "purpose": "123", "amount_fen": 4_000}]))

    assert [row[3:5] for row in here.history()] == [(1, True), (2, True)]


def test_a_corrected_division_is_a_new_revision_that_its_officers_see(world: Make) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "purpose": "123"}]))

    here.tell(posted([{"key": "A#1", "purpose": "123", "division_code": "630122"}]))

    assert [(row["division_code"], row["revision"]) for row in here.warnings()] == [("630122", 2)]


def test_a_duplicate_is_found_though_the_worker_was_killed(world: Make, durable_pool: DurablePool) -> None:
    here = world()
    here.tell(posted([{"key": "A#1", "project_key": "P1"}, {"key": "B#1", "project_key": "P1"}]))
    process = durable_pool._workers[0]._process
    assert process is not None
    process.kill()

    here.tell(posted([{"key": "C#1", "project_key": "P1"}]))

    assert {row[1] for row in here.standing(DUPLICATE)} == {"B", "C"}
    assert here.scalar("SELECT count(*) FROM fact_quarantine") == 0


def test_a_list_that_touches_many_facts_is_judged_page_by_page(
    world: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(changed_lists, "JUDGED_ROWS_MAX", 2)
    here = world()
    here.empty_lists()
    here.tell(posted([{"key": f"A{number}#1"} for number in range(5)]))

    here.lists("own_account", [(3, LONG_AGO, None)], version=2)
    raised = here.standing(OWN)
    here.lists("own_account", [(3, LONG_AGO, LONG_AGO)], version=3)

    assert {row[1] for row in raised} == {f"A{number}" for number in range(5)}
    assert here.standing(OWN) == set()


def test_days_of_a_division_are_judged_when_its_data_comes(world: Make) -> None:
    here = world()
    june_30 = date(2018, 6, 30)
    state = {"key": "630121:C22:2018", "from_day": date(2018, 3, 1), "paid_fen": 0}
    stale = {DIVISION: june_30 - timedelta(days=11)}
    here.tell(closed(june_30, first=True, progress_days=[state], covered=stale))
    here.tell(closed(date(2018, 7, 1), covered=stale))
    before = here.standing(BEHIND)

    here.tell(closed(date(2018, 7, 2)))

    assert before == set()
    assert {row[2] for row in here.standing(BEHIND)} == {"2018-06"}


def test_a_bundle_without_rules_is_refused_and_the_one_in_force_stays(world: Make) -> None:
    here = world()
    content = b'{"category":"poverty","format":1,"rules":[]}'
    with here.database.transaction() as connection:
        store = LogStores(connection, "poverty")
        before = store.log.lock()
        source = Source("", "", 0, "DeployBundle", "")
        with pytest.raises(InvalidInput) as refused:
            deploy_bundle(store, SHARED_BUNDLES, ("poverty",), "poverty", content, "a", source)
        after = store.log.lock()

    assert refused.value.code == "rules.empty_bundle"
    assert after == before


def test_a_conclusion_goes_when_the_warning_it_rests_on_shrinks(world: Make, tmp_path: Path) -> None:
    here = world()
    books = tmp_path / "rulebooks"
    shutil.copytree(RULEBOOKS, books)
    text = (RULEBOOKS / "common" / "own-account-same-name.yaml").read_text(encoding="utf-8")
    text = text.replace("common.own-account-same-name", "common.large-and-own")
    large = "a.subject == b.subject && a.amount_fen >= 5000 && b.amount_fen >= 5000"
    text = text.replace("a.subject == b.subject", large).replace("{id:", "{amount_fen: 5000, id:")
    (books / "common" / "large-and-own.yaml").write_text(text, encoding="utf-8")
    built = build_bundle(books, "poverty")
    assert built.bundle is not None, built.problems
    with here.database.transaction() as connection:
        source = Source("", "", 0, "DeployBundle", "")
        store = LogStores(connection, "poverty")
        deploy_bundle(store, SHARED_BUNDLES, ("poverty",), "poverty", built.bundle.content, "a", source)
    here.empty_lists()
    here.lists("own_account", [(3, LONG_AGO, None)], version=2)
    here.tell(posted([{"key": "A#1", "payer_equals_payee": True}]))
    concluded = here.standing("common.large-and-own")

    here.tell(posted([{"key": "A#1", "payer_equals_payee": True, "amount_fen": 100}]))

    assert len(concluded) == 1
    assert here.standing("common.large-and-own") == set()
