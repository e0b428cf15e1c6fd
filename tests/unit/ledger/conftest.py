"""Fixtures of the ledger: one database for all its tests, emptied for each, which is quicker than a new one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.kit.clock import SystemClock
from services.kit.database import PostgresDatabase
from services.kit.embedded_postgres import EmbeddedPostgres
from services.kit.migrate import migrate
from services.ledger.storage import BaseSetTables
from services.ledger.usecases import refresh_base_data
from tests.unit.ledger.chains import post_chain
from tests.unit.ledger.issuer import SHIPPED, TODAY
from tests.unit.ledger.world import World


@pytest.fixture(scope="session")
def _ledger_database(postgres: EmbeddedPostgres) -> Iterator[PostgresDatabase]:
    url = postgres.url("test_ledger_shared")
    migrate(url, "ledger")
    database = PostgresDatabase(url, pool_max=12, name="test_ledger_shared")
    yield database
    database.close()


@pytest.fixture
def world(_ledger_database: PostgresDatabase) -> World:
    """A ledger that knows the divisions and funds of the tests, and nothing else."""
    world = World(_ledger_database)
    world.reset()
    return world


@pytest.fixture
def chain(world: World) -> World:
    """A ledger with central money that went down four levels."""
    return post_chain(world)


@pytest.fixture
def book(world: World) -> BaseSetTables:
    """The base data that is shipped, and nothing changed below it."""
    book = BaseSetTables(world.database, world.streams, SystemClock())
    refresh_base_data(book, SHIPPED, TODAY)
    return book
