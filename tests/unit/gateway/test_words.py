"""Every word that a page asks for is there, in Chinese and in English."""

from __future__ import annotations

import re

from services.gateway.web.app import STATIC

SCRIPTS = sorted((STATIC / "js").rglob("*.js"))
_ENTRY = re.compile(r'^\s*(\w+): \["([^"]+)", "([^"]+)"\],?$', re.MULTILINE)
_ASKED = re.compile(r'\bt\((?:[^()"]*\? )?"(\w+)"(?: : "(\w+)")?')
_NOT_A_WORD = re.compile(r'\.(?:get|has|set)\("')


def words() -> dict[str, tuple[str, str]]:
    """Name -> Chinese and English."""
    texts = [(STATIC / "js" / name).read_text(encoding="utf-8") for name in ("words.js", "words_trace.js")]
    return {name: (zh, en) for text in texts for name, zh, en in _ENTRY.findall(text)}


def test_every_word_that_is_asked_for_exists() -> None:
    """A name that is not known would be shown as it is."""
    known = words()
    missing = {
        f"{script.name}: {name}"
        for script in SCRIPTS
        for line in script.read_text(encoding="utf-8").splitlines()
        for names in _ASKED.findall(_NOT_A_WORD.sub("", line))
        for name in names
        if name and name not in known
    }

    assert missing == set()
    assert len(known) > 200


def test_both_languages_fill_in_the_same_values() -> None:
    """Like {n} and {day}."""
    differing = {
        name: pair
        for name, pair in words().items()
        if set(re.findall(r"\{\w+\}", pair[0])) != set(re.findall(r"\{\w+\}", pair[1]))
    }

    assert differing == {}


def test_no_word_calls_a_suspicion_a_violation() -> None:
    """预警 and 疑点 until the finding."""
    guilty = [name for name, (zh, _) in words().items() if "违规" in zh]

    assert guilty == []
