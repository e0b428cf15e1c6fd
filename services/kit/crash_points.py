"""Named places where a test may kill the process. Inactive unless a test asks for one.

`MINGZHANG_CRASH_POINT=ledger.post.before_commit:3` kills at the third passing. The name is armed once, by
config at start; reaching a point costs one comparison with None.
"""

from __future__ import annotations

import os
import signal
import threading

_armed: str | None = None
_passings_left = 0
_lock = threading.Lock()


def arm(setting: str) -> None:
    """Arms one point, "name" or "name:passing"; the empty string disarms."""
    global _armed, _passings_left
    name, _, passing = setting.partition(":")
    _armed = name or None
    _passings_left = int(passing or 1)


def reach(name: str) -> None:
    """Dies by SIGKILL if this point is armed and was passed often enough."""
    global _passings_left
    if _armed != name:
        return
    with _lock:
        _passings_left -= 1
        if _passings_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
