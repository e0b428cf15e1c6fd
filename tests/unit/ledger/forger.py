"""Somebody with the database and our own code, who changes what was sealed and seals it again."""

from __future__ import annotations

from services.ledger.domain import chain
from services.ledger.domain.chain import CONTENT_HASH_BYTES, Tag
from services.ledger.storage.tables import NAMES, TABLES
from services.ledger.usecases.verifying import TOLD
from tests.unit.ledger.world import World


def reseal(world: World, from_height: int) -> None:
    """Makes hashes, roots and blocks from a height on agree with the rows that are there now, and the head too."""
    previous = world.chain.blocks(from_height - 1, 1)[0].hash if from_height > 1 else chain.GENESIS
    for height, old in enumerate(world.chain.blocks(from_height, 1_000), from_height):
        hashes: list[bytes] = []
        for tag in Tag:
            frame = world.chain.entries(tag, [old.posting_id])
            leaves = chain.leaves(frame.drop(TOLD), tag)
            hashes += leaves
            if tag not in NAMES:
                for entry_id, leaf in zip(frame["told_id"], leaves, strict=True):
                    world.tamper(
                        f"UPDATE {TABLES[tag]} SET content_hash = :hash WHERE id = :id",
                        hash=leaf[:CONTENT_HASH_BYTES],
                        id=entry_id,
                    )
        root = chain.merkle_root(hashes)
        block = chain.seal(height, old.posting_id, previous, root, len(hashes), old.recorded_at_us)
        world.tamper(
            "UPDATE block SET height = :height, previous_hash = :previous_hash, merkle_root = :merkle_root,"
            " entries = :entries, hash = :hash WHERE posting_id = :posting_id",
            **{name: value for name, value in vars(block).items() if name != "recorded_at_us"},
        )
        previous = block.hash
        world.tamper("UPDATE chain_head SET height = :height, hash = :hash", height=height, hash=previous)
