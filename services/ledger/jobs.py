"""Inbound clock: links and moves that a kill left for later, whether money is conserved, base data whose day came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from services.kit.clock import Clock, today
from services.kit.log import logger
from services.ledger.domain.templates import Template
from services.ledger.usecases import finish_links, refresh_base_data
from services.ledger.usecases.attachments import Files, forget_attachments
from services.ledger.usecases.base_sets import BaseBook
from services.ledger.usecases.ports import Book

FINISH_LINKS = "finish-links"
INTERVAL_S = 30
CONSERVE = "conserve"
CONSERVE_INTERVAL_S = 600
FORGET_FILES = "forget-files"
FORGET_FILES_INTERVAL_S = 3600

_log = logger("ledger.jobs")
REFRESH_BASE_DATA = "refresh-base-data"
REFRESH_INTERVAL_S = 900
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


class ForgetFilesJob:
    """Files that were uploaded for a document which never came are not kept for ever."""

    def __init__(self, files: Files, clock: Clock) -> None:
        self._files = files
        self._clock = clock

    def run(self) -> None:
        """Removes what waited too long."""
        if forgotten := forget_attachments(self._files, self._clock.now()):
            _log.info("files that no document names were removed", extra={"files": forgotten})


class RefreshBaseDataJob:
    """A template and an item may be in force from a day to come: when it has come, facts may name it."""

    def __init__(self, book: BaseBook, shipped: Template, clock: Clock) -> None:
        self._book = book
        self._shipped = shipped
        self._clock = clock

    def run(self) -> None:
        """Stores and tells what is in force today, if that is not what is stored."""
        refresh_base_data(self._book, self._shipped, today(self._clock))


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
