"""What decisions about links need of a posting."""

from __future__ import annotations

from typing import Protocol

import polars as pl

from services.kit.caller import Scope
from services.ledger.domain.links import Decision, Known


class PartPosting(Protocol):
    """The parts of payments that people linked, in one posting.

    A part has line_id (of the line that made it), payment_id, number, quota_id, category, project_key, given_fen (when
    it was linked) and amount_fen (what corrections left of it).
    """

    def link_hash(self, key: str) -> str:
        """request_hash of a recorded decision; empty if there is none of this key."""
        ...

    def known_links(self, decision: Decision, scope: Scope) -> Known:
        """What a decision needs of the ledger: of its division, and as far as the scope sees it."""
        ...

    def link_lines(self, key: str) -> pl.Series:
        """The ids of the lines of a decision."""
        ...

    def payment_rows(self, payment_ids: pl.Series) -> pl.DataFrame:
        """Payments with what says where the money of their rows is, in the order of their ids."""
        ...

    def parts_of_payments(self, payment_ids: pl.Series) -> pl.DataFrame:
        """The parts of payments, in the order of their lines."""
        ...

    def parts_of_lines(self, line_ids: pl.Series) -> pl.DataFrame:
        """The parts that lines of decisions made, in the order of the lines."""
        ...

    def add_parts(self, parts: pl.DataFrame) -> None:
        """Stores new parts."""
        ...

    def end_parts(self, line_ids: pl.Series) -> pl.DataFrame:
        """Ends the shares of parts; returns key and category of those that are told, which the unrelated are not."""
        ...

    def remove_parts(self, line_ids: pl.Series) -> None:
        """Takes away parts whose decision is undone."""
        ...

    def correct_parts(self, corrected: pl.DataFrame, corrections: pl.DataFrame) -> None:
        """Stores number and amount_fen of parts (line_id), and what each correction (correction_id) took of which."""
        ...

    def part_facts(self, line_ids: pl.Series) -> pl.DataFrame:
        """The standing shares of parts as facts, but for the unrelated."""
        ...

    def part_movements(self, line_ids: pl.Series) -> pl.DataFrame:
        """line_id, amount_fen and effective_on of what parts were given, and of what corrections took of them."""
        ...
