"""Inbound clock: links that a kill left for later."""

from __future__ import annotations

from services.ledger.usecases import finish_links
from services.ledger.usecases.ports import Book

FINISH_LINKS = "finish-links"
INTERVAL_S = 30


class FinishLinksJob:
    """A posting of quotas links what waited for them right after it; what did not come to that is done here."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def run(self) -> None:
        """Links what is remembered."""
        finish_links(self._book, "")
