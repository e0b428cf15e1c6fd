"""Inbound gRPC of links: translate, delegate, translate back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import grpc
from mingzhang.ledger.v1 import links_pb2 as pb
from mingzhang.ledger.v1 import links_pb2_grpc

from services.kit.clock import Clock, today
from services.kit.rpc.context import current_caller
from services.ledger import usecases
from services.ledger.domain.linking import Posted
from services.ledger.domain.links import Decision
from services.ledger.messages import id_of, place_of
from services.ledger.messages import links as messages
from services.ledger.usecases import link_reading
from services.ledger.usecases.link_reading import LinkReader
from services.ledger.usecases.ports import Book


@dataclass(frozen=True)
class Links:
    """What the servicer delegates to. `observe` is told of every decision."""

    book: Book
    reader: LinkReader
    observe: Callable[[str, Posted], None]
    clock: Clock


class LinkServicer(links_pb2_grpc.LinkServiceServicer):
    """Serves mingzhang.ledger.v1.LinkService."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def ListUnlinked(
        self, request: pb.ListUnlinkedRequest, context: grpc.ServicerContext
    ) -> pb.ListUnlinkedResponse:
        """Payments that wait, oldest first."""
        scope = current_caller().scope.narrowed(request.division_code)
        after = place_of(request.page_token)
        page = link_reading.list_unlinked(
            self._links.reader, scope, request.payment_key, after, request.limit
        )
        return messages.unlinked_response(page, today(self._links.clock))

    def ProposeLinks(
        self, request: pb.ListUnlinkedRequest, context: grpc.ServicerContext
    ) -> pb.ListUnlinkedResponse:
        """The same with the quotas that fit best."""
        scope = current_caller().scope.narrowed(request.division_code)
        after = place_of(request.page_token)
        page = link_reading.propose_links(
            self._links.reader, scope, request.payment_key, after, request.limit
        )
        return messages.unlinked_response(page, today(self._links.clock))

    def LinkPayments(
        self, request: pb.LinkPaymentsRequest, context: grpc.ServicerContext
    ) -> pb.LinkDecisionResponse:
        """Links parts of payments to quotas."""
        return self._decide(messages.link_decision(request))

    def MarkUnrelated(
        self, request: pb.MarkUnrelatedRequest, context: grpc.ServicerContext
    ) -> pb.LinkDecisionResponse:
        """Says that payments are unrelated."""
        return self._decide(messages.unrelated_decision(request))

    def UndoLink(self, request: pb.UndoLinkRequest, context: grpc.ServicerContext) -> pb.LinkDecisionResponse:
        """Undoes a decision."""
        return self._decide(messages.undo_decision(request))

    def _decide(self, decision: Decision) -> pb.LinkDecisionResponse:
        caller, reader = current_caller(), self._links.reader
        posted = usecases.decide_links(self._links.book, decision, caller, today(self._links.clock))
        self._links.observe("link", posted)
        row = link_reading.get_decision(reader, caller.scope, decision.key)
        return messages.decision_response(row, posted.known > 0, reader.overdrawn(decision.key))

    def ListLinkDecisions(
        self, request: pb.ListLinkDecisionsRequest, context: grpc.ServicerContext
    ) -> pb.ListLinkDecisionsResponse:
        """Decisions, newest first."""
        scope = current_caller().scope.narrowed(request.division_code)
        before, payment = id_of(request.page_token), request.payment_key
        rows, after = link_reading.list_link_decisions(
            self._links.reader, scope, payment, request.key, before, request.limit
        )
        return pb.ListLinkDecisionsResponse(
            decisions=map(messages.shown_decision, rows), next_page_token=str(after) if after else ""
        )

    def CheckLists(
        self, request: pb.CheckListsRequest, context: grpc.ServicerContext
    ) -> pb.CheckListsResponse:
        """Payments with what their lists add up to."""
        scope = current_caller().scope.narrowed(request.division_code)
        after = place_of(request.page_token)
        checks, following = link_reading.check_lists(
            self._links.reader, scope, request.only_differences, after, request.limit
        )
        return messages.lists_response(checks, following)
