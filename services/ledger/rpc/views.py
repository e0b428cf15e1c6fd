"""Inbound gRPC: views and indicators."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import grpc
from mingzhang.ledger.v1 import views_pb2 as pb
from mingzhang.ledger.v1 import views_pb2_grpc

from services.kit.clock import Clock, today
from services.kit.rpc.context import current_caller
from services.ledger.domain.indicators import Indicator
from services.ledger.messages import views as messages
from services.ledger.usecases import indicating, viewing


@dataclass(frozen=True)
class Views:
    """What the servicer delegates to."""

    reader: indicating.IndicatorReader
    indicators: Sequence[Indicator]
    clock: Clock


class ViewServicer(views_pb2_grpc.ViewServiceServicer):
    """Serves mingzhang.ledger.v1.ViewService."""

    def __init__(self, views: Views) -> None:
        self._views = views

    def GetView(self, request: pb.GetViewRequest, context: grpc.ServicerContext) -> pb.GetViewResponse:
        """Sums by dimensions."""
        scope, day = current_caller().scope, today(self._views.clock)
        return messages.view_response(viewing.view(self._views.reader, scope, messages.asked(request), day))

    def GetIndicators(
        self, request: pb.GetIndicatorsRequest, context: grpc.ServicerContext
    ) -> pb.GetIndicatorsResponse:
        """Monitoring indicators."""
        views, wanted = self._views, messages.view_filter(request.filter)
        scope, day = current_caller().scope, today(views.clock)
        found = indicating.indicators(views.reader, scope, views.indicators, wanted, request.as_of, day)
        return messages.indicators_response(found)
