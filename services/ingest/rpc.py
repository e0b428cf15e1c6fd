"""Inbound gRPC: translate, delegate, translate back."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import grpc
from mingzhang.ingest.v1 import ingest_pb2, ingest_pb2_grpc

from services.ingest import messages, usecases
from services.ingest.usecases import Ports, Upload
from services.kit.errors import InvalidInput, TooLarge
from services.kit.ids import Ids
from services.kit.rpc.context import current_caller

CHUNK_BYTES_MAX = 1024**2


class IngestServicer(ingest_pb2_grpc.IngestServiceServicer):
    """Serves mingzhang.ingest.v1.IngestService."""

    def __init__(self, ports: Ports, ids: Ids, bytes_max: int, started: Callable[[], None]) -> None:
        """`started` is told that an import waits; `bytes_max` bounds an upload."""
        self._ports = ports
        self._ids = ids
        self._bytes_max = bytes_max
        self._started = started

    def UploadFile(
        self, request_iterator: Iterator[ingest_pb2.UploadFileRequest], context: grpc.ServicerContext
    ) -> ingest_pb2.UploadFileResponse:
        """Takes one file in."""
        del context
        upload = _header(request_iterator)
        import_, known = usecases.start_import(
            self._ports, self._ids, current_caller(), upload, _chunks(request_iterator), self._bytes_max
        )
        self._started()
        new = import_.new
        return ingest_pb2.UploadFileResponse(
            import_id=new.import_id, file_sha256=new.file_sha256, size_bytes=new.size_bytes, known=known
        )

    def GetImport(
        self, request: ingest_pb2.GetImportRequest, context: grpc.ServicerContext
    ) -> ingest_pb2.GetImportResponse:
        """One import."""
        del context
        found = usecases.get_import(self._ports.store, current_caller().scope, request.import_id)
        return ingest_pb2.GetImportResponse(**{"import": messages.import_message(found)})

    def ListImports(
        self, request: ingest_pb2.ListImportsRequest, context: grpc.ServicerContext
    ) -> ingest_pb2.ListImportsResponse:
        """A page of imports."""
        del context
        scope = current_caller().scope
        found, end = usecases.list_imports(self._ports.store, scope, request.limit, request.page_token)
        imports = [messages.import_message(one) for one in found]
        return ingest_pb2.ListImportsResponse(imports=imports, next_page_token=end)

    def ListQuarantine(
        self, request: ingest_pb2.ListQuarantineRequest, context: grpc.ServicerContext
    ) -> ingest_pb2.ListQuarantineResponse:
        """A page of quarantined rows."""
        del context
        scope = current_caller().scope
        rows, end = usecases.list_quarantine(
            self._ports.store, scope, request.import_id, request.limit, request.page_token
        )
        shown = [messages.quarantined_message(row) for row in rows]
        return ingest_pb2.ListQuarantineResponse(rows=shown, next_page_token=end)

    def Reveal(
        self, request: ingest_pb2.RevealRequest, context: grpc.ServicerContext
    ) -> ingest_pb2.RevealResponse:
        """Clear values, for a reason."""
        del context
        vault, clock = self._ports.vault, self._ports.clock
        values = usecases.reveal(vault, clock, current_caller(), request.tokens, request.reason)
        return messages.revealed_message(values)


def _header(requests: Iterator[ingest_pb2.UploadFileRequest]) -> Upload:
    first = next(requests, None)
    if first is None or first.WhichOneof("part") != "header":
        raise InvalidInput(
            "ingest.upload_header", "上传的第一部分应为文件说明", "an upload begins with its header"
        )
    header = first.header
    return Upload(header.file_name, header.profile, header.division_code)


def _chunks(requests: Iterator[ingest_pb2.UploadFileRequest]) -> Iterator[bytes]:
    for request in requests:
        if len(request.chunk) > CHUNK_BYTES_MAX:
            raise TooLarge(
                "ingest.chunk_too_large",
                f"每次上传不得超过 {CHUNK_BYTES_MAX} 字节",
                f"a chunk has at most {CHUNK_BYTES_MAX} bytes",
            )
        yield request.chunk
