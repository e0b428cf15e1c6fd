"""Inbound gRPC of the chain: its signed head, and receipts."""

from __future__ import annotations

import grpc
from mingzhang.ledger.v1 import chain_pb2, chain_pb2_grpc

from services.kit.rpc.context import current_caller
from services.ledger import usecases
from services.ledger.domain import heads, receipts
from services.ledger.usecases.receipts import Receipts


class ChainServicer(chain_pb2_grpc.ChainServiceServicer):
    """Serves mingzhang.ledger.v1.ChainService."""

    def __init__(self, receipts: Receipts) -> None:
        self._receipts = receipts

    def GetSignedHead(
        self, request: chain_pb2.GetSignedHeadRequest, context: grpc.ServicerContext
    ) -> chain_pb2.GetSignedHeadResponse:
        """The head of now, signed."""
        current_caller()
        head = usecases.sign_head(self._receipts.chain, self._receipts.signatory)
        return chain_pb2.GetSignedHeadResponse(head=heads.line_of(head), height=head.height)

    def GetReceipt(
        self, request: chain_pb2.GetReceiptRequest, context: grpc.ServicerContext
    ) -> chain_pb2.GetReceiptResponse:
        """That an entry lies in the chain."""
        scope = current_caller().scope
        given = usecases.give_receipt(self._receipts, scope, request.kind, request.key)
        return chain_pb2.GetReceiptResponse(
            receipt=receipts.to_json(given), block_height=given.block.height, head_height=given.head.height
        )
