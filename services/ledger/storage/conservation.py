"""Whether money is conserved: what the balances say when all of them are added up."""

from __future__ import annotations

from sqlalchemy import text

from services.kit.module import Database
from services.ledger.domain.accounts import KIND_BITS, AccountKind
from services.ledger.storage.quotas import IN_TRANSIT

_KIND = f"a.id & {(1 << KIND_BITS) - 1}"
_OF_OWNERS = f"""
    SELECT coalesce(sum(abs(fen)), 0)::bigint FROM (
        SELECT sum(a.balance_fen) AS fen FROM account AS a LEFT JOIN owner AS o ON o.id = a.id >> {KIND_BITS}
        GROUP BY coalesce(o.quota_id, a.id >> {KIND_BITS})
    ) AS owners
"""
_OF_KINDS = f"""
    SELECT coalesce(abs(sum(a.balance_fen)), 0)::bigint FROM account AS a WHERE {_KIND} = ANY (:kinds)
"""
_ON_THE_WAY = f"""
    SELECT abs(coalesce((SELECT sum(a.balance_fen) FROM account AS a WHERE {_KIND} = {int(AccountKind.IN_TRANSIT)}), 0)
        - coalesce((SELECT sum(l.amount_fen) FROM document_line AS l
            WHERE l.to_division_code IS NOT NULL AND {IN_TRANSIT}), 0))::bigint
"""
EQUATIONS: dict[str, tuple[AccountKind, ...]] = {
    "levels": (AccountKind.ISSUED, AccountKind.RECEIVED),
    "transferred": (AccountKind.TRANSFERRED,),
    "carried_over": (AccountKind.CARRIED_OVER,),
    "integrated": (AccountKind.INTEGRATED,),
}
"""Kinds of account whose balances are together zero over all quotas."""


class Conservation:
    """Adds up the balances. Implements jobs.Conserved."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def differences(self) -> dict[str, int]:
        """Fen that an equation misses, by its name; all zero in a sound ledger.

        `quotas`: the accounts of each quota (and of each suspense) together; `in_transit`: the balances in transit and
        the open lines of issues; the others are those of EQUATIONS.
        """
        with self._database.reading() as connection:
            found = {
                "quotas": connection.scalar(text(_OF_OWNERS)),
                "in_transit": connection.scalar(text(_ON_THE_WAY)),
            }
            for name, kinds in EQUATIONS.items():
                found[name] = connection.scalar(text(_OF_KINDS), {"kinds": list(map(int, kinds))})
        return {name: int(fen or 0) for name, fen in found.items()}
