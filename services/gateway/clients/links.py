"""Links of payments as the gateway sees them."""

from __future__ import annotations

import grpc
from mingzhang.ledger.v1 import links_pb2 as linked
from mingzhang.ledger.v1.links_pb2_grpc import LinkServiceStub

from services.gateway.clients.calling import DOCUMENT_S, call
from services.kit.caller import Caller


class Links:
    """Links of payments that people make, in the master ledger."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = LinkServiceStub(channel)

    def unlinked(self, caller: Caller, request: linked.ListUnlinkedRequest) -> linked.ListUnlinkedResponse:
        """Payments whose quota is not known."""
        return call(caller, self._stub.ListUnlinked, request, linked.ListUnlinkedResponse)

    def proposals(self, caller: Caller, request: linked.ListUnlinkedRequest) -> linked.ListUnlinkedResponse:
        """The same with the quotas that fit best."""
        return call(caller, self._stub.ProposeLinks, request, linked.ListUnlinkedResponse)

    def link_payments(
        self, caller: Caller, request: linked.LinkPaymentsRequest
    ) -> linked.LinkDecisionResponse:
        """Links parts of payments, once."""
        return call(caller, self._stub.LinkPayments, request, linked.LinkDecisionResponse, DOCUMENT_S)

    def unrelated(self, caller: Caller, request: linked.MarkUnrelatedRequest) -> linked.LinkDecisionResponse:
        """Marks payments as unrelated, once."""
        return call(caller, self._stub.MarkUnrelated, request, linked.LinkDecisionResponse, DOCUMENT_S)

    def undo(self, caller: Caller, request: linked.UndoLinkRequest) -> linked.LinkDecisionResponse:
        """Undoes a decision, once."""
        return call(caller, self._stub.UndoLink, request, linked.LinkDecisionResponse, DOCUMENT_S)

    def decisions(
        self, caller: Caller, request: linked.ListLinkDecisionsRequest
    ) -> linked.ListLinkDecisionsResponse:
        """Decisions, newest first."""
        return call(caller, self._stub.ListLinkDecisions, request, linked.ListLinkDecisionsResponse)

    def lists(self, caller: Caller, request: linked.CheckListsRequest) -> linked.CheckListsResponse:
        """Payments with what their lists add up to."""
        return call(caller, self._stub.CheckLists, request, linked.CheckListsResponse)
