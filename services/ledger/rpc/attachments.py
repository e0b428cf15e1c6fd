"""Inbound gRPC of the files that come with documents: translate, delegate, translate back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import grpc
from mingzhang.ledger.v1 import attachments_pb2 as pb
from mingzhang.ledger.v1 import attachments_pb2_grpc

from services.kit.clock import Clock
from services.kit.rpc.context import current_caller
from services.ledger.usecases.attachments import Files, add_attachment, get_attachment
from services.ledger.usecases.quota_reading import QuotaReader


@dataclass(frozen=True)
class Attachments:
    """What the servicer delegates to."""

    files: Files
    reader: QuotaReader
    clock: Clock


class AttachmentServicer(attachments_pb2_grpc.AttachmentServiceServicer):
    """Serves mingzhang.ledger.v1.AttachmentService."""

    def __init__(self, attachments: Attachments) -> None:
        self._attachments = attachments

    def AddAttachment(
        self, request_iterator: Iterator[pb.AddAttachmentRequest], context: grpc.ServicerContext
    ) -> pb.AddAttachmentResponse:
        """Keeps one file."""
        ours = self._attachments
        chunks = (request.chunk for request in request_iterator)
        file = add_attachment(ours.files, current_caller(), chunks, ours.clock.now())
        return pb.AddAttachmentResponse(
            sha256=file.sha256, media_type=file.media_type, size_bytes=len(file.body)
        )

    def GetAttachment(
        self, request: pb.GetAttachmentRequest, context: grpc.ServicerContext
    ) -> pb.GetAttachmentResponse:
        """One file."""
        ours, scope = self._attachments, current_caller().scope
        found = get_attachment(ours.files, ours.reader, scope, request.document_key, request.sha256)
        return pb.GetAttachmentResponse(
            file_name=found.file_name, media_type=found.file.media_type, body=found.file.body
        )
