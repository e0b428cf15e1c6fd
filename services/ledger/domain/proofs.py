"""That a leaf lies at its place in a tree of leaves: the hashes beside its way up to the root.

The tree is that of `chain.merkle_root`: a node is SHA-256 of a one byte and its two children, an odd last node moves
up as it is. Place and number of leaves say on which side each hash of the path stands and how many there are, so a
path of another place, or a shorter one, proves nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

HASH_BYTES = 32


def merkle_path(hashes: Sequence[bytes], place: int) -> list[bytes]:
    """The hashes beside the way of the leaf at `place` (from 0), from the bottom up."""
    level, path = list(hashes), []
    while len(level) > 1:
        beside = place ^ 1
        if beside < len(level):
            path.append(level[beside])
        pairs = [_node(level[left], level[left + 1]) for left in range(0, len(level) - 1, 2)]
        level = pairs + level[-1:] if len(level) % 2 else pairs
        place //= 2
    return path


def root_of(leaf: bytes, place: int, leaves: int, path: Sequence[bytes]) -> bytes | None:
    """The root that leads from the leaf along the path; None if no tree of so many leaves has such a path."""
    if not 0 <= place < leaves or any(len(beside) != HASH_BYTES for beside in path):
        return None
    node, beside = leaf, iter(path)
    while leaves > 1:
        if place ^ 1 < leaves:
            other = next(beside, None)
            if other is None:
                return None
            node = _node(other, node) if place % 2 else _node(node, other)
        place, leaves = place // 2, (leaves + 1) // 2
    return node if next(beside, None) is None else None


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
