"""The composition root of rules."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence

from mingzhang.rules.v1.rules_pb2_grpc import add_RulesServiceServicer_to_server

from services.kit.errors import InvalidInput
from services.kit.module import ServiceKit
from services.rules import cli, messages
from services.rules.clients import RulesClient
from services.rules.consumers import Evaluator
from services.rules.domain import BUNDLE_CATEGORIES, CATEGORIES, CROSS, UNASSIGNED
from services.rules.engine.compiled import compile_bundle
from services.rules.engine.durable_pool import DurablePool
from services.rules.language import RULEBOOKS, build_bundle, read_bundle
from services.rules.metrics import Metrics
from services.rules.rpc import RulesServicer
from services.rules.storage import LogStores
from services.rules.usecases.deploy import deploy_if_none
from services.rules.usecases.evaluate import CompiledBundles, Means
from services.rules.usecases.log import Source

DURABLE_WORKERS = 1


def mount(kit: ServiceKit) -> None:
    """Adds rules to a process, for the categories of its configuration."""
    served = served_categories(kit.config.categories)
    pool = DurablePool(DURABLE_WORKERS)
    kit.on_stop(pool.close)
    bundles = CompiledBundles(lambda content: compile_bundle(read_bundle(content)))
    means = Means(bundles, pool, Metrics(kit.registry))
    servicer = RulesServicer(kit.database, kit.streams, bundles, served)
    kit.serve(
        lambda server: add_RulesServiceServicer_to_server(servicer, server),
        "mingzhang.rules.v1.RulesService",
    )
    for category in served:
        deploy_shipped(kit, bundles, category)
        evaluator = Evaluator(category, fact_streams(category), means, kit.streams)
        for subscription in evaluator.subscriptions():
            kit.consume(subscription)


def served_categories(configured: Sequence[str]) -> tuple[str, ...]:
    """The categories that this process evaluates; none configured means all."""
    unknown = sorted(set(configured) - set(BUNDLE_CATEGORIES))
    if unknown:
        names = ", ".join(unknown)
        raise InvalidInput(
            "rules.unknown_category",
            f"没有资金类别 {names}",
            f"there is no category {names}",
            {"category": names},
        )
    return tuple(configured) or BUNDLE_CATEGORIES


def fact_streams(category: str) -> tuple[str, ...]:
    """The streams of the ledger that the evaluator of a category judges."""
    return tuple(f"{name}.0" for name in ((*CATEGORIES, UNASSIGNED) if category == CROSS else (category,)))


def deploy_shipped(kit: ServiceKit, bundles: CompiledBundles, category: str) -> None:
    """Puts the shipped rules in force where no bundle is yet."""
    with kit.database.transaction() as connection:
        source = Source("", "", 0, "first_start", "")
        store = LogStores(connection, category)
        deployed = deploy_if_none(store, bundles, category, lambda: shipped_bundle(category), source)
        if deployed is not None:
            kit.streams.append(connection, [messages.bundles_deployed(deployed, "mingzhang")])


def shipped_bundle(category: str) -> bytes:
    """The content of the shipped bundle of a category."""
    built = build_bundle(RULEBOOKS, category)
    if built.bundle is None:
        problem = built.problems[0]
        raise InvalidInput("rules.shipped_rules", problem.sentence("zh"), problem.sentence("en"))
    return built.bundle.content


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser], open_kit: Callable[[], ServiceKit]
) -> None:
    """Adds `mingzhang rules …`."""
    cli.add_commands(parser, lambda: RulesClient(open_kit().channel("rules")))
