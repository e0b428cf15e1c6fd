"""Views of the master ledger as the gateway sees them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import grpc
from mingzhang.ledger.v1 import views_pb2 as viewed
from mingzhang.ledger.v1.views_pb2_grpc import ViewServiceStub

from services.gateway.clients.calling import call
from services.gateway.messages import as_json
from services.gateway.usecases.reports import Told
from services.kit.caller import Caller
from services.kit.errors import TooLarge

VIEW_ROWS_MAX = 10_000


class Views:
    """Views of the master ledger, and its monitoring indicators."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = ViewServiceStub(channel)

    def view(self, caller: Caller, request: viewed.GetViewRequest) -> viewed.GetViewResponse:
        """A page of a view."""
        return call(caller, self._stub.GetView, request, viewed.GetViewResponse)

    def indicators(
        self, caller: Caller, request: viewed.GetIndicatorsRequest
    ) -> viewed.GetIndicatorsResponse:
        """Monitoring indicators."""
        return call(caller, self._stub.GetIndicators, request, viewed.GetIndicatorsResponse)

    def whole(
        self, caller: Caller, dimensions: Sequence[str], wanted: Mapping[str, Any], as_of: str, known_at: str
    ) -> Told:
        """All rows of a view; refuses one of more than 10,000."""
        request = viewed.GetViewRequest(
            dimensions=dimensions,
            filter=viewed.ViewFilter(**wanted),
            as_of=as_of,
            known_at=known_at,
            limit=VIEW_ROWS_MAX,
        )
        answer = self.view(caller, request)
        if answer.next_page_token:
            raise TooLarge(
                "gateway.view_rows",
                f"结果超过 {VIEW_ROWS_MAX} 行，请缩小范围",
                f"there are more than {VIEW_ROWS_MAX} rows: ask for less",
            )
        rows = [as_json(row) for row in answer.rows]
        return Told(rows, as_json(answer.total), answer.as_of, answer.height, answer.head_hash)
