"""What base data refuses, in both languages: whatever it is, nothing has changed afterwards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from mingzhang.ledger.v1 import basedata_pb2 as pb

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.kit.clock import SystemClock
from services.kit.errors import InvalidInput, MingzhangError, NotAllowed
from services.kit.rpc.context import acting_as
from services.ledger.domain import templates
from services.ledger.domain.base_changes import Action, LocalChange
from services.ledger.domain.base_items import Item, ItemKind
from services.ledger.domain.templates import Template
from services.ledger.rpc import BaseDataParts, BaseDataServicer
from services.ledger.storage import BaseSetTables
from services.ledger.usecases import (
    apply_template,
    change_base_data,
)
from tests.unit.ledger.issuer import (
    ADMIN,
    C22,
    CLASS,
    DAY,
    FLOW,
    ISSUED,
    LEVEL,
    LOCAL,
    Q01,
    TODAY,
    TRUSTED,
    ZONE,
    add,
    issue,
    issue_with,
    rename,
    state_of,
)
from tests.unit.ledger.world import SEED, World

CONTEXT: Any = None


@pytest.fixture
def servicer(book: BaseSetTables) -> BaseDataServicer:
    return BaseDataServicer(BaseDataParts(book, TRUSTED, SystemClock()))


COUNTY = Item(ItemKind.DIVISION, "630199", "甲县", level="county", parent_code="630100")
BAD_TEMPLATES: dict[str, tuple[Callable[[], Template], str]] = {
    "unknown key": (lambda: templates.sign(ISSUED, SEED), "ledger.template_foreign_key"),
    "nobody's": (lambda: ISSUED, "ledger.template_foreign_key"),
    "changed after signing": (lambda: replace(issue(), note="另有说明"), "ledger.template_signature"),
    "an item changed after signing": (
        lambda: replace(issue(), items=issue().items[:-1]),
        "ledger.template_signature",
    ),
    "older": (lambda: issue(version=2), "ledger.template_old"),
    "same version, other content": (lambda: issue(note="另有说明"), "ledger.template_conflict"),
    "overlapping periods": (
        lambda: issue_with(COUNTY, replace(COUNTY, valid_from=TODAY)),
        "ledger.base_overlap",
    ),
    "parents in a circle": (
        lambda: issue_with(
            replace(COUNTY, parent_code="630198"), replace(COUNTY, code="630198", parent_code="630199")
        ),
        "ledger.base_cycle",
    ),
    "county under county": (
        lambda: issue_with(replace(COUNTY, parent_code="630121")),
        "ledger.base_level_order",
    ),
    "a circle of successors": (
        lambda: issue_with(
            replace(COUNTY, valid_to=TODAY, succeeded_by="630198"),
            replace(COUNTY, code="630198", valid_to=TODAY, succeeded_by="630199"),
        ),
        "ledger.base_succession_cycle",
    ),
}


@pytest.mark.parametrize(("made", "code"), BAD_TEMPLATES.values(), ids=BAD_TEMPLATES.keys())
def test_a_template_that_cannot_be_taken_changes_nothing(
    book: BaseSetTables, world: World, made: Callable[[], Template], code: str
) -> None:
    """The refusal is in both languages."""
    apply_template(book, issue(), TRUSTED, ADMIN, TODAY)
    before = state_of(world)
    with pytest.raises(MingzhangError) as refused:
        apply_template(book, made(), TRUSTED, ADMIN, TODAY)

    assert refused.value.code == code
    assert refused.value.sentence("zh") != refused.value.sentence("en") != ""
    assert state_of(world) == before


BAD_CHANGES: dict[str, tuple[LocalChange, str]] = {
    "a central fund renamed": (rename(C22, "另一个名称", TODAY), "ledger.locked_item"),
    "a central fund ended": (
        LocalChange("k1", Action.END, replace(C22, valid_to=TODAY)),
        "ledger.locked_item",
    ),
    "a central fund shadowed by its code": (add(replace(C22, level="county")), "ledger.locked_item"),
    "a central fund shadowed by its name": (add(replace(LOCAL, name=f" {C22.name}")), "ledger.locked_item"),
    "a flow ended": (LocalChange("k1", Action.END, replace(FLOW, valid_to=TODAY)), "ledger.locked_item"),
    "a holiday worked": (add(replace(DAY, working=not DAY.working)), "ledger.locked_item"),
    "a class renamed": (rename(CLASS, "另一个名称", TODAY), "ledger.locked_item"),
    "a level renamed": (rename(LEVEL, "另一个名称", TODAY), "ledger.locked_item"),
    "a class added": (add(replace(CLASS, code="2130577", name="新增科目")), "ledger.base_not_local"),
    "a central fund added": (add(replace(LOCAL, level="central")), "ledger.base_not_local"),
    "a fund added twice": (add(replace(Q01, name="重复")), "ledger.base_overlap"),
    "county under county": (add(replace(ZONE, parent_code="630121")), "ledger.base_level_order"),
    "below nothing": (add(replace(ZONE, parent_code="639900")), "ledger.base_parent_unknown"),
    "a second province": (
        add(replace(ZONE, code="340000", level="province", parent_code="")),
        "ledger.base_second_province",
    ),
    "ended without a day": (LocalChange("k1", Action.END, Q01), "ledger.base_period"),
    "renamed before it was there": (rename(Q01, "新名称", date(1999, 1, 1)), "ledger.base_not_there"),
    "followed by itself": (
        LocalChange("k1", Action.END, replace(ZONE, code="630121", valid_to=TODAY, succeeded_by="630121")),
        "ledger.base_succession_cycle",
    ),
    "a code of no form": (add(replace(LOCAL, code="x 1")), "ledger.base_code"),
    "a key with a line break": (add(LOCAL, "k\n1"), "ledger.base_key"),
    "a known key with other content": (
        add(replace(ZONE, note="另有说明"), "known"),
        "ledger.base_key_conflict",
    ),
}


@pytest.mark.parametrize(("change", "code"), BAD_CHANGES.values(), ids=BAD_CHANGES.keys())
def test_a_change_that_is_not_allowed_changes_nothing(
    book: BaseSetTables, world: World, change: LocalChange, code: str
) -> None:
    """The refusal is in both languages."""
    change_base_data(book, add(replace(ZONE, code="630172"), "known"), ADMIN, TODAY)
    before = state_of(world)
    with pytest.raises(MingzhangError) as refused:
        change_base_data(book, change, ADMIN, TODAY)

    assert refused.value.code == code
    assert refused.value.sentence("zh") != refused.value.sentence("en") != ""
    assert state_of(world) == before


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        (Caller("officer", (FINANCE_OFFICER,), Scope("630000")), "caller.role_missing"),
        (Caller("county", (ADMINISTRATOR,), Scope("630121")), "caller.not_the_province"),
        (Caller("fund", (ADMINISTRATOR,), Scope("630000", ("C22",))), "caller.not_the_province"),
    ],
)
def test_base_data_is_changed_by_administrators_of_the_province_only(
    book: BaseSetTables, world: World, caller: Caller, code: str
) -> None:
    before = state_of(world)
    with pytest.raises(NotAllowed) as changing:
        change_base_data(book, add(LOCAL), caller, TODAY)
    with pytest.raises(NotAllowed) as applying:
        apply_template(book, issue(), TRUSTED, caller, TODAY)

    assert (changing.value.code, applying.value.code) == (code, code)
    assert state_of(world) == before


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (pb.BaseChange(key="k", action="melt", item=pb.BaseItem(kind="fund")), "ledger.base_action"),
        (pb.BaseChange(key="k", action="add", item=pb.BaseItem(kind="moon")), "ledger.base_kind"),
    ],
)
def test_a_change_of_no_kind_is_refused(servicer: BaseDataServicer, change: pb.BaseChange, code: str) -> None:
    with acting_as(ADMIN), pytest.raises(InvalidInput) as refused:
        servicer.ChangeBaseData(pb.ChangeBaseDataRequest(change=change), CONTEXT)

    assert refused.value.code == code
