"""Demos of size s, written once per seed and session."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from services.demo.write import write_demo
from tests.unit.demo.reading import World, read_world

SEEDS = (20180730, 7, 424242)


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The folder of a written demo s, by seed."""

    @cache
    def written(seed: int) -> Path:
        directory = tmp_path_factory.mktemp(f"demo-{seed}")
        write_demo(directory, "s", seed, lambda _line: None)
        return directory

    return written


@pytest.fixture(scope="session")
def world(demo: Callable[[int], Path]) -> Callable[[int], World]:
    """What a demo says once all of its files are in, by seed. Read only."""

    @cache
    def read(seed: int) -> World:
        return read_world(demo(seed))

    return read
