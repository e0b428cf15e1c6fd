"""The composition root of gateway."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path

from argon2 import PasswordHasher

from services.gateway import cli
from services.gateway.clients import Ingest, Ledger, Links, Notify, Quotas, Rules, Trace
from services.gateway.consumers import NEWS_FOR, LiveConsumers
from services.gateway.domain import User
from services.gateway.metrics import Metrics
from services.gateway.storage import FirstPasswordFile, LiveBoard, PostgresUsers
from services.gateway.usecases import FIRST_USER, Accounts, add_user, create_first_administrator
from services.gateway.web import Limits, LiveHub, Parts, Services, build_app
from services.kit.config import Config
from services.kit.module import Job, ServiceKit

PURGE_INTERVAL_S = 300


def mount(kit: ServiceKit) -> None:
    """Adds gateway to a process."""
    accounts = build_accounts(kit)
    create_first_administrator(accounts)
    board = LiveBoard(kit.database)
    metrics = Metrics(kit.registry)
    hub = LiveHub(board, metrics)
    services = Services(
        Ingest(kit.channel("ingest")),
        Ledger(kit.channel("ledger")),
        Trace(kit.channel("ledger")),
        Quotas(kit.channel("ledger")),
        Links(kit.channel("ledger")),
        Rules(kit.channel("rules")),
        Notify(kit.channel("notify")),
    )
    for subscription in LiveConsumers(board, kit.clock).subscriptions():
        kit.consume(subscription)
    kit.every(Job("purge", PURGE_INTERVAL_S, lambda: purge(kit, board)))
    limits = Limits(kit.config.upload_bytes_max, kit.config.public_url, kit.config.language)
    kit.serve_http(build_app(Parts(accounts, services, hub, metrics, kit.registry, limits)), hub.stop)
    hub.start()
    kit.on_stop(hub.stop)
    kit.announce(lambda: welcome(kit.config))


def build_accounts(kit: ServiceKit) -> Accounts:
    """The accounts of this installation."""
    users = PostgresUsers(kit.database, kit.streams)
    first_password = FirstPasswordFile(first_password_path(kit.config))
    return Accounts(users, PasswordHasher(), first_password, kit.clock, kit.ids)


def first_password_path(config: Config) -> Path:
    """Where the first password waits until it is changed."""
    return config.data_dir / "first-password.txt"


def purge(kit: ServiceKit, board: LiveBoard) -> None:
    """Removes what has ended."""
    now = kit.clock.now()
    PostgresUsers(kit.database, kit.streams).purge(now)
    board.purge(now - NEWS_FOR)


def welcome(config: Config) -> str:
    """Where the pages are, and the first password as long as nobody has changed it."""
    host = "127.0.0.1" if config.http_host in ("0.0.0.0", "::") else config.http_host  # noqa: S104 - compared, not bound
    line = f"网页 · web pages: http://{host}:{config.http_port}"
    path = first_password_path(config)
    if path.exists():
        password = path.read_text(encoding="utf-8").strip()
        line += f"\n用户 · user: {FIRST_USER}    初始口令 · first password: {password}    ({path})"
    return line


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser], open_kit: Callable[[], ServiceKit]
) -> None:
    """Adds `mingzhang gateway …`."""

    def add(user: User, password: str) -> User:
        kit = open_kit()
        return add_user(build_accounts(kit), user, password, kit.ids.new())

    cli.add_commands(parser, add)
