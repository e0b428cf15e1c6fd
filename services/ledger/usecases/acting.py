"""Who may enter what, and how a refusal tells what is wrong: the same for all that people do in the ledger."""

from __future__ import annotations

from collections.abc import Sequence

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller
from services.kit.errors import NotAllowed
from services.ledger.domain.documents import Problem

TOLD_PROBLEMS_MAX = 5


def require_may_act(caller: Caller, division_code: str) -> None:
    """Finance officers act for their own division, administrators for every division that they see."""
    caller.require(FINANCE_OFFICER, ADMINISTRATOR)
    own = caller.scope.division == division_code
    if not own and not (ADMINISTRATOR in caller.roles and caller.scope.sees_division(division_code)):
        raise NotAllowed(
            "ledger.other_division",
            f"您不能办理区划 {division_code} 的单据",
            f"you do not act for division {division_code}",
            {"division": division_code},
        )


def told_problems(problems: Sequence[Problem]) -> tuple[str, str, str, dict[str, object]]:
    """Code, sentences and parameters of a refusal: the first problems in words, and how many there are."""
    zh = [f"第 {one.line} 条：{one.zh}" if one.line else one.zh for one in problems[:TOLD_PROBLEMS_MAX]]
    en = [f"line {one.line}: {one.en}" if one.line else one.en for one in problems[:TOLD_PROBLEMS_MAX]]
    if (more := len(problems) - TOLD_PROBLEMS_MAX) > 0:
        zh.append(f"另有 {more} 处")
        en.append(f"and {more} more")
    first = problems[0]
    said = {**(first.parameters or {}), "line": first.line, "problems": len(problems)}
    return first.code, "；".join(zh), "; ".join(en), said
