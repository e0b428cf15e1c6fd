"""The composition root of ingest: the only file that knows all the others."""

from __future__ import annotations

import threading

from mingzhang.ingest.v1 import ingest_pb2_grpc

from services.ingest.cli import add_commands
from services.ingest.clients import LedgerClient
from services.ingest.jobs import IMPORT, INTERVAL_S, ImportJob
from services.ingest.metrics import Metrics
from services.ingest.profiles import Profiles, payee_kinds
from services.ingest.rpc import IngestServicer
from services.ingest.storage.imports import Imports
from services.ingest.storage.raw_files import RawFiles
from services.ingest.storage.sealing import Sealer, derived_key
from services.ingest.storage.vault import Vault
from services.ingest.usecases import Ports
from services.kit.keys import vault_key
from services.kit.module import Job, ServiceKit

__all__ = ["add_commands", "mount"]


def mount(kit: ServiceKit) -> None:
    """Puts ingest together in a process."""
    key = vault_key(kit.config)
    stop = threading.Event()
    kit.on_stop(stop.set)
    raw_files = RawFiles(kit.config.data_dir / "raw", key, kit.ids)
    raw_files.sweep(kit.clock)
    sealer = Sealer(derived_key(key, "quarantine"), kit.ids)
    ports = Ports(
        raw_files,
        Imports(kit.database, kit.streams, sealer),
        Profiles(),
        Vault(kit.database, key, kit.config.token_source, kit.ids, kit.clock),
        LedgerClient(kit.channel("ledger"), lambda pause_ms: stop.wait(pause_ms / 1_000)),
        kit.clock,
        payee_kinds(),
        stop.is_set,
        Metrics(kit.registry).batch,
    )
    servicer = IngestServicer(ports, kit.ids, kit.config.upload_bytes_max, lambda: kit.wake(IMPORT))
    kit.serve(
        lambda server: ingest_pb2_grpc.add_IngestServiceServicer_to_server(servicer, server),
        "mingzhang.ingest.v1.IngestService",
    )
    kit.every(Job(IMPORT, INTERVAL_S, ImportJob(ports).run))
