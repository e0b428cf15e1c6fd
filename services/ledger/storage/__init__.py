"""All SQL of the ledger."""

from services.ledger.storage.base_data import BaseDataTables, shipped_base_data
from services.ledger.storage.book import LedgerBook
from services.ledger.storage.chain import StoredChain
from services.ledger.storage.conservation import Conservation
from services.ledger.storage.days import BusinessDays, FiscalYears, note_coverage
from services.ledger.storage.journal import StoredJournal
from services.ledger.storage.link_reader import LinkTables
from services.ledger.storage.quota_reader import QuotaTables
from services.ledger.storage.reader import LedgerTables
from services.ledger.storage.receipts import EntryTables
from services.ledger.storage.reconciliation import ReconciliationTables
from services.ledger.storage.tables import SEALED
from services.ledger.storage.tracing import TraceTables

__all__ = [
    "SEALED",
    "BaseDataTables",
    "BusinessDays",
    "Conservation",
    "EntryTables",
    "FiscalYears",
    "LedgerBook",
    "LedgerTables",
    "LinkTables",
    "QuotaTables",
    "ReconciliationTables",
    "StoredChain",
    "StoredJournal",
    "TraceTables",
    "note_coverage",
    "shipped_base_data",
]
