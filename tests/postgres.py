"""The PostgreSQL of tests and measurements: one of their own, in a short folder, removed at the end."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.kit.embedded_postgres import EmbeddedPostgres


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
