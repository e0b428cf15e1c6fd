"""All SQL of the ledger."""

from services.ledger.storage.base_data import BaseDataTables, shipped_base_data
from services.ledger.storage.book import LedgerBook
from services.ledger.storage.chain import StoredChain
from services.ledger.storage.conservation import Conservation
from services.ledger.storage.days import BusinessDays, FiscalYears, note_coverage
from services.ledger.storage.quota_reader import QuotaTables
from services.ledger.storage.reader import LedgerTables

__all__ = [
    "BaseDataTables",
    "BusinessDays",
    "Conservation",
    "FiscalYears",
    "LedgerBook",
    "LedgerTables",
    "QuotaTables",
    "StoredChain",
    "note_coverage",
    "shipped_base_data",
]
