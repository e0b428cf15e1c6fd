"""Inbound command line of base data: `mingzhang ledger template … | setup`, in the language that is set."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from services.kit.caller import ADMINISTRATOR, Caller, Scope
from services.kit.clock import today
from services.kit.errors import InvalidInput, MingzhangError
from services.kit.module import ServiceKit
from services.ledger import usecases
from services.ledger.domain import templates
from services.ledger.domain.heads import PUBLIC_KEY_BYTES, public_key_of
from services.ledger.domain.setup import SetupLine, SetupPlan, State
from services.ledger.domain.templates import Template
from services.ledger.usecases import setup
from services.ledger.usecases.base_sets import BaseBook
from services.ledger.usecases.ports import Book

OPERATOR = Caller("operator", (ADMINISTRATOR,), Scope(""), request_id="command-line")
"""Who runs a command on the machine acts for the whole province."""
LINES_SHOWN_MAX = 200
_STATES = {
    State.NEW: ("新增", "new"),
    State.KNOWN: ("已有", "known"),
    State.CONFLICT: ("冲突", "conflict"),
    State.REFUSED: ("不符", "refused"),
}


@dataclass(frozen=True)
class BaseParts:
    """What the commands work with, made out of a kit when a command needs it."""

    book: Callable[[ServiceKit], BaseBook]
    postings: Callable[[ServiceKit], Book]
    quotas: Callable[[ServiceKit], setup.Quotas]
    trusted: Callable[[ServiceKit], Collection[bytes]]
    seed: Callable[[ServiceKit], bytes]
    read_template: Callable[[Path], Template]
    read_setup: Callable[[Path], setup.SetupFiles]


def add_base_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser],
    open_kit: Callable[[], ServiceKit],
    parts: BaseParts,
) -> None:
    """Adds the commands of base data."""
    group = parser.add_parser("template", help="基础数据模板 · signed templates of base data")
    commands = group.add_subparsers(required=True, metavar="command")
    sign = commands.add_parser("sign", help="签发模板 · sign a template with the key of this ledger")
    sign.add_argument("file", type=Path, metavar="FILE_OR_FOLDER")
    sign.add_argument("--out", type=Path, required=True, metavar="FILE")
    sign.set_defaults(run=lambda given: _sign(open_kit(), parts, given))
    check = commands.add_parser("check", help="核对签名和内容，不作更改 · check it, and change nothing")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument(
        "--public-key",
        action="append",
        default=[],
        metavar="KEY",
        help="签发公钥，可多次，默认为受信任的密钥 · who may have signed; default: the keys that are trusted",
    )
    check.set_defaults(run=lambda given: _check(open_kit(), parts, given))
    apply = commands.add_parser("apply", help="应用模板 · apply it to this ledger")
    apply.add_argument("file", type=Path, metavar="FILE")
    apply.set_defaults(run=lambda given: _apply(open_kit(), parts, given))
    listed = commands.add_parser("list", help="历次模板 · which were applied, by whom and when")
    listed.set_defaults(run=lambda _: _list(open_kit(), parts))
    setting_up = parser.add_parser(
        "setup", help="省级初始化 · set up a province out of a folder, again and again"
    )
    setting_up.add_argument("file", type=Path, metavar="FILE_OR_FOLDER")
    setting_up.add_argument(
        "--check", action="store_true", help="逐行预检，不作更改 · tell what would happen"
    )
    setting_up.set_defaults(run=lambda given: _set_up(open_kit(), parts, given))


def _sign(kit: ServiceKit, parts: BaseParts, given: argparse.Namespace) -> int:
    template = parts.read_template(given.file)
    templates.check_items(template.items)
    seed = parts.seed(kit)
    signed = templates.sign(template, seed)
    given.out.write_bytes(templates.to_json(signed))
    _say(
        kit,
        f"已签发：{_named(signed)[0]}\n公钥 {public_key_of(seed).hex()}",
        f"signed: {_named(signed)[1]}\npublic key {public_key_of(seed).hex()}",
    )
    return 0


def _check(kit: ServiceKit, parts: BaseParts, given: argparse.Namespace) -> int:
    template = parts.read_template(given.file)
    try:
        usecases.check_template(template, _keys(given.public_key) or parts.trusted(kit))
    except MingzhangError as refusal:
        _say(kit, refusal.zh, refusal.en)
        return 1
    zh, en = _named(template)
    _say(kit, f"模板有效：{zh}", f"the template is sound: {en}")
    return 0


def _apply(kit: ServiceKit, parts: BaseParts, given: argparse.Namespace) -> int:
    template = parts.read_template(given.file)
    done = usecases.apply_template(parts.book(kit), template, parts.trusted(kit), OPERATOR, today(kit.clock))
    zh, en = _named(template)
    _say(
        kit,
        f"此前已应用，未作更改：{zh}" if done.known else f"已应用：{zh}",
        f"was applied before, nothing changed: {en}" if done.known else f"applied: {en}",
    )
    for change in done.set_aside:
        _say(
            kit,
            f"  本级变更 {change.key}（{change.item.said_zh}）与模板不符，已搁置",
            f"  local change {change.key} ({change.item.said_en}) has no room in it and is set aside",
        )
    return 0


def _list(kit: ServiceKit, parts: BaseParts) -> int:
    for one in usecases.list_templates(parts.book(kit), OPERATOR.scope):
        _say(
            kit,
            f"{one.id}  {one.issuer} 第 {one.version} 版，自 {one.valid_from}，{one.items} 条，"
            f"密钥 {one.key_id or '（随程序）'}，{one.applied_by} 于 {one.applied_at:%Y-%m-%d %H:%M} 应用",
            f"{one.id}  {one.issuer}, version {one.version}, from {one.valid_from}, {one.items} items, "
            f"key {one.key_id or '(shipped)'}, applied by {one.applied_by} at {one.applied_at:%Y-%m-%d %H:%M}",
        )
    return 0


def _set_up(kit: ServiceKit, parts: BaseParts, given: argparse.Namespace) -> int:
    files = parts.read_setup(given.file)
    book, quotas, day = parts.book(kit), parts.quotas(kit), today(kit.clock)
    plan = usecases.plan_setup(book, quotas, files, OPERATOR, day)
    if given.check or plan.wrong:
        _tell_lines(kit, plan)
    _tell_counts(kit, plan)
    if plan.wrong:
        _say(kit, "未作任何更改：请更正以上各行", "nothing was changed: correct the lines above")
        return 1
    if given.check:
        _say(kit, "预检完毕，未作任何更改", "this was a check: nothing was changed")
    else:
        usecases.set_up(book, parts.postings(kit), quotas, files, OPERATOR, day)
        is_new = bool(plan.changes or plan.documents)
        _say(
            kit,
            "初始化完成" if is_new else "没有新增内容，未作任何更改",
            "the province is set up" if is_new else "there was nothing new: nothing was changed",
        )
    _tell_missing(kit, setup.missing(book, quotas, OPERATOR.scope, day))
    return 0


def _tell_lines(kit: ServiceKit, plan: SetupPlan) -> None:
    """The lines one by one: what is wrong first, so that none of it is beyond those shown."""
    ordered = sorted(plan.lines, key=lambda one: not one.is_wrong)
    for one in ordered[:LINES_SHOWN_MAX]:
        _tell_line(kit, one)
    more = len(ordered) - LINES_SHOWN_MAX
    if more > 0:
        _say(kit, f"  …… 另有 {more} 行", f"  … and {more} more lines")


def _tell_line(kit: ServiceKit, one: SetupLine) -> None:
    zh, en = _STATES[one.state]
    _say(
        kit,
        f"  {one.file}:{one.line}  {zh}  {one.about}" + (f"：{one.zh}" if one.zh else ""),
        f"  {one.file}:{one.line}  {en}  {one.about}" + (f": {one.en}" if one.en else ""),
    )


def _tell_counts(kit: ServiceKit, plan: SetupPlan) -> None:
    for file in dict.fromkeys(one.file for one in plan.lines):
        counts = {
            state: sum(one.file == file and one.state is state for one in plan.lines) for state in State
        }
        _say(
            kit,
            f"{file}："
            + "，".join(f"{_STATES[state][0]} {count}" for state, count in counts.items() if count),
            f"{file}: "
            + ", ".join(f"{_STATES[state][1]} {count}" for state, count in counts.items() if count),
        )
    if plan.documents:
        rows = [line for document in plan.documents for line in document.lines]
        # What came from above is in the amount above: together it would be counted twice.
        own = _yuan(sum(one.amount_fen for one in rows if not one.upper_document_number))
        received = _yuan(sum(one.amount_fen for one in rows if one.upper_document_number))
        _say(
            kit,
            f"期初指标 {len(rows)} 条：本级安排 {own} 元，上级下达 {received} 元",
            f"opening quotas: {len(rows)}, arranged {own} yuan, received from above {received} yuan",
        )


def _yuan(fen: int) -> str:
    return f"{fen // 100:,}.{fen % 100:02d}"


def _tell_missing(kit: ServiceKit, left: setup.Missing) -> None:
    """What the ledger knows to be missing, and what is done elsewhere."""
    _say(kit, "还需完成：", "still to be done:")
    if not left.has_issued_template:
        _say(
            kit,
            "  · 尚未应用上级签发的模板，现用随附模板",
            "  · no template from above is applied: the shipped one is in force",
        )
    if left.counties_without_quota:
        _say(
            kit,
            f"  · {left.counties} 个县级区划中 {left.counties_without_quota} 个尚无指标",
            f"  · {left.counties_without_quota} of {left.counties} counties have no quota",
        )
    if not left.closed_days:
        _say(
            kit,
            "  · 尚未关账：mingzhang ledger close --from 首个业务日",
            "  · no day is closed yet: mingzhang ledger close --from FIRST_DAY",
        )
    _say(
        kit,
        "  · 用户和权限由网关管理：“用户”页，或 mingzhang gateway add-user",
        "  · users and roles are the gateway's: the page of users, or mingzhang gateway add-user",
    )


def _named(template: Template) -> tuple[str, str]:
    key = template.key_id
    return (
        f"{template.issuer} 第 {template.version} 版，自 {template.valid_from}，{len(template.items)} 条，密钥 {key}",
        f"{template.issuer}, version {template.version}, from {template.valid_from}, {len(template.items)} items, "
        f"key {key}",
    )


def _keys(given: list[str]) -> frozenset[bytes]:
    try:
        keys = frozenset(bytes.fromhex(text) for text in given)
    except ValueError:
        keys = frozenset({b""})
    if any(len(key) != PUBLIC_KEY_BYTES for key in keys):
        raise InvalidInput(
            "ledger.public_key", "公钥应为 64 位十六进制数字", "a public key has 64 hexadecimal digits"
        )
    return keys


def _say(kit: ServiceKit, zh: str, en: str) -> None:
    sys.stdout.write(f"{en if kit.config.language == 'en' else zh}\n")
