"""Documents that are refused: what for, in which words, and that nothing has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from services.kit.errors import InvalidInput, MingzhangError, NotAllowed, Refused
from services.ledger import usecases
from services.ledger.domain.documents import Attachment, Kind, Take
from tests.unit.ledger.papers import ADMIN, Desk, line, officer, tree
from tests.unit.ledger.world import COUNTY, FAR_COUNTY, NEIGHBOUR, PREFECTURE, PROVINCE, World


@pytest.fixture
def desk(world: World) -> Desk:
    """The province, a prefecture and a county with money: P 400, M 200, L 400 yuan free."""
    desk = Desk(world)
    tree(desk)
    return desk


def _close_2018(desk: Desk) -> None:
    desk.world.close(date(2018, 12, 31), date(2018, 12, 31))
    usecases.close_year(desk.world.years, 2018, "admin")


Refusal = tuple[str, Kind, list[dict[str, Any]], dict[str, Any], Callable[[Desk], object] | None]
REFUSALS: list[Refusal] = [
    ("ledger.over_limit", Kind.ISSUE, [line("P", 401, to_division_code=COUNTY)], {}, None),
    (
        "ledger.over_limit",
        Kind.TRANSFER,
        [line("P", 401, to_quota_key="O")],
        {},
        lambda desk: desk.register("O"),
    ),
    ("ledger.over_limit", Kind.ADJUST, [line("P", -401)], {}, None),
    ("ledger.over_limit", Kind.FREEZE, [line("P", 401)], {}, None),
    ("ledger.over_limit", Kind.RELEASE, [line("P", 1)], {}, None),
    ("ledger.over_limit", Kind.RECOVER, [line("L", 401)], {"division_code": PREFECTURE}, None),
    ("ledger.in_use", Kind.RECOVER, [line("M", take=Take.ALL)], {}, None),
    (
        "ledger.nothing_left",
        Kind.RECOVER,
        [line("E", take=Take.REST)],
        {},
        lambda desk: desk.register("E", 0),
    ),
    ("ledger.not_arranged_here", Kind.ADJUST, [line("M", 1)], {"division_code": PREFECTURE}, None),
    ("ledger.not_issued", Kind.RECEIVE, [line("L2", issue_line_key="D9:1")], {"division_code": COUNTY}, None),
    (
        "ledger.issued_to_other",
        Kind.RECEIVE,
        [line("L2", issue_line_key="D2:1")],
        {"division_code": COUNTY},
        None,
    ),
    (
        "ledger.not_in_transit",
        Kind.RECEIVE,
        [line("L2", issue_line_key="D4:1")],
        {"division_code": COUNTY},
        None,
    ),
    ("ledger.issue_cycle", Kind.ISSUE, [line("P", 1, to_division_code=PROVINCE)], {}, None),
    (
        "ledger.issue_cycle",
        Kind.ISSUE,
        [line("L", 1, to_division_code=PROVINCE)],
        {"division_code": COUNTY},
        None,
    ),
    (
        "ledger.issue_level",
        Kind.ISSUE,
        [line("M", 1, to_division_code=FAR_COUNTY)],
        {"division_code": PREFECTURE},
        None,
    ),
    (
        "ledger.issue_level",
        Kind.ISSUE,
        [line("L", 1, to_division_code=NEIGHBOUR)],
        {"division_code": COUNTY},
        None,
    ),
    ("ledger.division_unknown", Kind.ISSUE, [line("P", 1, to_division_code="999999")], {}, None),
    (
        "ledger.division_unknown",
        Kind.REGISTER,
        [line("R", 1, fund_code="C22")],
        {"division_code": "639999"},
        None,
    ),
    ("ledger.quota_unknown", Kind.FREEZE, [line("NONE", 1)], {}, None),
    ("ledger.quota_exists", Kind.REGISTER, [line("P", 1, fund_code="C22")], {}, None),
    ("ledger.quota_exists", Kind.REGISTER, [line("R", 1, fund_code="C22")] * 2, {}, None),
    ("ledger.fund_unknown", Kind.REGISTER, [line("R", 1, fund_code="C99")], {}, None),
    (
        "ledger.upper",
        Kind.REGISTER,
        [line("R", 1, fund_code="C22", upper_document_number="财农〔2018〕1号")],
        {},
        None,
    ),
    ("ledger.not_your_quota", Kind.FREEZE, [line("M", 1)], {}, None),
    ("ledger.not_your_quota", Kind.RECOVER, [line("L", 1)], {}, None),
    ("ledger.same_quota", Kind.TRANSFER, [line("P", 1, to_quota_key="P")], {}, None),
    ("ledger.other_year", Kind.FREEZE, [line("P", 1)], {"fiscal_year": 2019}, None),
    ("ledger.before_receipt", Kind.FREEZE, [line("P", 1)], {"effective_on": date(2018, 2, 28)}, None),
    (
        "ledger.project_unknown",
        Kind.ALLOT,
        [line("L", 1, project_key="NONE")],
        {"division_code": COUNTY},
        None,
    ),
    (
        "ledger.project_division",
        Kind.ALLOT,
        [line("P", 1, project_key="X")],
        {},
        lambda d: d.world.post("project", {"key": "X"}),
    ),
    ("ledger.document_unknown", Kind.REVERSE, [], {"original_key": "NONE"}, None),
    ("ledger.received_below", Kind.REVERSE, [], {"original_key": "D2"}, None),
    ("ledger.not_your_document", Kind.REVERSE, [], {"original_key": "D5", "division_code": PREFECTURE}, None),
    ("ledger.in_use", Kind.REVERSE, [], {"original_key": "D1"}, None),
    ("ledger.closed_day", Kind.FREEZE, [line("P", 1)], {}, lambda d: d.world.close(date(2018, 3, 2))),
    ("ledger.closed_year", Kind.FREEZE, [line("P", 1)], {"back_entry_reason": "补录"}, _close_2018),
    (
        "ledger.attachment_unknown",
        Kind.FREEZE,
        [line("P", 1)],
        {"attachments": (Attachment("0" * 64, "scan.pdf"),)},
        None,
    ),
]


@pytest.mark.parametrize(("code", "kind", "lines", "head", "before"), REFUSALS)
def test_what_the_state_of_things_forbids_is_refused_in_both_languages_and_changes_nothing(
    desk: Desk,
    code: str,
    kind: Kind,
    lines: list[dict[str, Any]],
    head: dict[str, Any],
    before: Callable[[Desk], object] | None,
) -> None:
    if before:
        before(desk)
    _refused(desk, Refused, code, kind, lines, head)


INVALID: list[tuple[str, Kind, list[dict[str, Any]], dict[str, Any]]] = [
    ("ledger.field_missing", Kind.ISSUE, [line("P", 1)], {}),
    ("ledger.field_missing", Kind.ISSUE, [line("P", to_division_code=COUNTY)], {}),
    ("ledger.field_unwanted", Kind.FREEZE, [line("P", 1, project_key="X")], {}),
    ("ledger.amount", Kind.FREEZE, [line("P", -1)], {}),
    ("ledger.amount", Kind.FREEZE, [{"quota_key": "P", "amount_fen": 2**62}], {}),
    ("ledger.amount", Kind.ADJUST, [line("P")], {}),
    ("ledger.amount_and_take", Kind.ADJUST, [line("P", 1, take=Take.REST)], {}),
    ("ledger.take", Kind.CARRY_OVER, [line("P", take=Take.ALL, to_quota_key="P19")], {}),
    ("ledger.lines", Kind.FREEZE, [], {}),
    ("ledger.lines", Kind.FREEZE, [line("P", 1)] * 501, {}),
    ("ledger.lines", Kind.REVERSE, [line("P", 1)], {"original_key": "D1"}),
    ("ledger.original", Kind.REVERSE, [], {}),
    ("ledger.document_number", Kind.FREEZE, [line("P", 1)], {"document_number": "No.7"}),
    ("ledger.future_day", Kind.FREEZE, [line("P", 1)], {"effective_on": date(2019, 1, 1)}),
    ("ledger.issued_later", Kind.FREEZE, [line("P", 1)], {"issued_on": date(2018, 3, 2)}),
    ("ledger.fiscal_year", Kind.FREEZE, [line("P", 1)], {"fiscal_year": 18}),
    ("ledger.advance_year", Kind.ISSUE, [line("P", 1, to_division_code=COUNTY)], {"advance": True}),
    ("ledger.advance_kind", Kind.FREEZE, [line("P", 1)], {"advance": True, "fiscal_year": 2019}),
    ("ledger.unstorable_text", Kind.FREEZE, [line("P\x00", 1)], {}),
    ("ledger.text_too_long", Kind.FREEZE, [line("P", 1)], {"summary": "长" * 501}),
    ("ledger.field_missing", Kind.FREEZE, [line("P", 1)], {"key": ""}),
    ("ledger.attachment", Kind.FREEZE, [line("P", 1)], {"attachments": (Attachment("x", "scan.pdf"),)}),
    ("ledger.attachments", Kind.FREEZE, [line("P", 1)], {"attachments": (Attachment("0" * 64, "文"),) * 21}),
]


@pytest.mark.parametrize(("code", "kind", "lines", "head"), INVALID)
def test_what_is_not_whole_is_refused_in_both_languages_and_changes_nothing(
    desk: Desk, code: str, kind: Kind, lines: list[dict[str, Any]], head: dict[str, Any]
) -> None:
    _refused(desk, InvalidInput, code, kind, lines, head)


def _refused(
    desk: Desk,
    how: type[MingzhangError],
    code: str,
    kind: Kind,
    lines: list[dict[str, Any]],
    head: dict[str, Any],
) -> None:
    counted = """
        SELECT (SELECT count(*) FROM block), (SELECT count(*) FROM document),
            (SELECT sum(abs(balance_fen))::bigint FROM account)
    """
    before = desk.world.rows(counted)
    with pytest.raises(how) as refused:
        desk.hand_in(kind, *lines, **head)

    assert refused.value.code == code
    assert any("\u4e00" <= character <= "\u9fff" for character in refused.value.zh)
    assert not any(
        "\u4e00" <= character <= "\u9fff" for character in refused.value.en.replace("青财农字", "")
    )
    assert desk.world.rows(counted) == before


@pytest.mark.parametrize(
    ("caller", "division"),
    [
        (officer(PROVINCE), COUNTY),
        (officer(NEIGHBOUR), COUNTY),
        (replace(ADMIN, scope=officer(NEIGHBOUR).scope), COUNTY),
        (replace(ADMIN, roles=("rule_author",)), PROVINCE),
        (officer(PROVINCE, ("C30",)), PROVINCE),
    ],
)
def test_nobody_acts_for_another_division_or_fund(desk: Desk, caller: Any, division: str) -> None:
    with pytest.raises(NotAllowed):
        desk.hand_in(
            Kind.FREEZE, line("L" if division == COUNTY else "P", 1), caller=caller, division_code=division
        )

    assert "frozen" not in desk.balances("P") | desk.balances("L")
