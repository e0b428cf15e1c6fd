"""Ingest as the gateway sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import grpc
from mingzhang.ingest.v1 import ingest_pb2 as ingest
from mingzhang.ingest.v1.ingest_pb2_grpc import IngestServiceStub

from services.gateway.clients.calling import call
from services.kit.caller import Caller
from services.kit.rpc.context import acting_as

UPLOAD_S = 6 * 3600


class Ingest:
    """Files, quarantine and the vault."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = IngestServiceStub(channel)

    def upload(
        self, caller: Caller, header: ingest.UploadHeader, chunks: Iterable[bytes]
    ) -> ingest.UploadFileResponse:
        """Sends a file in chunks of at most 1 MiB. An exception out of `chunks` cancels the upload."""

        def parts() -> Iterator[ingest.UploadFileRequest]:
            yield ingest.UploadFileRequest(header=header)
            for chunk in chunks:
                yield ingest.UploadFileRequest(chunk=chunk)

        with acting_as(caller):
            answer: ingest.UploadFileResponse = self._stub.UploadFile(parts(), timeout=UPLOAD_S)
        return answer

    def import_(self, caller: Caller, request: ingest.GetImportRequest) -> ingest.GetImportResponse:
        """One import with its progress."""
        return call(caller, self._stub.GetImport, request, ingest.GetImportResponse)

    def imports(self, caller: Caller, request: ingest.ListImportsRequest) -> ingest.ListImportsResponse:
        """Imports, newest first."""
        return call(caller, self._stub.ListImports, request, ingest.ListImportsResponse)

    def quarantine(
        self, caller: Caller, request: ingest.ListQuarantineRequest
    ) -> ingest.ListQuarantineResponse:
        """Rows that could not be posted."""
        return call(caller, self._stub.ListQuarantine, request, ingest.ListQuarantineResponse)

    def reveal(self, caller: Caller, request: ingest.RevealRequest) -> ingest.RevealResponse:
        """Clear values behind tokens."""
        return call(caller, self._stub.Reveal, request, ingest.RevealResponse)
