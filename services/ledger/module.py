"""The composition root of the ledger."""

from __future__ import annotations

import argparse
from collections.abc import Callable

from mingzhang.ledger.v1.ledger_pb2_grpc import add_LedgerServiceServicer_to_server
from mingzhang.ledger.v1.trace_pb2_grpc import add_TraceServiceServicer_to_server

from services.kit.module import Job, ServiceKit
from services.ledger import cli
from services.ledger.consumers import imports_of_ingest
from services.ledger.jobs import FINISH_LINKS, INTERVAL_S, FinishLinksJob
from services.ledger.metrics import Metrics
from services.ledger.rpc import Ledger, LedgerServicer, Trace, TraceServicer
from services.ledger.storage import (
    BaseDataTables,
    BusinessDays,
    LedgerBook,
    LedgerTables,
    ReconciliationTables,
    StoredChain,
    TraceTables,
    note_coverage,
    shipped_base_data,
)
from services.ledger.usecases import load_base_data


def mount(kit: ServiceKit) -> None:
    """Adds the ledger to a process."""
    base_data = BaseDataTables(kit.database, kit.streams)
    load_base_data(base_data, *shipped_base_data(), "")
    book = LedgerBook(kit.database, kit.streams, kit.clock)
    ledger = Ledger(
        book,
        BusinessDays(kit.database, kit.streams),
        LedgerTables(kit.database),
        StoredChain(kit.database),
        base_data,
        Metrics(kit.registry).observe,
        kit.clock,
    )
    servicer = LedgerServicer(ledger)
    kit.serve(
        lambda server: add_LedgerServiceServicer_to_server(servicer, server),
        "mingzhang.ledger.v1.LedgerService",
    )
    trace = TraceServicer(Trace(TraceTables(kit.database), ReconciliationTables(kit.database), kit.clock))
    kit.serve(
        lambda server: add_TraceServiceServicer_to_server(trace, server), "mingzhang.ledger.v1.TraceService"
    )
    kit.consume(imports_of_ingest(note_coverage))
    kit.every(Job(FINISH_LINKS, INTERVAL_S, FinishLinksJob(book).run))


def add_commands(
    parser: argparse._SubParsersAction[argparse.ArgumentParser], open_kit: Callable[[], ServiceKit]
) -> None:
    """Adds `mingzhang ledger …`."""
    cli.add_commands(
        parser,
        open_kit,
        lambda kit: StoredChain(kit.database),
        lambda kit: BusinessDays(kit.database, kit.streams),
    )
