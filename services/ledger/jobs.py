"""Inbound clock: links and moves that a kill left for later."""

from __future__ import annotations

from services.ledger.usecases import finish_links
from services.ledger.usecases.ports import Book

FINISH_LINKS = "finish-links"
INTERVAL_S = 30


class FinishLinksJob:
    """A posting links and moves what is too much for it right after it; what did not come to that is done here."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def run(self) -> None:
        """Links and moves what is remembered."""
        finish_links(self._book, "")
