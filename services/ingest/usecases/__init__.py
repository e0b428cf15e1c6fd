"""What ingest does: take a file in, read it through the door into the ledger or a list, show what became of it,
and tell clear values to those who may know."""

from services.ingest.usecases.asking import (
    get_import,
    list_imports,
    list_quarantine,
    reveal,
    start_import,
)
from services.ingest.usecases.ports import (
    Context,
    ImportStore,
    Ledger,
    Ports,
    Profile,
    Profiles,
    Quarantined,
    RawFiles,
    Reading,
    Revealed,
    Stopping,
    StoredFile,
    Upload,
    Vault,
)
from services.ingest.usecases.reading import run_import, with_tokens

__all__ = [
    "Context",
    "ImportStore",
    "Ledger",
    "Ports",
    "Profile",
    "Profiles",
    "Quarantined",
    "RawFiles",
    "Reading",
    "Revealed",
    "Stopping",
    "StoredFile",
    "Upload",
    "Vault",
    "get_import",
    "list_imports",
    "list_quarantine",
    "reveal",
    "run_import",
    "start_import",
    "with_tokens",
]
