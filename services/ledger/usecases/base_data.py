"""Base data: divisions, funds, flows and the calendar, as shipped."""

from __future__ import annotations

from services.ledger.domain.changes import BaseData
from services.ledger.usecases.ports import BaseDataStore


def load_base_data(store: BaseDataStore, fingerprint: str, data: BaseData, request_id: str) -> bool:
    """Stores and tells the shipped base data; says whether it was new. Doing it again changes nothing."""
    return store.replace(fingerprint, data, request_id)
