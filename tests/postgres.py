"""The PostgreSQL of tests and measurements: one of their own, in a short folder, removed at the end."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine

from services.kit.config import SERVICES
from services.kit.embedded_postgres import EmbeddedPostgres
from services.kit.migrate import migrate

UNSYNCED = (
    "ALTER SYSTEM SET fsync = off",
    "ALTER SYSTEM SET full_page_writes = off",
    "SELECT pg_reload_conf()",
)
"""No test pulls the plug of the machine, and a killed process loses nothing of what the kernel has taken."""


@contextmanager
def own_postgres() -> Iterator[EmbeddedPostgres]:
    """A running server."""
    folder = Path(tempfile.mkdtemp(prefix="mzt-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "data", folder / "run")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def leave_unsynced(server: EmbeddedPostgres) -> None:
    """Spares the disk of a server of tests, also in copies of its folder. Never of one that is measured."""
    engine = create_engine(server.url("postgres"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for statement in UNSYNCED:
            connection.exec_driver_sql(statement)
    engine.dispose()


@contextmanager
def migrated_data() -> Iterator[Path]:
    """A data folder to copy with `fill`: all databases migrated and empty, the server stopped."""
    folder = Path(tempfile.mkdtemp(prefix="mzm-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "data", folder / "run")
    try:
        server.start()
        leave_unsynced(server)
        for service in SERVICES:
            migrate(server.url(f"mingzhang_{service}"), service)
        server.stop()
        yield folder / "data"
    finally:
        server.stop()
        shutil.rmtree(folder)


def fill(data_dir: Path, migrated: Path) -> None:
    """Copies a data folder, with the owner of each file: the server of root runs as somebody else."""
    subprocess.run(["cp", "-a", str(migrated), str(data_dir)], check=True, timeout=60)
