"""Outbound storage: imports and quarantine, the vault, raw files. All SQL of ingest is here."""
