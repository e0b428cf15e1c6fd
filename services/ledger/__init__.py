"""ledger owns quotas, projects, allotments, payments, disbursements, the journal, its chain and the event streams.

Serves mingzhang.ledger.v1.LedgerService and ChainService; consumes ImportsFinished of ingest; emits the fact streams and "base".
"""
