"""Fixtures of rules: one pool of durable_rules, and worlds over fresh databases."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from services.kit.database import PostgresDatabase
from services.rules.engine.durable_pool import DurablePool
from tests.unit.rules.service_world import World


@pytest.fixture(scope="session")
def durable_pool() -> Iterator[DurablePool]:
    """One worker for all tests that judge matches."""
    pool = DurablePool()
    yield pool
    pool.close()


@pytest.fixture
def world(
    service_database: Callable[[str], PostgresDatabase], durable_pool: DurablePool
) -> Callable[..., World]:
    """Makes a rules service over a fresh database, for the given categories."""

    def make(categories: Sequence[str] = ("poverty",)) -> World:
        return World(service_database("rules"), durable_pool, categories)

    return make
