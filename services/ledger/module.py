"""The composition root of the ledger."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from mingzhang.ledger.v1.attachments_pb2_grpc import add_AttachmentServiceServicer_to_server
from mingzhang.ledger.v1.basedata_pb2_grpc import add_BaseDataServiceServicer_to_server
from mingzhang.ledger.v1.chain_pb2_grpc import add_ChainServiceServicer_to_server
from mingzhang.ledger.v1.ledger_pb2_grpc import add_LedgerServiceServicer_to_server
from mingzhang.ledger.v1.quotas_pb2_grpc import add_QuotaServiceServicer_to_server
from mingzhang.ledger.v1.trace_pb2_grpc import add_TraceServiceServicer_to_server

from services.kit.keys import signing_key, template_keys
from services.kit.module import Job, ServiceKit
from services.ledger import cli
from services.ledger.cli.base_data import BaseParts, add_base_commands
from services.ledger.consumers import imports_of_ingest
from services.ledger.jobs import (
    CONSERVE,
    CONSERVE_INTERVAL_S,
    FINISH_LINKS,
    FORGET_FILES,
    FORGET_FILES_INTERVAL_S,
    INTERVAL_S,
    REFRESH_BASE_DATA,
    REFRESH_INTERVAL_S,
    ConserveJob,
    FinishLinksJob,
    ForgetFilesJob,
    RefreshBaseDataJob,
)
from services.ledger.metrics import Metrics
from services.ledger.rpc import (
    Attachments,
    AttachmentServicer,
    BaseDataParts,
    BaseDataServicer,
    ChainServicer,
    Ledger,
    LedgerServicer,
    Quotas,
    QuotaServicer,
    Trace,
    TraceServicer,
)
from services.ledger.storage import (
    SEALED,
    AttachmentTable,
    BaseDataTables,
    BaseSetTables,
    BusinessDays,
    Conservation,
    EntryTables,
    FiscalYears,
    LedgerBook,
    LedgerTables,
    QuotaTables,
    ReconciliationTables,
    SetupTables,
    StoredChain,
    StoredJournal,
    TraceTables,
    note_coverage,
    read_setup,
    read_template,
    shipped_template,
)
from services.ledger.usecases.heads import Signatory
from services.ledger.usecases.receipts import Receipts


def mount(kit: ServiceKit) -> None:
    """Adds the ledger to a process."""
    base_data = BaseDataTables(kit.database, kit.streams)
    base_book = BaseSetTables(kit.database, kit.streams, kit.clock)
    refresh = RefreshBaseDataJob(base_book, shipped_template(), kit.clock)
    refresh.run()
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
    files = AttachmentTable(kit.database)
    attachments = AttachmentServicer(Attachments(files, QuotaTables(kit.database), kit.clock))
    kit.serve(
        lambda server: add_AttachmentServiceServicer_to_server(attachments, server),
        "mingzhang.ledger.v1.AttachmentService",
    )
    kit.every(Job(FORGET_FILES, FORGET_FILES_INTERVAL_S, ForgetFilesJob(files, kit.clock).run))
    chain = ChainServicer(_receipts(kit))
    kit.serve(
        lambda server: add_ChainServiceServicer_to_server(chain, server), "mingzhang.ledger.v1.ChainService"
    )
    trace = TraceServicer(Trace(TraceTables(kit.database), ReconciliationTables(kit.database), kit.clock))
    kit.serve(
        lambda server: add_TraceServiceServicer_to_server(trace, server), "mingzhang.ledger.v1.TraceService"
    )
    base = BaseDataServicer(BaseDataParts(base_book, template_keys(kit.config), kit.clock))
    kit.serve(
        lambda server: add_BaseDataServiceServicer_to_server(base, server),
        "mingzhang.ledger.v1.BaseDataService",
    )
    kit.consume(imports_of_ingest(note_coverage))
    kit.every(Job(FINISH_LINKS, INTERVAL_S, FinishLinksJob(book).run))
    kit.every(Job(REFRESH_BASE_DATA, REFRESH_INTERVAL_S, refresh.run))
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
    base_parts = BaseParts(
        _base_book,
        lambda kit: LedgerBook(kit.database, kit.streams, kit.clock),
        lambda kit: SetupTables(kit.database),
        lambda kit: template_keys(kit.config),
        lambda kit: signing_key(kit.config),
        read_template,
        read_setup,
    )
    add_base_commands(parser, open_kit, base_parts)


def _base_book(kit: ServiceKit) -> BaseSetTables:
    """Base data, with the shipped template if there is none yet: a command may come before the first start."""
    book = BaseSetTables(kit.database, kit.streams, kit.clock)
    RefreshBaseDataJob(book, shipped_template(), kit.clock).run()
    return book


def _receipts(kit: ServiceKit) -> Receipts:
    """The chain, its entries, and who signs for it."""
    base_data = BaseDataTables(kit.database, kit.streams)
    signatory = Signatory(signing_key(kit.config), base_data.province, kit.clock)
    return Receipts(StoredChain(kit.database), EntryTables(kit.database), SEALED, signatory)
