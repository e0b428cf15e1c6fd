"""The system as a cluster: separate processes, one PostgreSQL with a database each, a real RabbitMQ."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from services.kit.config import SERVICES
from services.kit.embedded_postgres import EmbeddedPostgres
from tests.rabbitmq import rabbitmq, rabbitmq_url
from tests.scenarios.conftest import migrated, one_process
from tests.system import CLUSTER, System

__all__ = ["migrated", "one_process", "rabbitmq", "rabbitmq_url"]
_numbers = itertools.count(1)


def create(postgres: EmbeddedPostgres, templates: Mapping[str, str]) -> None:
    """Makes databases, each as a copy of its template."""
    engine = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name, template in templates.items():
            connection.exec_driver_sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY WAL_LOG')
    engine.dispose()


@pytest.fixture
def cluster(
    postgres: EmbeddedPostgres, template_of: Callable[[str], str], rabbitmq_url: str
) -> Iterator[Callable[..., System]]:
    """Makes a cluster with databases and a vhost of its own; stopped and removed after the test."""
    made: list[tuple[System, str]] = []

    def make(**settings: str) -> System:
        prefix = f"cluster{next(_numbers)}"
        create(postgres, {f"{prefix}_{service}": template_of(service) for service in SERVICES})
        folder = Path(tempfile.mkdtemp(prefix="mze-"))

        def url(service: str) -> str:
            # The braces of "{service}" must survive as they are: the program fills them in.
            return (
                postgres.url("DATABASE")
                .render_as_string(hide_password=False)
                .replace("DATABASE", f"{prefix}_{service}")
            )

        system = System(folder, CLUSTER, url, settings, rabbitmq_url)
        made.append((system, prefix))
        return system

    yield make
    for system, prefix in made:
        system.stop()
        shutil.rmtree(system.folder, ignore_errors=True)
        engine = create_engine(postgres.url("postgres"), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for service in SERVICES:
                connection.exec_driver_sql(f'DROP DATABASE "{prefix}_{service}" WITH (FORCE)')
        engine.dispose()
