"""The other services as the gateway sees them: each call on behalf of a caller, with a time limit."""

from services.gateway.clients.ingest import Ingest
from services.gateway.clients.ledger import Attachments, BaseData, Ledger, Quotas, Trace
from services.gateway.clients.library import Library
from services.gateway.clients.links import Links
from services.gateway.clients.views import Views
from services.gateway.clients.warnings import Notify, Rules

__all__ = [
    "Attachments",
    "BaseData",
    "Ingest",
    "Ledger",
    "Library",
    "Links",
    "Notify",
    "Quotas",
    "Rules",
    "Trace",
    "Views",
]
