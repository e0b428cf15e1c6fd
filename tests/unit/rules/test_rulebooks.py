"""The rule files that are shipped, and the fact kinds that they speak of."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl
import pytest
from mingzhang.envelope.v1.columns import Columns
from mingzhang.ledger.v1 import columns as ledger

from services.rules.domain import CATEGORIES, CROSS, FACT_KINDS, UNASSIGNED, FactField, Rule
from services.rules.engine.cases import run_cases
from services.rules.engine.compiled import compile_bundle
from services.rules.engine.durable_pool import DurablePool
from services.rules.language import RULEBOOKS, build_bundle, load_rules, read_bundle

LOADED = load_rules()
FIVE = set(CATEGORIES)
APPLIES = {
    "common.document-number-irregular": FIVE,
    "common.progress-behind-schedule": FIVE,
    "common.idle-over-one-year": FIVE,
    "common.transfer-to-own-account": FIVE | {UNASSIGNED},
    "common.transfer-booked-as-spending": {"poverty", "benefit"},
    "common.same-name-transfer": FIVE | {UNASSIGNED},
    "common.split-payment": {"poverty", "project"},
    "common.duplicate-payment": FIVE,
    "common.purpose-irregular": FIVE | {UNASSIGNED},
    "common.payment-quota-mismatch": FIVE | {UNASSIGNED},
    "common.payee-not-registered": {"poverty", "benefit"},
    "cross.duplicate-benefit": {CROSS},
    "common.own-account-same-name": FIVE | {UNASSIGNED},
}


@pytest.fixture(scope="module")
def pool() -> Iterator[DurablePool]:
    """One worker for all cases."""
    pool = DurablePool()
    yield pool
    pool.close()


def test_every_rule_file_is_sound() -> None:
    assert [problem.sentence() for problem in LOADED.problems] == []
    assert {rule.id: set(rule.categories) for rule in LOADED.rules} == APPLIES


@pytest.mark.parametrize("rule", LOADED.rules, ids=lambda rule: rule.id)
def test_every_case_of_a_rule_holds(rule: Rule, pool: DurablePool) -> None:
    outcomes = run_cases([rule], pool)

    assert [(o.case.name, o.said) for o in outcomes if not o.passed] == []
    assert len(outcomes) >= 3


@pytest.mark.parametrize("rule", LOADED.rules, ids=lambda rule: rule.id)
def test_a_warning_asks_to_verify_and_accuses_nobody(rule: Rule) -> None:
    text = rule.title + rule.message

    assert "请" in text
    assert "疑似" in text
    assert "违" not in text


@pytest.mark.parametrize("category", [*CATEGORIES, UNASSIGNED, CROSS])
def test_every_category_has_a_bundle_that_reads_back_as_itself(category: str) -> None:
    bundle = build_bundle(RULEBOOKS, category).bundle

    assert bundle is not None
    assert {rule.id for rule in bundle.rules} == {
        name for name, found in APPLIES.items() if category in found
    }
    assert read_bundle(bundle.content) == bundle
    assert compile_bundle(bundle).kinds


COLUMNS: dict[str, Columns] = {
    "payment": ledger.PAYMENT_SHARES,
    "disbursement": ledger.DISBURSEMENT_SHARES,
    "quota": ledger.QUOTA_FACTS,
    "project": ledger.PROJECT_FACTS,
    "quota_day": ledger.QUOTA_DAYS,
    "progress_day": ledger.PROGRESS_DAYS,
}
TYPES = {pl.String: "string", pl.Boolean: "bool", pl.Date: "date", pl.Int64: "int", pl.Int32: "int"}


@pytest.mark.parametrize("kind", COLUMNS)
def test_the_fields_of_a_fact_are_the_columns_of_the_ledger(kind: str) -> None:
    declared = [
        (column.name, TYPES[column.dtype], not column.required, column.label, column.minimum, column.maximum)
        for column in COLUMNS[kind].columns
        if column.name != "from_day"
    ]

    assert [_shape(field) for field in FACT_KINDS[kind].fields if not field.derived] == declared


def _shape(field: FactField) -> tuple[object, ...]:
    bounds = (None, None) if field.type == "date" else (field.minimum, field.maximum)
    return (field.name, field.type, field.nullable, field.label, *bounds)


def test_a_field_of_one_name_has_one_type_in_every_kind() -> None:
    types: dict[str, str] = {}
    for kind in FACT_KINDS.values():
        for field in kind.fields:
            assert types.setdefault(field.name, field.type) == field.type, field.name
