"""The ledger's commands and questions, one function each."""

from services.ledger.usecases.base_sets import (
    apply_template,
    change_base_data,
    check_template,
    diff_templates,
    follow_division,
    list_base_changes,
    list_base_items,
    list_templates,
    read_base_data,
    refresh_base_data,
)
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
from services.ledger.usecases.setup import plan_setup, set_up
from services.ledger.usecases.verifying import verify_chain

__all__ = [
    "SUMMARY_ROWS_MAX",
    "apply_template",
    "change_base_data",
    "check_receipt",
    "check_template",
    "close_days",
    "close_year",
    "decide_links",
    "diff_templates",
    "export_beancount",
    "finish_links",
    "follow_division",
    "get_document",
    "get_payment",
    "give_receipt",
    "list_base_changes",
    "list_base_items",
    "list_documents",
    "list_in_transit",
    "list_payments",
    "list_quotas",
    "list_templates",
    "plan_setup",
    "post_allotments",
    "post_disbursements",
    "post_document",
    "post_payments",
    "post_projects",
    "post_quotas",
    "read_base_data",
    "read_heads",
    "refresh_base_data",
    "set_up",
    "sign_head",
    "summary",
    "verify_chain",
]
