"""The vault: clear values of persons, encrypted; the rest of the system knows their tokens.

A value is found again by a keyed hash of kind and value. Only values that were never seen before are encrypted and
inserted. A token never changes; erasing a person is erasing the row.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
from collections.abc import Sequence

import polars as pl
from sqlalchemy import Connection, text

from services.ingest.domain.identity import masked
from services.ingest.storage.sealing import Sealer, derived_key
from services.ingest.storage.tables import READING
from services.ingest.usecases import Reading, Revealed
from services.kit.clock import Clock
from services.kit.ids import Ids
from services.kit.module import Database

REMEMBERED_MAX = 400_000
"""Tokens kept in memory, about 120 bytes each, in two generations."""
LOOKUP_BYTES = 16

# Arrays travel in their binary form (%b): as text, writing and reading them costs more than the look-up itself.
_FIND = (
    "SELECT wanted.place - 1, entry.token"
    " FROM unnest(%(lookups)b::bytea[]) WITH ORDINALITY AS wanted (lookup, place)"
    " JOIN vault_entry AS entry ON entry.lookup = wanted.lookup"
)
# Two batches that add one value meet in both keys, that of the lookup and, with keyed tokens, that of the token:
# a conflict in either means that somebody else was first.
_ADD = (
    "INSERT INTO vault_entry (token, kind, lookup, sealed, created_at)"
    " SELECT token, %(kind)s, lookup, sealed, %(at)s"
    " FROM unnest(%(tokens)b::bigint[], %(lookups)b::bytea[], %(sealed)b::bytea[]) AS fresh (token, lookup, sealed)"
    " ON CONFLICT DO NOTHING RETURNING lookup"
)
_OPEN = text(
    "SELECT entry.token, entry.kind, entry.lookup, entry.sealed FROM unnest(CAST(:tokens AS bigint[])) AS wanted (token)"
    " JOIN vault_entry AS entry ON entry.token = wanted.token ORDER BY entry.token"
)
# The statistics of a young table say "empty", and a scan would be planned for every batch.
_BY_INDEX = text("SET LOCAL enable_seqscan = off")


class Vault:
    """Gives tokens for values and, rarely, values for tokens. Safe for threads and for processes side by side."""

    def __init__(self, database: Database, vault_key: bytes, source: str, ids: Ids, clock: Clock) -> None:
        """`source` "keyed": tokens are a keyed hash of kind and value; else they are random."""
        self._database = database
        self._vault_key = vault_key
        self._lookup_key = derived_key(vault_key, "vault lookups")
        self._sealer = Sealer(derived_key(vault_key, "vault values"), ids)
        self._keyed = source == "keyed"
        self._ids = ids
        self._clock = clock
        self._remembered = _Remembered(REMEMBERED_MAX)

    def tokens(self, kind: str, values: pl.Series) -> pl.Series:
        """The Int64 token of each value (normalised text) of one kind; null stays null."""
        unique = values.drop_nulls().unique()
        texts = unique.to_list()
        lookups = [self._lookup(kind, value) for value in texts]
        found = self._remembered.get(lookups)
        unseen = {lookup: value for lookup, value in zip(lookups, texts, strict=True) if lookup not in found}
        if unseen:
            stored = self._stored(kind, unseen)
            self._remembered.put(stored)
            found |= stored
        by_value = pl.DataFrame(
            {"value": unique, "token": pl.Series([found[lookup] for lookup in lookups], dtype=pl.Int64)}
        )
        wanted = values.alias("value").to_frame()
        return wanted.join(by_value, on="value", how="left", maintain_order="left")["token"]

    def reveal(self, tokens: Sequence[int], reading: Reading) -> list[Revealed]:
        """The values behind tokens, masked unless `reading.whole`; the reading is logged before anything is told."""
        with self._database.transaction() as connection:
            connection.execute(
                READING.insert().values(
                    read_by=reading.read_by,
                    read_at=reading.read_at,
                    reason=reading.reason,
                    tokens=list(tokens),
                    whole=reading.whole,
                    request_id=reading.request_id,
                )
            )
            rows = connection.execute(_OPEN, {"tokens": list(tokens)}).all()
        values = []
        for token, kind, lookup, sealed in rows:
            value = self._sealer.open(bytes(sealed), bytes(lookup)).decode()
            values.append(Revealed(token, kind, value if reading.whole else masked(kind, value)))
        return values

    def _stored(self, kind: str, unseen: dict[bytes, str]) -> dict[bytes, int]:
        """Tokens of values that are not remembered: read, and for those never seen, made."""
        # One order for everybody: two batches that add the same values wait for each other, and never in a ring.
        lookups = sorted(unseen)
        with self._database.transaction() as connection:
            connection.execute(_BY_INDEX)
            found = _found(connection, lookups)
            fresh = [lookup for lookup in lookups if lookup not in found]
            if not fresh:
                return found
            tokens = {lookup: self._token(kind, unseen[lookup]) for lookup in fresh}
            values = {
                "kind": kind,
                "at": self._clock.now(),
                "tokens": list(tokens.values()),
                "lookups": fresh,
                "sealed": [self._sealer.seal(unseen[lookup].encode(), lookup) for lookup in fresh],
            }
            added = {bytes(lookup) for (lookup,) in connection.exec_driver_sql(_ADD, values)}
            found |= {lookup: tokens[lookup] for lookup in added}
            beaten = [lookup for lookup in fresh if lookup not in added]
            if beaten:  # Somebody else added them first, and has committed: the conflict waited for that.
                found |= _found(connection, beaten)
            if len(found) < len(lookups):
                raise RuntimeError("two values of the vault have one token")
        return found

    def _lookup(self, kind: str, value: str) -> bytes:
        return hashlib.blake2b(
            value.encode(), key=self._lookup_key, digest_size=LOOKUP_BYTES, person=kind.encode()[:16]
        ).digest()

    def _token(self, kind: str, value: str) -> int:
        if not self._keyed:
            return self._ids.token()
        digest = hmac.digest(self._vault_key, f"{kind}\x00{value}".encode(), "sha256")
        return (int.from_bytes(digest[:8], "big") & (2**63 - 1)) or 1


def _found(connection: Connection, lookups: list[bytes]) -> dict[bytes, int]:
    """The tokens of those that are stored."""
    rows = connection.exec_driver_sql(_FIND, {"lookups": lookups})
    return {lookups[place]: token for place, token in rows}


class _Remembered:
    """Tokens by lookup, bounded: a full young generation becomes the old one, and the old one is forgotten."""

    def __init__(self, size_max: int) -> None:
        self._half = size_max // 2
        self._young: dict[bytes, int] = {}
        self._old: dict[bytes, int] = {}
        self._lock = threading.Lock()

    def get(self, lookups: Sequence[bytes]) -> dict[bytes, int]:
        """Those that are remembered."""
        with self._lock:
            young, old = self._young, self._old
            found = {}
            for lookup in lookups:
                token = young.get(lookup)
                if token is None:
                    token = old.get(lookup)
                    if token is None:
                        continue
                    young[lookup] = token
                found[lookup] = token
            self._age()
            return found

    def put(self, tokens: dict[bytes, int]) -> None:
        """Remembers more."""
        with self._lock:
            self._young.update(tokens)
            self._age()

    def _age(self) -> None:
        if len(self._young) > self._half:
            self._old, self._young = self._young, {}
