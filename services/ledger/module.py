"""The composition root of the ledger."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from mingzhang.ledger.v1.chain_pb2_grpc import add_ChainServiceServicer_to_server
from mingzhang.ledger.v1.ledger_pb2_grpc import add_LedgerServiceServicer_to_server
from mingzhang.ledger.v1.links_pb2_grpc import add_LinkServiceServicer_to_server
from mingzhang.ledger.v1.quotas_pb2_grpc import add_QuotaServiceServicer_to_server
from mingzhang.ledger.v1.trace_pb2_grpc import add_TraceServiceServicer_to_server

from services.kit.keys import signing_key
from services.kit.module import Job, ServiceKit
from services.ledger import cli
from services.ledger.consumers import imports_of_ingest
from services.ledger.jobs import (
    CONSERVE,
    CONSERVE_INTERVAL_S,
    FINISH_LINKS,
    INTERVAL_S,
    ConserveJob,
    FinishLinksJob,
)
from services.ledger.metrics import Metrics
from services.ledger.rpc import (
    ChainServicer,
    Ledger,
    LedgerServicer,
    Links,
    LinkServicer,
    Quotas,
    QuotaServicer,
    Trace,
    TraceServicer,
)
from services.ledger.storage import (
    SEALED,
    BaseDataTables,
    BusinessDays,
    Conservation,
    EntryTables,
    FiscalYears,
    LedgerBook,
    LedgerTables,
    LinkTables,
    QuotaTables,
    ReconciliationTables,
    StoredChain,
    StoredJournal,
    TraceTables,
    note_coverage,
    shipped_base_data,
)
from services.ledger.usecases import load_base_data
from services.ledger.usecases.heads import Signatory
from services.ledger.usecases.receipts import Receipts


def mount(kit: ServiceKit) -> None:
    """Adds the ledger to a process."""
    base_data = BaseDataTables(kit.database, kit.streams)
    load_base_data(base_data, *shipped_base_data(), "")
    metrics = Metrics(kit.registry)
    book = LedgerBook(kit.database, kit.streams, kit.clock)
    ledger = Ledger(
        book,
        BusinessDays(kit.database, kit.streams),
        LedgerTables(kit.database),
        StoredChain(kit.database),
        base_data,
        metrics.observe,
        kit.clock,
    )
    servicer = LedgerServicer(ledger)
    kit.serve(
        lambda server: add_LedgerServiceServicer_to_server(servicer, server),
        "mingzhang.ledger.v1.LedgerService",
    )
    quotas = Quotas(
        book, FiscalYears(kit.database, kit.clock), QuotaTables(kit.database), metrics.observe, kit.clock
    )
    kit.serve(
        lambda server: add_QuotaServiceServicer_to_server(QuotaServicer(quotas), server),
        "mingzhang.ledger.v1.QuotaService",
    )
    chain = ChainServicer(_receipts(kit))
    kit.serve(
        lambda server: add_ChainServiceServicer_to_server(chain, server), "mingzhang.ledger.v1.ChainService"
    )
    trace = TraceServicer(Trace(TraceTables(kit.database), ReconciliationTables(kit.database), kit.clock))
    kit.serve(
        lambda server: add_TraceServiceServicer_to_server(trace, server), "mingzhang.ledger.v1.TraceService"
    )
    links = LinkServicer(Links(book, LinkTables(kit.database), metrics.observe, kit.clock))
    kit.serve(
        lambda server: add_LinkServiceServicer_to_server(links, server), "mingzhang.ledger.v1.LinkService"
    )
    kit.consume(imports_of_ingest(note_coverage))
    kit.every(Job(FINISH_LINKS, INTERVAL_S, FinishLinksJob(book).run))
    conserve = ConserveJob(Conservation(kit.database), metrics.tell_differences)
    kit.every(Job(CONSERVE, CONSERVE_INTERVAL_S, conserve.run))


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser], open_kit: Callable[[], ServiceKit]
) -> None:
    """Adds `mingzhang ledger …`."""
    parts = cli.Parts(
        _receipts,
        lambda kit: BusinessDays(kit.database, kit.streams),
        lambda kit: StoredJournal(kit.database),
        SEALED,
    )
    cli.add_commands(parser, open_kit, parts)


def _receipts(kit: ServiceKit) -> Receipts:
    """The chain, its entries, and who signs for it."""
    base_data = BaseDataTables(kit.database, kit.streams)
    signatory = Signatory(signing_key(kit.config), base_data.province, kit.clock)
    return Receipts(StoredChain(kit.database), EntryTables(kit.database), SEALED, signatory)
