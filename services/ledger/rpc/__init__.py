"""Inbound gRPC: translate, delegate, translate back. One file for each contract."""

from services.ledger.rpc.chain import ChainServicer
from services.ledger.rpc.ledger import Ledger, LedgerServicer
from services.ledger.rpc.links import Links, LinkServicer
from services.ledger.rpc.quotas import Quotas, QuotaServicer
from services.ledger.rpc.trace import Trace, TraceServicer

__all__ = [
    "ChainServicer",
    "Ledger",
    "LedgerServicer",
    "LinkServicer",
    "Links",
    "QuotaServicer",
    "Quotas",
    "Trace",
    "TraceServicer",
]
