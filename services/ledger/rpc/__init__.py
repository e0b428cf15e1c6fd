"""Inbound gRPC: translate, delegate, translate back. One file for each contract."""

from services.ledger.rpc.attachments import Attachments, AttachmentServicer
from services.ledger.rpc.base_data import BaseDataParts, BaseDataServicer
from services.ledger.rpc.chain import ChainServicer
from services.ledger.rpc.ledger import Ledger, LedgerServicer
from services.ledger.rpc.library import Library, LibraryServicer, PerformanceServicer
from services.ledger.rpc.links import Links, LinkServicer
from services.ledger.rpc.quotas import Quotas, QuotaServicer
from services.ledger.rpc.trace import Trace, TraceServicer
from services.ledger.rpc.views import Views, ViewServicer

__all__ = [
    "AttachmentServicer",
    "Attachments",
    "BaseDataParts",
    "BaseDataServicer",
    "ChainServicer",
    "Ledger",
    "LedgerServicer",
    "Library",
    "LibraryServicer",
    "LinkServicer",
    "Links",
    "PerformanceServicer",
    "QuotaServicer",
    "Quotas",
    "Trace",
    "TraceServicer",
    "ViewServicer",
    "Views",
]
