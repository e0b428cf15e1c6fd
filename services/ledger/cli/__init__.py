"""Inbound command line: `mingzhang ledger verify | heads | receipt | export | close`; base_data.py has the others."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from services.kit.caller import Scope
from services.kit.clock import today
from services.kit.errors import InvalidInput, MingzhangError, NotFound, TooLarge
from services.kit.module import ServiceKit
from services.ledger import messages, usecases
from services.ledger.domain import heads, receipts
from services.ledger.domain.chain import Tag
from services.ledger.domain.entries import Schema
from services.ledger.domain.heads import PUBLIC_KEY_BYTES, SignedHead
from services.ledger.usecases.exporting import JournalReader
from services.ledger.usecases.heads import FILE_BYTES_MAX
from services.ledger.usecases.ports import Days
from services.ledger.usecases.receipts import KINDS, Receipts

STEPS = {
    "blocks": "区块 blocks",
    "strays": "游离分录 strays",
    "balances": "余额 balances",
    "export": "导出 export",
}
_BAR = 40


@dataclass(frozen=True)
class Parts:
    """What the commands work with, made out of a kit when a command needs it."""

    receipts: Callable[[ServiceKit], Receipts]
    days: Callable[[ServiceKit], Days]
    journal: Callable[[ServiceKit], JournalReader]
    columns: Mapping[Tag, Schema]
    """The columns of each kind of entry: what checks a receipt without a kit."""


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser],
    open_kit: Callable[[], ServiceKit],
    parts: Parts,
) -> None:
    """Adds this service's subcommands."""
    verify = parser.add_parser("verify", help="校验总台账的链 · recompute the chain from what is stored")
    verify.add_argument("--from-height", type=int, default=1, help="自此高度起 · first block to check")
    verify.add_argument("--heads", type=Path, help="并核对存档链头 · look for the signed heads of this file")
    _add_public_key(verify, "默认本机密钥 · default: the key of this ledger")
    verify.set_defaults(run=lambda given: _faults(lambda: _verify(parts.receipts(open_kit()), given)))
    _add_heads(parser, open_kit, parts)
    _add_receipts(parser, open_kit, parts)
    export = parser.add_parser("export", help="导出账务分录 · write the journal for another program")
    export.add_argument("--format", choices=["beancount"], required=True)
    export.add_argument("--out", type=Path, required=True, metavar="FILE")
    export.set_defaults(run=lambda given: _export(parts.journal(open_kit()), given.out))
    close = parser.add_parser("close", help="关账 · close business days")
    close.add_argument(
        "--up-to", default="", help="关账至，默认昨天 · last day to close, yesterday if not given"
    )
    close.add_argument("--from", dest="first", default="", help="首个业务日 · first day of all")
    close.set_defaults(run=lambda given: _close(open_kit(), parts.days, given))


def _add_heads(
    parser: argparse._SubParsersAction[argparse.ArgumentParser],
    open_kit: Callable[[], ServiceKit],
    parts: Parts,
) -> None:
    group = parser.add_parser("heads", help="签名链头 · signed heads of the chain")
    commands = group.add_subparsers(required=True, metavar="command")
    export = commands.add_parser("export", help="签出当前链头 · append the head of now to a file")
    export.add_argument("--out", type=Path, metavar="FILE", help="默认标准输出 · default: standard output")
    export.set_defaults(run=lambda given: _export_head(parts.receipts(open_kit()), given.out))
    check = commands.add_parser("check", help="离线核对签名 · check the signatures, without the ledger")
    check.add_argument("file", type=Path, metavar="FILE")
    _add_public_key(check, "默认文件首行的密钥 · default: that of the first line, told")
    check.set_defaults(run=lambda given: _faults(lambda: _check_heads(given)))
    key = commands.add_parser("key", help="显示公钥 · tell the public key")
    key.set_defaults(run=lambda _: _tell_key(parts.receipts(open_kit())))


def _add_receipts(
    parser: argparse._SubParsersAction[argparse.ArgumentParser],
    open_kit: Callable[[], ServiceKit],
    parts: Parts,
) -> None:
    group = parser.add_parser("receipt", help="存证回执 · receipts of entries")
    commands = group.add_subparsers(required=True, metavar="command")
    for kind in KINDS:
        give = commands.add_parser(kind, help=f"出具回执 · give the receipt of a {kind}")
        give.add_argument("key", metavar="KEY")
        give.add_argument("--out", type=Path, metavar="FILE", help="默认标准输出 · default: standard output")
        give.set_defaults(
            run=lambda given, kind=kind: _give_receipt(parts.receipts(open_kit()), kind, given.key, given.out)
        )
    check = commands.add_parser("check", help="离线核对回执 · check a receipt, without the ledger")
    check.add_argument("file", type=Path, metavar="FILE")
    check.add_argument("--heads", type=Path, help="并与存档链头对照 · compare it with the heads of this file")
    _add_public_key(check, "默认任意密钥，仅显示 · default: any key, told")
    check.set_defaults(run=lambda given: _faults(lambda: _check_receipt(given, parts.columns)))


def _add_public_key(parser: argparse.ArgumentParser, default: str) -> None:
    parser.add_argument(
        "--public-key",
        action="append",
        default=[],
        metavar="KEY",
        help=f"公钥，可多次 · trusted key; {default}",
    )


def _verify(parts: Receipts, given: argparse.Namespace) -> int:
    kept: Sequence[SignedHead] = ()
    if given.heads:
        kept = _heads_of(given.heads, _keys(given) or {heads.public_key_of(parts.signatory.seed)})
    with _Bar() as bar:
        found = usecases.verify_chain(parts.chain, max(given.from_height, 1), bar.show, kept)
    if found.fault:
        sys.stdout.write(f"链有损：{found.fault_zh} · the chain is broken: {found.fault}\n")
        return 1
    signed = f", {found.heads} 个链头 signed heads" if kept else ""
    sys.stdout.write(
        f"链完好 · the chain is sound: {found.blocks} 块 blocks, {found.entries} 条 entries,"
        f" 高度 height {found.height}{signed}\n"
    )
    return 0


def _export_head(parts: Receipts, out: Path | None) -> int:
    head = usecases.sign_head(parts.chain, parts.signatory)
    if out is None:
        sys.stdout.write(heads.line_of(head).decode())
        return 0
    _append(out, heads.line_of(head))
    sys.stdout.write(f"已签链头 · signed the head: 高度 height {head.height}, 密钥 key {head.key_id}\n")
    return 0


def _check_heads(given: argparse.Namespace) -> int:
    found = _heads_of(given.file, _keys(given))
    heights = [head.height for head in found]
    sys.stdout.write(
        f"签名有效 · the signatures are valid: {len(found)} 个链头 heads, 高度 heights {min(heights)}–{max(heights)}, "
        f"{_by(found[-1], given)}\n"
    )
    return 0


def _tell_key(parts: Receipts) -> int:
    public_key = heads.public_key_of(parts.signatory.seed)
    sys.stdout.write(f"{public_key.hex()}\n密钥 key {heads.key_id(public_key)}\n")
    return 0


def _give_receipt(parts: Receipts, kind: str, key: str, out: Path | None) -> int:
    receipt = usecases.give_receipt(parts, Scope(""), kind, key)
    if out is None:
        sys.stdout.write(receipts.to_json(receipt).decode())
        return 0
    out.write_bytes(receipts.to_json(receipt))
    sys.stdout.write(
        f"已出具回执 · gave the receipt: {kind} {key}, 区块 block {receipt.block.height},"
        f" 链头 head {receipt.head.height}\n"
    )
    return 0


def _check_receipt(given: argparse.Namespace, columns: Mapping[Tag, Schema]) -> int:
    trusted = _keys(given)
    kept = _heads_of(given.heads, trusted) if given.heads else []
    text = b"".join(_lines(given.file, receipts.BYTES_MAX))
    found = usecases.check_receipt(text, columns, trusted, kept)
    sys.stdout.write(
        f"回执有效 · the receipt is valid: {found.tag.name.lower()} {found.key}, 区块 block {found.block.height},"
        f" 链头 head {found.head.height}, {_by(found.head, given)}\n"
    )
    for name, value in found.fields.items():
        if value is not None:
            sys.stdout.write(f"  {name}: {value}\n")
    return 0


def _by(head: SignedHead, given: argparse.Namespace) -> str:
    """Who signed. A key that nobody named proves only that the document is one piece, and the sentence says so."""
    told = f"密钥 key {head.key_id}"
    if given.public_key:
        return told
    return (
        f"{told} ({head.public_key.hex()}，请与公布的公钥核对 · compare it with the key that was made known)"
    )


def _export(journal: JournalReader, out: Path) -> int:
    # Whoever finds a file under its name finds a whole one.
    unfinished = out.with_name(f"{out.name}.part")
    with _Bar() as bar, unfinished.open("w", encoding="utf-8") as file:
        found = usecases.export_beancount(
            journal, file.write, lambda done, whole: bar.show("export", done, whole)
        )
    os.replace(unfinished, out)
    sys.stdout.write(
        f"已导出 · exported: {found.accounts} 个账户 accounts, {found.transfers} 笔 transfers,"
        f" 高度 height {found.height}\n"
    )
    return 0


def _close(kit: ServiceKit, days_of: Callable[[ServiceKit], Days], given: argparse.Namespace) -> int:
    up_to = messages.day_of(given.up_to) or today(kit.clock) - timedelta(days=1)
    closed = usecases.close_days(days_of(kit), up_to, messages.day_of(given.first), today(kit.clock), "")
    sys.stdout.write(f"关账 {closed.count} 天 · closed {closed.count} days, 至 up to {closed.closed_to}\n")
    return 0


def _faults(run: Callable[[], int]) -> int:
    """A document that is not sound is a fault that was looked for: told in both languages, exit code 1."""
    try:
        return run()
    except (InvalidInput, TooLarge) as fault:
        sys.stdout.write(f"{fault.zh} · {fault.en}\n")
        return 1


def _heads_of(path: Path, trusted: set[bytes]) -> Sequence[SignedHead]:
    return usecases.read_heads(_lines(path, FILE_BYTES_MAX), trusted)


def _keys(given: argparse.Namespace) -> set[bytes]:
    """The public keys that are trusted, 64 hexadecimal digits each."""
    try:
        keys = {bytes.fromhex(text) for text in given.public_key}
    except ValueError:
        keys = {b""}
    if any(len(key) != PUBLIC_KEY_BYTES for key in keys):
        raise InvalidInput(
            "ledger.public_key", "公钥应为 64 位十六进制数字", "a public key has 64 hexadecimal digits"
        )
    return keys


def _lines(path: Path, bytes_max: int) -> Iterator[bytes]:
    """The lines of a file, which may not be larger than so many bytes."""
    try:
        with path.open("rb") as file:
            left = bytes_max
            while line := file.readline(left + 1):
                left -= len(line)
                if left < 0:
                    raise TooLarge(
                        "ledger.file_size",
                        f"文件 {path} 超过 {bytes_max} 字节",
                        f"the file {path} is larger than {bytes_max} bytes",
                    )
                yield line
    except OSError as error:
        raise _no_file(path) from error


def _append(path: Path, line: bytes) -> None:
    """Adds a line to a file; a line that was cut off before is ended first."""
    try:
        with path.open("a+b") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise _no_file(path) from error


def _no_file(path: Path) -> MingzhangError:
    return NotFound("ledger.no_file", f"无法打开文件 {path}", f"the file {path} cannot be opened")


class _Bar:
    """A bar on the terminal: none where there is no terminal, or nothing to do."""

    def __init__(self) -> None:
        self._step = ""

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._step:
            sys.stderr.write("\n")

    def show(self, step: str, done: int, whole: int) -> None:
        """Shows how far a step is."""
        if not sys.stderr.isatty():
            return
        if step != self._step:
            sys.stderr.write("\n" if self._step else "")
            self._step = step
        filled = min(_BAR * done // max(whole, 1), _BAR)
        sys.stderr.write(f"\r[{'█' * filled}{'·' * (_BAR - filled)}] {done}/{whole} {STEPS[step]}")
        sys.stderr.flush()
