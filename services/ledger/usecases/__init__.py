"""The ledger's commands and questions, one function each."""

from services.ledger.usecases.base_data import load_base_data
from services.ledger.usecases.days import close_days, close_year
from services.ledger.usecases.disbursements import post_disbursements
from services.ledger.usecases.documents import post_document
from services.ledger.usecases.exporting import export_beancount
from services.ledger.usecases.heads import read_heads, sign_head
from services.ledger.usecases.linking import decide_links
from services.ledger.usecases.payments import post_payments
from services.ledger.usecases.quota_reading import (
    get_document,
    list_documents,
    list_in_transit,
    list_quotas,
)
from services.ledger.usecases.quotas import post_allotments, post_projects, post_quotas
from services.ledger.usecases.reading import SUMMARY_ROWS_MAX, get_payment, list_payments, summary
from services.ledger.usecases.receipts import check_receipt, give_receipt
from services.ledger.usecases.relinking import finish_links
from services.ledger.usecases.verifying import verify_chain

__all__ = [
    "SUMMARY_ROWS_MAX",
    "check_receipt",
    "close_days",
    "close_year",
    "decide_links",
    "export_beancount",
    "finish_links",
    "get_document",
    "get_payment",
    "give_receipt",
    "list_documents",
    "list_in_transit",
    "list_payments",
    "list_quotas",
    "load_base_data",
    "post_allotments",
    "post_disbursements",
    "post_document",
    "post_payments",
    "post_projects",
    "post_quotas",
    "read_heads",
    "sign_head",
    "summary",
    "verify_chain",
]
