"""Inbound clock: links and moves that a kill left for later, and whether money is conserved."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from services.ledger.usecases import finish_links
from services.ledger.usecases.ports import Book

FINISH_LINKS = "finish-links"
INTERVAL_S = 30
CONSERVE = "conserve"
CONSERVE_INTERVAL_S = 600
FOLD = "fold-months"
FOLD_INTERVAL_S = 60


class FinishLinksJob:
    """A posting links and moves what is too much for it right after it; what did not come to that is done here."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def run(self) -> None:
        """Links and moves what is remembered."""
        finish_links(self._book, "")


class Conserved(Protocol):
    """Where balances are added up."""

    def differences(self) -> Mapping[str, int]:
        """Fen that an equation misses, by its name."""
        ...


class ConserveJob:
    """Tells the operators, before anybody asks, should a fen ever be missing."""

    def __init__(self, balances: Conserved, tell: Callable[[Mapping[str, int]], None]) -> None:
        self._balances = balances
        self._tell = tell

    def run(self) -> None:
        """Adds up the balances."""
        self._tell(self._balances.differences())


class Folding(Protocol):
    """Where months are folded."""

    def fold(self) -> int:
        """Folds what there is enough of; returns how many stretches."""
        ...


class FoldJob:
    """Keeps the sums by month that views as of a day are read from; postings do not wait for it."""

    def __init__(self, months: Folding) -> None:
        self._months = months

    def run(self) -> None:
        """Folds."""
        self._months.fold()
