"""The composition root of notify."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from mingzhang.notify.v1.notify_pb2_grpc import add_NotifyServiceServicer_to_server

from services.kit.module import ServiceKit
from services.notify import cli
from services.notify.compose import build
from services.notify.rpc import NotifyServicer
from services.notify.storage.deliveries import PostOfficeTables
from services.notify.storage.queries import CaseReader


def mount(kit: ServiceKit) -> None:
    """Adds notify to a process."""
    parts = build(kit.config, kit.clock, kit.database, kit.streams, kit.registry)
    servicer = NotifyServicer(CaseReader(kit.database))
    kit.serve(
        lambda server: add_NotifyServiceServicer_to_server(servicer, server),
        "mingzhang.notify.v1.NotifyService",
    )
    for subscription in parts.subscriptions:
        kit.consume(subscription)
    for job in parts.jobs:
        kit.every(job)


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser], open_kit: Callable[[], ServiceKit]
) -> None:
    """Adds `mingzhang notify …`."""

    def open_parts() -> cli.CommandParts:
        kit = open_kit()
        return cli.CommandParts(CaseReader(kit.database), PostOfficeTables(kit.database), kit.clock)

    cli.add_commands(parser, open_parts)
