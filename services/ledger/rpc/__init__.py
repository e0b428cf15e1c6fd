"""Inbound gRPC: translate, delegate, translate back. One file for each contract."""

from services.ledger.rpc.chain import ChainServicer
from services.ledger.rpc.ledger import Ledger, LedgerServicer
from services.ledger.rpc.quotas import Quotas, QuotaServicer
from services.ledger.rpc.trace import Trace, TraceServicer
from services.ledger.rpc.views import Views, ViewServicer

__all__ = [
    "ChainServicer",
    "Ledger",
    "LedgerServicer",
    "QuotaServicer",
    "Quotas",
    "Trace",
    "TraceServicer",
    "ViewServicer",
    "Views",
]
