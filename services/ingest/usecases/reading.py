"""Reads one import through the door into the ledger or a list: batch by batch, two on their way, each sealed once."""

from __future__ import annotations

import contextvars
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from typing import BinaryIO

import polars as pl

from services.ingest.domain.imports import BatchOutcome, Import, ListPart, Progress, TextBatch, TypedBatch
from services.ingest.domain.reasons import refused_file
from services.ingest.usecases.ports import Context, Ports, Profile, Stopping, Vault
from services.kit.crash_points import reach
from services.kit.errors import MingzhangError, Unavailable

LISTS = "lists"
BATCHES_IN_FLIGHT = 2
ATTEMPTS_MAX = 10
"""An import that is begun this often without sealing a batch is broken, not unlucky."""


def run_import(ports: Ports, import_: Import) -> None:
    """Reads one import to its end, from where it was broken off. A refused file is a failed import, not an error.

    Errors: Stopping at a stop, Unavailable if the ledger or the database is away (the import stays as it is).
    """
    try:
        with closing(ports.raw_files.open(import_.new.file_sha256)) as source:
            profile = ports.profiles.find(source, import_.new.profile)
            attempts, progress = ports.store.begin(import_.import_id, profile)
            if attempts > ATTEMPTS_MAX:
                raise refused_file("ingest.failed")
            named = replace(import_.new, profile=profile.name)
            import_ = replace(import_, new=named, progress=progress)
            profile.check(source)
            import_ = _read(ports, import_, profile, source)
    except (Stopping, Unavailable):
        ports.store.set_aside(import_.import_id)
        raise
    except MingzhangError as refusal:
        ports.store.fail(import_, refusal, ports.clock.now())
        return
    reach("ingest.import.before_finish")
    ports.store.finish(import_, ports.clock.now())
    reach("ingest.import.after_finish")


def with_tokens(frame: pl.DataFrame, profile: Profile, vault: Vault) -> pl.DataFrame:
    """A typed frame with its clear columns replaced by tokens: the target's columns, nothing else."""
    kinds = dict.fromkeys(entry.kind for entry in profile.sensitive)
    made: dict[str, list[pl.Series]] = {}
    for kind in kinds:
        entries = [entry for entry in profile.sensitive if entry.kind == kind]
        # One question to the vault for all columns of a kind.
        tokens = vault.tokens(kind, pl.concat([frame[entry.column].alias("value") for entry in entries]))
        for place, entry in enumerate(entries):
            part = tokens.slice(place * frame.height, frame.height)
            made.setdefault(entry.token, []).append(part)
    columns = [pl.select(pl.coalesce(parts).alias(name)).to_series() for name, parts in made.items()]
    return frame.with_columns(columns).select(profile.columns)


def _read(ports: Ports, import_: Import, profile: Profile, source: BinaryIO) -> Import:
    """Reads all batches behind the sealed ones; at most two are on their way to the ledger."""
    new = import_.new
    context = Context(
        new.import_id, new.file_sha256, new.division_code, ports.ledger.known(), ports.payee_kinds
    )
    waiting: deque[tuple[TextBatch, TypedBatch, Future[BatchOutcome]]] = deque()
    with ThreadPoolExecutor(BATCHES_IN_FLIGHT, thread_name_prefix="post") as pool:
        for batch in profile.batches(source):
            if ports.stopping():
                raise Stopping
            if batch.number <= import_.progress.batches:
                continue
            typed = profile.typed(batch, context)
            # The request that uploaded the file goes with its posts.
            request = contextvars.copy_context()
            waiting.append((batch, typed, pool.submit(request.run, _deliver, ports, profile, typed.frame)))
            if len(waiting) == BATCHES_IN_FLIGHT:
                import_ = _seal(ports, import_, *waiting.popleft())
        while waiting:
            import_ = _seal(ports, import_, *waiting.popleft())
    return import_


def _deliver(ports: Ports, profile: Profile, clear: pl.DataFrame) -> BatchOutcome:
    """Hands rows to the ledger, under tokens; rows of lists are only put aside, for the end of the import."""
    if clear.height == 0:
        return BatchOutcome(Progress())
    rows = with_tokens(clear, profile, ports.vault)
    if profile.target == LISTS:
        by_name = rows.partition_by("list", as_dict=True, include_key=False, maintain_order=True)
        parts = tuple(ListPart(str(name), part) for (name,), part in by_name.items())
        return BatchOutcome(Progress(rows_posted=rows.height), parts=parts)
    posted = ports.ledger.post(profile.target, rows)
    progress = Progress(
        rows_posted=posted.posted, rows_known=posted.known, rows_quarantined=len(posted.refused)
    )
    return BatchOutcome(progress, rejected=posted.refused)


def _seal(
    ports: Ports, import_: Import, batch: TextBatch, typed: TypedBatch, delivered: Future[BatchOutcome]
) -> Import:
    """Waits for a batch to be delivered, and writes down what it left behind."""
    made = delivered.result()
    refused = tuple(replace(entry, original=batch.original(entry.line, entry.key)) for entry in made.rejected)
    step = made.progress
    before = import_.progress
    progress = Progress(
        batch.number,
        batch.offset,
        before.rows_read + typed.frame.height + typed.rows_rejected,
        before.rows_posted + step.rows_posted,
        before.rows_known + step.rows_known,
        before.rows_quarantined + typed.rows_rejected + step.rows_quarantined,
    )
    outcome = BatchOutcome(progress, (*typed.rejected, *refused), typed.findings, typed.covered, made.parts)
    import_ = replace(import_, progress=progress)
    reach("ingest.import.before_batch")
    ports.store.seal(import_, outcome, ports.clock.now())
    reach("ingest.import.after_batch")
    ports.measure(import_.new.profile, BatchOutcome(step, outcome.rejected))
    return import_
