"""Signing the head of the chain, and reading files of signed heads."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field

from services.kit.clock import Clock, microseconds
from services.kit.errors import Conflict, InvalidInput, NotFound, TooLarge
from services.ledger.domain import heads
from services.ledger.domain.chain import Block
from services.ledger.domain.heads import SignedHead
from services.ledger.usecases.verifying import ChainReader

LINES_MAX = 100_000
FILE_BYTES_MAX = 64 * 1024**2


@dataclass(frozen=True)
class Signatory:
    """Who signs: the seed of the private key, the code of the ledger's province, and the clock."""

    seed: bytes = field(repr=False)
    province: Callable[[], str]
    clock: Clock

    def sign(self, block: Block) -> SignedHead:
        """The head that this block is, or was."""
        at_us = microseconds(self.clock.now())
        return heads.sign(self.province(), block.height, block.hash, block.recorded_at_us, at_us, self.seed)


def sign_head(chain: ChainReader, signatory: Signatory) -> SignedHead:
    """The head of now; refuses an empty chain, and one whose newest block is not its head."""
    height, newest = chain.head()
    if height == 0:
        raise NotFound("ledger.chain_empty", "链上还没有区块", "the chain has no block yet")
    found = chain.blocks(height, 1)
    if not found or (found[0].height, found[0].hash) != (height, newest):
        raise broken(height)
    return signatory.sign(found[0])


def broken(height: int) -> Conflict:
    """The refusal to sign what is not sound."""
    return Conflict(
        "ledger.chain_broken",
        f"链在高度 {height} 处有损，请运行 mingzhang ledger verify",
        f"the chain is broken at height {height}, run mingzhang ledger verify",
        {"height": height},
    )


def read_heads(lines: Iterable[bytes], trusted: Collection[bytes]) -> list[SignedHead]:
    """The signed heads of a file, one a line, at most 100,000; refuses the first line that is none and names it.

    Signatures are checked; `trusted` are public keys, none for any one key that signs all of them. Two different
    blocks signed for one height are refused: one of them was never in the chain that the other is in.
    """
    found: list[SignedHead] = []
    hashes: dict[int, bytes] = {}
    for number, line in enumerate(lines, 1):
        if number > LINES_MAX:
            raise TooLarge(
                "ledger.heads_lines",
                f"链头文件最多 {LINES_MAX} 行",
                f"a file of heads has at most {LINES_MAX} lines",
            )
        if not line.strip():
            continue
        try:
            head = heads.read_line(line)
            heads.check(head, trusted or {one.public_key for one in found[:1]})
            if hashes.setdefault(head.height, head.hash) != head.hash:
                raise InvalidInput(
                    "ledger.head_two",
                    f"高度 {head.height} 有两个不同的链头",
                    f"two different heads are signed for height {head.height}",
                )
        except InvalidInput as error:
            raise InvalidInput(
                error.code,
                f"第 {number} 行：{error.zh}",
                f"line {number}: {error.en}",
                error.parameters | {"line": number},
            ) from error
        found.append(head)
    if not found:
        raise InvalidInput("ledger.heads_none", "文件中没有链头", "there is no head in the file")
    return found
