"""The composition root of the ledger."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import TypeVar

import grpc
from mingzhang.ledger.v1.attachments_pb2_grpc import add_AttachmentServiceServicer_to_server
from mingzhang.ledger.v1.basedata_pb2_grpc import add_BaseDataServiceServicer_to_server
from mingzhang.ledger.v1.chain_pb2_grpc import add_ChainServiceServicer_to_server
from mingzhang.ledger.v1.ledger_pb2_grpc import add_LedgerServiceServicer_to_server
from mingzhang.ledger.v1.library_pb2_grpc import add_LibraryServiceServicer_to_server
from mingzhang.ledger.v1.links_pb2_grpc import add_LinkServiceServicer_to_server
from mingzhang.ledger.v1.performance_pb2_grpc import add_PerformanceServiceServicer_to_server
from mingzhang.ledger.v1.quotas_pb2_grpc import add_QuotaServiceServicer_to_server
from mingzhang.ledger.v1.trace_pb2_grpc import add_TraceServiceServicer_to_server
from mingzhang.ledger.v1.views_pb2_grpc import add_ViewServiceServicer_to_server

from services.kit.keys import signing_key, template_keys
from services.kit.module import Job, ServiceKit
from services.ledger import cli
from services.ledger.cli.base_data import BaseParts, add_base_commands
from services.ledger.consumers import imports_of_ingest
from services.ledger.jobs import (
    CONSERVE,
    CONSERVE_INTERVAL_S,
    FINISH_LINKS,
    FOLD,
    FOLD_INTERVAL_S,
    FORGET_FILES,
    FORGET_FILES_INTERVAL_S,
    INTERVAL_S,
    REFRESH_BASE_DATA,
    REFRESH_INTERVAL_S,
    ConserveJob,
    FinishLinksJob,
    FoldJob,
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
    Library,
    LibraryServicer,
    Links,
    LinkServicer,
    PerformanceServicer,
    Quotas,
    QuotaServicer,
    Trace,
    TraceServicer,
    Views,
    ViewServicer,
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
    LibraryTables,
    LinkTables,
    MonthFolds,
    PerformanceTables,
    QuotaTables,
    ReconciliationTables,
    SetupTables,
    StoredChain,
    StoredJournal,
    TraceTables,
    ViewTables,
    note_coverage,
    read_setup,
    read_template,
    shipped_indicators,
    shipped_template,
    shipped_workflows,
)
from services.ledger.usecases.heads import Signatory
from services.ledger.usecases.receipts import Receipts

T = TypeVar("T")


def mount(kit: ServiceKit) -> None:
    """Adds the ledger to a process."""
    base_book = BaseSetTables(kit.database, kit.streams, kit.clock)
    refresh = RefreshBaseDataJob(base_book, shipped_template(), kit.clock)
    refresh.run()
    metrics = Metrics(kit.registry)
    book = LedgerBook(kit.database, kit.streams, kit.clock)
    serve_postings(kit, book, metrics)
    serve_questions(kit, base_book)
    serve_links(kit, book, metrics)
    serve_library(kit, book)
    kit.consume(imports_of_ingest(note_coverage))
    kit.every(Job(FINISH_LINKS, INTERVAL_S, FinishLinksJob(book).run))
    kit.every(Job(REFRESH_BASE_DATA, REFRESH_INTERVAL_S, refresh.run))
    conserve = ConserveJob(Conservation(kit.database), metrics.tell_differences)
    kit.every(Job(CONSERVE, CONSERVE_INTERVAL_S, conserve.run))
    kit.every(Job(FOLD, FOLD_INTERVAL_S, FoldJob(MonthFolds(kit.database, kit.clock)).run))
    forget = ForgetFilesJob(AttachmentTable(kit.database), kit.clock)
    kit.every(Job(FORGET_FILES, FORGET_FILES_INTERVAL_S, forget.run))


def serve_postings(kit: ServiceKit, book: LedgerBook, metrics: Metrics) -> None:
    """What changes the ledger, with the questions about it."""
    ledger = Ledger(
        book,
        BusinessDays(kit.database, kit.streams),
        LedgerTables(kit.database),
        StoredChain(kit.database),
        BaseDataTables(kit.database),
        metrics.observe,
        kit.clock,
    )
    _serve(kit, add_LedgerServiceServicer_to_server, LedgerServicer(ledger), "LedgerService")
    years, reader = FiscalYears(kit.database, kit.clock), QuotaTables(kit.database)
    quotas = Quotas(book, years, reader, metrics.observe, kit.clock)
    _serve(kit, add_QuotaServiceServicer_to_server, QuotaServicer(quotas), "QuotaService")
    attachments = Attachments(AttachmentTable(kit.database), reader, kit.clock)
    _serve(kit, add_AttachmentServiceServicer_to_server, AttachmentServicer(attachments), "AttachmentService")


def serve_links(kit: ServiceKit, book: LedgerBook, metrics: Metrics) -> None:
    """What people link."""
    links = Links(book, LinkTables(kit.database), metrics.observe, kit.clock)
    _serve(kit, add_LinkServiceServicer_to_server, LinkServicer(links), "LinkService")


def serve_questions(kit: ServiceKit, base_book: BaseSetTables) -> None:
    """What is asked of the ledger, and its base data."""
    _serve(kit, add_ChainServiceServicer_to_server, ChainServicer(_receipts(kit)), "ChainService")
    trace = Trace(TraceTables(kit.database), ReconciliationTables(kit.database), kit.clock)
    _serve(kit, add_TraceServiceServicer_to_server, TraceServicer(trace), "TraceService")
    base = BaseDataParts(base_book, template_keys(kit.config), kit.clock)
    _serve(kit, add_BaseDataServiceServicer_to_server, BaseDataServicer(base), "BaseDataService")
    views = Views(ViewTables(kit.database), shipped_indicators(), kit.clock)
    _serve(kit, add_ViewServiceServicer_to_server, ViewServicer(views), "ViewService")


def _serve(kit: ServiceKit, add: Callable[[T, grpc.Server], object], servicer: T, name: str) -> None:
    kit.serve(lambda server: add(servicer, server), f"mingzhang.ledger.v1.{name}")


def serve_library(kit: ServiceKit, book: LedgerBook) -> None:
    """The project library and its performance targets."""
    parts = Library(
        book, shipped_workflows(), LibraryTables(kit.database), PerformanceTables(kit.database), kit.clock
    )
    _serve(kit, add_LibraryServiceServicer_to_server, LibraryServicer(parts), "LibraryService")
    _serve(kit, add_PerformanceServiceServicer_to_server, PerformanceServicer(parts), "PerformanceService")


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
    base_data = BaseDataTables(kit.database)
    signatory = Signatory(signing_key(kit.config), base_data.province, kit.clock)
    return Receipts(StoredChain(kit.database), EntryTables(kit.database), SEALED, signatory)
