"""What ingest knows by itself: imports and their states, reasons, and how text becomes typed values."""
