"""Inbound gRPC: translate, delegate, translate back. One file per contract."""

from services.ledger.rpc.ledger import Ledger, LedgerServicer
from services.ledger.rpc.trace import Trace, TraceServicer

__all__ = ["Ledger", "LedgerServicer", "Trace", "TraceServicer"]
