"""The same golden scenarios through RabbitMQ, with every service in a process of its own."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import stories
from tests.system import System


@pytest.mark.e2e
@pytest.mark.parametrize("story", stories.STORIES)
def test_story_in_a_cluster(story: str, cluster: Callable[..., System]) -> None:
    """The story, told to eight processes, ends as in one."""
    system = cluster()
    system.start()
    stories.play(system, story)

    assert stories.outcome(system) == stories.expected(story)
