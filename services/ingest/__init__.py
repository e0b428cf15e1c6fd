"""Takes files in. Owns source profiles, imports, raw files (encrypted), quarantine, list files and the vault.

Serves mingzhang.ingest.v1.IngestService. Consumes nothing. Emits ImportsFinished (stream imports), ImportFindings
(stream findings) and ListsChanged (stream lists). Posts to the ledger.
"""
