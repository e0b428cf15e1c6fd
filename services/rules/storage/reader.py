"""What people may ask of all logs, read at one moment each."""

from __future__ import annotations

from sqlalchemy import text

from services.kit.caller import Scope
from services.kit.module import Database
from services.rules.storage import log, warnings
from services.rules.usecases.log import EvaluatorState
from services.rules.usecases.queries import WarningFilter, WarningRow


class RulesReader:
    """Reads in transactions of its own. Implements usecases.queries.Reader."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, scope: Scope, wanted: WarningFilter, before: int, rows_max: int) -> list[WarningRow]:
        """Warnings in the scope, newest change first, changed before number `before` (0: from the newest)."""
        with self._database.reading() as connection:
            return warnings.page_of_warnings(connection, scope, wanted, before, rows_max)

    def history(self, scope: Scope, warning_id: str) -> list[WarningRow]:
        """All revisions of a warning in the scope, oldest first."""
        with self._database.reading() as connection:
            return warnings.warning_with_history(connection, scope, warning_id)

    def standing(self, scope: Scope) -> dict[tuple[str, str], int]:
        """The number of standing warnings in the scope by (log, rule)."""
        with self._database.reading() as connection:
            return warnings.standing_by_rule(connection, scope)

    def states(self) -> list[EvaluatorState]:
        """How far each evaluator is."""
        with self._database.reading() as connection:
            return log.evaluator_states(connection)

    def bundle(self, digest: str) -> bytes:
        """The content of a bundle."""
        with self._database.reading() as connection:
            row = connection.execute(text("SELECT body FROM bundle WHERE hash = :hash"), {"hash": digest})
            return bytes(row.scalar_one())

    def cannot_judge(self) -> dict[tuple[str, str], int]:
        """The rules' counters of facts that they could not judge, by (log, rule)."""
        with self._database.reading() as connection:
            return log.cannot_judge(connection)

    def quarantined(self) -> dict[str, int]:
        """The number of facts and groups in quarantine, by log."""
        with self._database.reading() as connection:
            return log.quarantined(connection)

    def applied(self) -> dict[str, dict[str, int]]:
        """The last number applied of each "emitter/stream", by log."""
        with self._database.reading() as connection:
            return log.applied(connection)
