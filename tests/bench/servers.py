"""The PostgreSQL of a measurement: its own, in a short folder, removed at the end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.kit.embedded_postgres import EmbeddedPostgres


@contextmanager
def bench_postgres() -> Iterator[EmbeddedPostgres]:
    """A running server."""
    folder = Path(tempfile.mkdtemp(prefix="mzb-"))
    folder.chmod(0o711)
    server = EmbeddedPostgres(folder / "data", folder / "run")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)
