"""The whole system in one process, made fresh for each test, as `mingzhang serve` runs it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from services.kit.embedded_postgres import EmbeddedPostgres
from tests.postgres import fill, migrated_data
from tests.system import ONE_PROCESS, System


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--golden` writes the golden results anew."""
    parser.addoption("--golden", action="store_true", help="write the golden results anew")
    parser.addoption("--seeds", default="20180730", help="seeds of the demo, comma between them")


@pytest.fixture
def demo_seeds(request: pytest.FixtureRequest) -> list[int]:
    """The seeds of the demo, "--seeds 1,2,3" on the command line."""
    given = str(request.config.getoption("--seeds", default="20180730"))
    return [int(seed) for seed in given.split(",")]


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> bool:
    """Whether the golden results are written anew."""
    return bool(request.config.getoption("--golden", default=False))


@pytest.fixture(scope="session")
def migrated() -> Iterator[Path]:
    """A data folder whose databases are migrated and empty."""
    with migrated_data() as data_dir:
        yield data_dir


@pytest.fixture
def one_process(migrated: Path) -> Iterator[Callable[..., System]]:
    """Makes a system in one process with its own embedded PostgreSQL, migrated already; stopped and removed after the test."""
    made: list[System] = []

    def make(**settings: str) -> System:
        folder = Path(tempfile.mkdtemp(prefix="mzs-"))
        folder.chmod(0o711)
        fill(folder / "data", migrated)
        server = EmbeddedPostgres(folder / "data", folder / "run")
        system = System(
            folder,
            ONE_PROCESS,
            lambda service: server.url(f"mingzhang_{service}").render_as_string(hide_password=False),
            settings,
        )
        made.append(system)
        return system

    yield make
    for system in made:
        system.stop()
        shutil.rmtree(system.folder, ignore_errors=True)
