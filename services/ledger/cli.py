"""Inbound command line: `mingzhang ledger verify` and `mingzhang ledger close`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from services.kit.clock import today
from services.kit.module import ServiceKit
from services.ledger import messages, usecases
from services.ledger.usecases.ports import Days
from services.ledger.usecases.verifying import ChainReader


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser],
    open_kit: Callable[[], ServiceKit],
    chain_of: Callable[[ServiceKit], ChainReader],
    days_of: Callable[[ServiceKit], Days],
) -> None:
    """Adds this service's subcommands."""
    verify = parser.add_parser("verify", help="校验总台账的链 · recompute the chain from what is stored")
    verify.add_argument("--from-height", type=int, default=1, help="自此高度起 · first block to check")
    verify.set_defaults(run=lambda given: _verify(chain_of(open_kit()), given.from_height))
    close = parser.add_parser("close", help="关账 · close business days")
    close.add_argument(
        "--up-to", default="", help="关账至，默认昨天 · last day to close, yesterday if not given"
    )
    close.add_argument("--from", dest="first", default="", help="首个业务日 · first day of all")
    close.set_defaults(run=lambda given: _close(open_kit(), days_of, given))


def _verify(chain: ChainReader, from_height: int) -> int:
    def progress(height: int, head: int) -> None:
        if sys.stderr.isatty():
            done = 40 * height // max(head, 1)
            sys.stderr.write(f"\r[{'█' * done}{'·' * (40 - done)}] {height}/{head}")
            sys.stderr.flush()

    found = usecases.verify_chain(chain, max(from_height, 1), progress)
    if sys.stderr.isatty():
        sys.stderr.write("\n")
    if found.fault:
        sys.stdout.write(f"链有损 · the chain is broken: {found.fault}\n")
        return 1
    sys.stdout.write(
        f"链完好 · the chain is sound: {found.blocks} 块 blocks, {found.entries} 条 entries, 高度 height {found.height}\n"
    )
    return 0


def _close(kit: ServiceKit, days_of: Callable[[ServiceKit], Days], given: argparse.Namespace) -> int:
    from datetime import timedelta

    up_to = messages.day_of(given.up_to) or today(kit.clock) - timedelta(days=1)
    closed = usecases.close_days(days_of(kit), up_to, messages.day_of(given.first), today(kit.clock), "")
    sys.stdout.write(f"关账 {closed.count} 天 · closed {closed.count} days, 至 up to {closed.closed_to}\n")
    return 0
