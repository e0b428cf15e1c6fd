"""Fixtures of every tier: one PostgreSQL per test session, and fresh migrated databases out of templates."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import Engine, create_engine

from services.kit.database import PostgresDatabase
from services.kit.embedded_postgres import EmbeddedPostgres
from services.kit.migrate import migrate
from tests.postgres import leave_unsynced, own_postgres

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def postgres() -> Iterator[EmbeddedPostgres]:
    """One embedded server for the whole session."""
    with own_postgres() as server:
        leave_unsynced(server)
        yield server


@pytest.fixture(scope="session")
def _maintenance(postgres: EmbeddedPostgres) -> Iterator[Engine]:
    engine = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def template_of(postgres: EmbeddedPostgres) -> Callable[[str], str]:
    """The migrated template database of a service, made on first use."""
    made: dict[str, str] = {}

    def template(service: str) -> str:
        if service not in made:
            name = f"template_{service}"
            migrate(postgres.url(name), service)
            made[service] = name
        return made[service]

    return template


@pytest.fixture
def service_database(
    postgres: EmbeddedPostgres, _maintenance: Engine, template_of: Callable[[str], str]
) -> Iterator[Callable[[str], PostgresDatabase]]:
    """Makes a fresh, migrated database of a service; dropped after the test."""
    opened: list[tuple[str, PostgresDatabase]] = []

    def create(service: str) -> PostgresDatabase:
        name = f"test_{service}_{next(_numbers)}"
        with _maintenance.connect() as connection:
            connection.exec_driver_sql(
                f'CREATE DATABASE "{name}" TEMPLATE "{template_of(service)}" STRATEGY WAL_LOG'
            )
        database = PostgresDatabase(postgres.url(name), pool_max=8, name=name)
        opened.append((name, database))
        return database

    yield create
    for name, database in opened:
        database.close()
        with _maintenance.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
