"""Brings a service's database to the newest schema: the kit's tables, then the service's own migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config as AlembicConfig
from sqlalchemy import URL, Connection, create_engine

import services
from services.kit.database import ensure_database, with_driver

_ENVIRONMENT = Path(__file__).parent / "alembic"
_LOCK_KEY = 0x6D7A_6D69_6772  # "mzmigr": one process migrates a database at a time.


def migrate(url: str | URL, service: str) -> None:
    """Creates the database if need be and applies every migration that it has not had."""
    ensure_database(url)
    engine = create_engine(
        with_driver(url), connect_args={"application_name": f"mingzhang-migrate-{service}"}
    )
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("SELECT pg_advisory_lock(%s)", (_LOCK_KEY,))
            connection.commit()
            _upgrade(connection, _ENVIRONMENT / "versions", "schema_version_kit")
            _upgrade(connection, migrations_of(service), "schema_version")
    finally:
        engine.dispose()


def migrations_of(service: str) -> Path:
    """The folder of a service's migrations."""
    return Path(services.__path__[0]) / service / "migrations"


def _upgrade(connection: Connection, versions: Path, version_table: str) -> None:
    if not versions.is_dir():
        return
    settings = AlembicConfig()
    settings.set_main_option("script_location", str(_ENVIRONMENT).replace("%", "%%"))
    settings.set_main_option("version_locations", str(versions).replace("%", "%%"))
    settings.set_main_option("path_separator", "newline")
    settings.attributes["connection"] = connection
    settings.attributes["version_table"] = version_table
    command.upgrade(settings, "head")
    connection.commit()
