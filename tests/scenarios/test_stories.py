"""Each story ends as its expected.yaml says. `make golden` writes these files anew."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests import stories
from tests.system import System


@pytest.mark.parametrize("story", stories.STORIES)
def test_story(story: str, one_process: Callable[..., System], golden: bool) -> None:
    """The story, told to the whole system in one process, ends as expected."""
    system = one_process()
    system.start()
    stories.play(system, story)
    result = stories.outcome(system)
    if golden:
        stories.write_expected(story, result)

    assert result == stories.expected(story)
