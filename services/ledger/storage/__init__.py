"""All SQL of the ledger."""

from services.ledger.storage.attachments import AttachmentTable
from services.ledger.storage.base_data import BaseDataTables
from services.ledger.storage.base_files import read_template, shipped_template
from services.ledger.storage.base_sets import BaseSetTables
from services.ledger.storage.book import LedgerBook
from services.ledger.storage.chain import StoredChain
from services.ledger.storage.conservation import Conservation
from services.ledger.storage.days import BusinessDays, FiscalYears, note_coverage
from services.ledger.storage.folds import MonthFolds
from services.ledger.storage.indicators import shipped_indicators
from services.ledger.storage.journal import StoredJournal
from services.ledger.storage.library import shipped_workflows
from services.ledger.storage.library_reader import LibraryTables
from services.ledger.storage.link_reader import LinkTables
from services.ledger.storage.performance_reader import PerformanceTables
from services.ledger.storage.quota_reader import QuotaTables
from services.ledger.storage.reader import LedgerTables
from services.ledger.storage.receipts import EntryTables
from services.ledger.storage.reconciliation import ReconciliationTables
from services.ledger.storage.setup import SetupTables, read_setup
from services.ledger.storage.tables import SEALED
from services.ledger.storage.tracing import TraceTables
from services.ledger.storage.views import ViewTables

__all__ = [
    "SEALED",
    "AttachmentTable",
    "BaseDataTables",
    "BaseSetTables",
    "BusinessDays",
    "Conservation",
    "EntryTables",
    "FiscalYears",
    "LedgerBook",
    "LedgerTables",
    "LibraryTables",
    "LinkTables",
    "MonthFolds",
    "PerformanceTables",
    "QuotaTables",
    "ReconciliationTables",
    "SetupTables",
    "StoredChain",
    "StoredJournal",
    "TraceTables",
    "ViewTables",
    "note_coverage",
    "read_setup",
    "read_template",
    "shipped_indicators",
    "shipped_template",
    "shipped_workflows",
]
