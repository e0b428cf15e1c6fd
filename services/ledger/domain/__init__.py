"""What the ledger knows without a database: accounts and transfers, links, days, and the chain."""
