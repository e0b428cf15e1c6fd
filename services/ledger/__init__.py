"""ledger owns quotas and their documents, projects, payments, disbursements, the journal, its chain and the event streams.

Serves LedgerService, QuotaService, ChainService and TraceService of mingzhang.ledger.v1; consumes ImportsFinished of
ingest; emits the fact streams and "base".
"""
