"""The console script `mingzhang`: targets and subcommands, nothing else. Loads only the modules it is asked for."""

from __future__ import annotations

import argparse
import os
import select
import sys
from collections.abc import Sequence
from importlib import import_module

from services.kit import config as configuration
from services.kit.config import SERVICES, TARGETS, Config
from services.kit.errors import MingzhangError
from services.kit.module import ServiceKit

BUS_WORKER = "notify-bus"
READER_GONE = 141
"""What a shell reports of a command that ended by SIGPIPE."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs one command; a refusal is one sentence and exit code 2."""
    language = "zh"
    try:
        config = configuration.load()
        language = config.language
        given = list(sys.argv[1:] if arguments is None else arguments)
        parsed = _parser(given, config).parse_args(given)
        result = int(parsed.run(parsed))
        sys.stdout.flush()  # Here, where a reader that has gone can still be told from a fault.
        return result
    except MingzhangError as refusal:
        sys.stderr.write(f"{refusal.sentence(language)}\n")
        return 2
    except BrokenPipeError:
        if not _reader_gone():
            raise
        return READER_GONE


def _reader_gone() -> bool:
    """Whether it is the output that nobody reads (`… | head`), not some connection; then the rest is dropped."""
    output = sys.stdout.fileno()
    poll = select.poll()
    poll.register(output, select.POLLOUT)
    if not any(events & select.POLLERR for _, events in poll.poll(0)):
        return False
    # What is still buffered would be written, and fail, once more when the interpreter ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)
    return True


def _parser(given: Sequence[str], config: Config) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("mingzhang", description="明账：财政扶贫资金动态监控 · open accounts")
    commands = parser.add_subparsers(required=True, metavar="command")
    serve = commands.add_parser("serve", help="启动系统 · run the system, or one part of it")
    serve.add_argument("--target", choices=TARGETS, default="all")
    serve.add_argument("--categories", default="", help="rules only: poverty,project,…,unassigned,cross")
    serve.set_defaults(run=lambda parsed: _serve(parsed, config))
    migrate = commands.add_parser("migrate", help="更新数据库结构 · bring all databases to the newest schema")
    migrate.set_defaults(run=lambda _: _migrate(config))
    for name in (*SERVICES, "demo"):
        _add_service(commands, name, given, config)
    return parser


def _add_service(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    given: Sequence[str],
    config: Config,
) -> None:
    """Loads the module of the service that is named, and of no other."""
    group = commands.add_parser(name, help=f"{name} …")
    if not given or given[0] != name:
        return
    module = import_module("services.demo.cli" if name == "demo" else f"services.{name}.module")
    module.add_commands(group.add_subparsers(required=True, metavar="command"), lambda: _open(name, config))


def _open(service: str, config: Config) -> object:
    """A kit for a command; the database is closed when the process ends."""
    import atexit

    from services.kit.runtime import Runtime

    runtime = Runtime(config, () if service == "demo" else (service,))
    atexit.register(
        runtime.stop
    )  # Before the database is there: one that was started must not be left behind.
    if service != "demo":
        runtime.open_database()
    return runtime.open_kit(service)


def _serve(parsed: argparse.Namespace, config: Config) -> int:
    from dataclasses import replace

    from services.kit import log

    categories = tuple(part for part in parsed.categories.split(",") if part) or config.categories
    config = replace(config, categories=categories)
    log.setup(config.log_level)
    if parsed.target == BUS_WORKER:
        return int(import_module("services.notify.bus_worker").main(config) or 0)

    from services.kit.runtime import Runtime

    services = SERVICES if parsed.target == "all" else (parsed.target,)
    runtime = Runtime(config, services, _report)
    runtime.heed_signals()
    try:
        runtime.start({name: import_module(f"services.{name}.module").mount for name in services})
        _report("就绪 · ready")
        if parsed.target == "all" and config.demo_size:
            _load_demo(runtime.kits["gateway"])
        runtime.run()
    finally:
        runtime.stop()
    return 0


def _load_demo(kit: ServiceKit) -> None:
    """Loads the demo beside the running system, which can be looked at and stopped meanwhile."""
    from threading import Thread

    def load() -> None:
        try:
            if import_module("services.demo.first_start").run(kit, _report):
                _report("演示数据已载入 · the demo is loaded")
        except MingzhangError as refusal:
            _report(f"演示数据未能载入 · the demo was not loaded: {refusal.sentence(kit.config.language)}")

    Thread(target=load, name="demo", daemon=True).start()


def _migrate(config: Config) -> int:
    from services.kit.runtime import Runtime

    runtime = Runtime(config, SERVICES)
    try:
        runtime.open_database()
    finally:
        runtime.stop()
    return 0


def _report(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
