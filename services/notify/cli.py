"""`mingzhang notify …`: the ledger of deliveries for operators."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

from services.kit.caller import Scope
from services.kit.clock import Clock
from services.notify.storage.deliveries import PostOfficeTables
from services.notify.storage.queries import CaseReader, DeliveryRow

EVERYTHING = Scope("")
STATES = ("waiting", "sent", "in_doubt", "given_up", "withdrawn")


@dataclass(frozen=True)
class CommandParts:
    """What the commands work with."""

    reader: CaseReader
    office: PostOfficeTables
    clock: Clock


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser], open_parts: Callable[[], CommandParts]
) -> None:
    """Adds `deliveries` and `retry`; the parts are opened when a command runs."""
    deliveries = parser.add_parser("deliveries", help="who was told what, newest first")
    deliveries.add_argument("--state", choices=STATES, default="", help="only these")
    deliveries.add_argument("--limit", type=int, default=50, help="at most this many (default 50)")
    deliveries.set_defaults(run=lambda arguments: _deliveries(open_parts(), arguments))
    retry = parser.add_parser("retry", help="send a message again that was given up")
    retry.add_argument("message_id")
    retry.set_defaults(run=lambda arguments: _retry(open_parts(), arguments))


def _deliveries(parts: CommandParts, arguments: argparse.Namespace) -> int:
    rows = parts.reader.list_deliveries(EVERYTHING, arguments.state, max(1, min(arguments.limit, 10_000)))
    for row in rows:
        sys.stdout.write(_line(row) + "\n")
    sys.stdout.write(f"{len(rows)} deliveries\n")
    return 0


def _line(row: DeliveryRow) -> str:
    moment = (row.sent_at or row.next_attempt_at) if row.state != "given_up" else None
    parts = (
        row.state,
        f"{row.channel}:{row.recipient}",
        f"{row.reason} of case {row.case_id[:8].upper()} as {row.route_reason}",
        f"message {row.message_id or '-'}",
        f"{row.attempts} attempts",
        moment.isoformat(timespec="seconds") if moment else "-",
        row.receipt or "-",
    )
    return "  ".join(parts)


def _retry(parts: CommandParts, arguments: argparse.Namespace) -> int:
    if parts.office.try_again(arguments.message_id, parts.clock.now()):
        sys.stdout.write(f"message {arguments.message_id} will be sent again\n")
        return 0
    sys.stderr.write(f"no message {arguments.message_id} was given up\n")
    return 1
