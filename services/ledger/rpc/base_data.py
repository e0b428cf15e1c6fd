"""Inbound gRPC of base data: translate, delegate, translate back."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import grpc
from mingzhang.ledger.v1 import basedata_pb2 as pb
from mingzhang.ledger.v1 import basedata_pb2_grpc

from services.kit.clock import Clock, today
from services.kit.rpc.context import current_caller
from services.ledger import usecases
from services.ledger.domain import templates
from services.ledger.messages import base_items as messages
from services.ledger.messages import day_of
from services.ledger.usecases.base_sets import BaseBook


@dataclass(frozen=True)
class BaseDataParts:
    """What the servicer delegates to. `trusted` are the public keys of those whose templates are taken."""

    book: BaseBook
    trusted: Collection[bytes]
    clock: Clock


class BaseDataServicer(basedata_pb2_grpc.BaseDataServiceServicer):
    """Serves mingzhang.ledger.v1.BaseDataService."""

    def __init__(self, parts: BaseDataParts) -> None:
        self._parts = parts

    def ListBaseItems(
        self, request: pb.ListBaseItemsRequest, context: grpc.ServicerContext
    ) -> pb.ListBaseItemsResponse:
        """What is in force on a day."""
        now = today(self._parts.clock)
        kind = messages.kind_of(request.kind) if request.kind else None
        day = day_of(request.day) or now
        view, items = usecases.list_base_items(
            self._parts.book, current_caller().scope, day, kind, request.year or day.year, now
        )
        applied = messages.shown_set(view.applied) if view.applied else None
        shown = map(messages.shown_item, items)
        return pb.ListBaseItemsResponse(day=day.isoformat(), items=shown, template=applied)

    def FollowDivision(
        self, request: pb.FollowDivisionRequest, context: grpc.ServicerContext
    ) -> pb.FollowDivisionResponse:
        """A division and those that followed it."""
        scope, now = current_caller().scope, today(self._parts.clock)
        day = day_of(request.day) or now
        found = usecases.follow_division(self._parts.book, scope, request.code, day, now)
        return pb.FollowDivisionResponse(divisions=map(messages.shown_item, found))

    def ListTemplates(
        self, request: pb.ListTemplatesRequest, context: grpc.ServicerContext
    ) -> pb.ListTemplatesResponse:
        """Every template that was applied."""
        sets = usecases.list_templates(self._parts.book, current_caller().scope)
        return pb.ListTemplatesResponse(templates=map(messages.shown_set, sets))

    def DiffTemplates(
        self, request: pb.DiffTemplatesRequest, context: grpc.ServicerContext
    ) -> pb.DiffTemplatesResponse:
        """In what two templates differ."""
        scope = current_caller().scope
        found = usecases.diff_templates(self._parts.book, scope, request.before_id, request.after_id)
        return pb.DiffTemplatesResponse(differences=map(messages.shown_difference, found))

    def ApplyTemplate(
        self, request: pb.ApplyTemplateRequest, context: grpc.ServicerContext
    ) -> pb.ApplyTemplateResponse:
        """Applies a template."""
        caller, parts = current_caller(), self._parts
        template = templates.read(request.template)
        done = usecases.apply_template(parts.book, template, parts.trusted, caller, today(parts.clock))
        aside = [one.key for one in done.set_aside]
        return pb.ApplyTemplateResponse(
            template=messages.shown_set(done.applied), known=done.known, set_aside=aside
        )

    def ChangeBaseData(
        self, request: pb.ChangeBaseDataRequest, context: grpc.ServicerContext
    ) -> pb.ChangeBaseDataResponse:
        """Makes one local change."""
        change, now = messages.change(request.change), today(self._parts.clock)
        is_new = usecases.change_base_data(self._parts.book, change, current_caller(), now)
        return pb.ChangeBaseDataResponse(known=not is_new)

    def ListBaseChanges(
        self, request: pb.ListBaseChangesRequest, context: grpc.ServicerContext
    ) -> pb.ListBaseChangesResponse:
        """Local changes, newest first."""
        scope, now = current_caller().scope, today(self._parts.clock)
        found, aside = usecases.list_base_changes(self._parts.book, scope, request.limit, now)
        return pb.ListBaseChangesResponse(changes=[messages.shown_change(one, aside) for one in found])
