"""All SQL of the ledger."""

from services.ledger.storage.base_data import BaseDataTables, shipped_base_data
from services.ledger.storage.book import LedgerBook
from services.ledger.storage.chain import StoredChain
from services.ledger.storage.days import BusinessDays, note_coverage
from services.ledger.storage.reader import LedgerTables
from services.ledger.storage.reconciliation import ReconciliationTables
from services.ledger.storage.tracing import TraceTables

__all__ = [
    "BaseDataTables",
    "BusinessDays",
    "LedgerBook",
    "LedgerTables",
    "ReconciliationTables",
    "StoredChain",
    "TraceTables",
    "note_coverage",
    "shipped_base_data",
]
