"""The scripts of the pages name what is there: nothing else would notice before a person opens the page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from services.gateway.web.app import STATIC

SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
EXPORT = re.compile(r"^export (?:async )?(?:function|const|class|let) (\w+)", re.M)
IMPORT = re.compile(r"^import (?:\{(?P<names>[^}]*)\}|\* as \w+) from \"(?P<path>[^\"]+)\";", re.M)
STRING_OR_COMMENT = re.compile(r"//[^\n]*|\"(?:[^\"\\\n]|\\.)*\"")


def exported(script: Path) -> set[str]:
    """The names that a script gives to others."""
    return set(EXPORT.findall(script.read_text(encoding="utf-8")))


def imported(script: Path) -> dict[str, tuple[Path, str]]:
    """What a script calls the names that it takes: whose they are and how they are called there."""
    found = {}
    for match in IMPORT.finditer(script.read_text(encoding="utf-8")):
        path = (script.parent / match["path"]).resolve()
        for part in filter(None, (one.strip() for one in (match["names"] or "").split(","))):
            name, _, own = part.partition(" as ")
            found[own or name] = (path, name)
    return found


NAMES = {name for script in SCRIPTS for name in exported(script)}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.stem)
def test_what_a_script_imports_is_exported_there(script: Path) -> None:
    missing = [
        name for path, name in imported(script).values() if not path.exists() or name not in exported(path)
    ]

    assert missing == []


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda one: one.stem)
def test_a_script_imports_what_it_calls_of_others(script: Path) -> None:
    code = STRING_OR_COMMENT.sub("", script.read_text(encoding="utf-8"))
    called = set(re.findall(r"(?<![.\w])(\w+)\(", code)) & NAMES
    own = set(re.findall(r"(?:function|const|let|class) (\w+)|[({,]\s*(\w+)(?=[,)}: ])", code))
    known = set(imported(script)) | {name for pair in own for name in pair}

    assert called - known == set()
