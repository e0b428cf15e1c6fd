"""The project library and performance targets as the gateway sees them."""

from __future__ import annotations

import grpc
from mingzhang.ledger.v1 import library_pb2 as library
from mingzhang.ledger.v1 import performance_pb2 as performance
from mingzhang.ledger.v1.library_pb2_grpc import LibraryServiceStub
from mingzhang.ledger.v1.performance_pb2_grpc import PerformanceServiceStub

from services.gateway.clients.calling import DOCUMENT_S, call
from services.kit.caller import Caller


class Library:
    """Projects of the library and their performance targets, in the master ledger."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._stub = LibraryServiceStub(channel)
        self._targets_stub = PerformanceServiceStub(channel)

    def projects(
        self, caller: Caller, request: library.ListLibraryProjectsRequest
    ) -> library.ListLibraryProjectsResponse:
        """Projects, in the library and imported."""
        kind = library.ListLibraryProjectsResponse
        return call(caller, self._stub.ListLibraryProjects, request, kind)

    def project(
        self, caller: Caller, request: library.GetLibraryProjectRequest
    ) -> library.GetLibraryProjectResponse:
        """One project."""
        return call(caller, self._stub.GetLibraryProject, request, library.GetLibraryProjectResponse)

    def step(
        self, caller: Caller, request: library.PostLibraryStepRequest
    ) -> library.PostLibraryStepResponse:
        """Does a step with a project, once."""
        kind = library.PostLibraryStepResponse
        return call(caller, self._stub.PostLibraryStep, request, kind, DOCUMENT_S)

    def notice(
        self, caller: Caller, request: library.PostPublicNoticeRequest
    ) -> library.PostLibraryStepResponse:
        """Records a public notice, once."""
        kind = library.PostLibraryStepResponse
        return call(caller, self._stub.PostPublicNotice, request, kind, DOCUMENT_S)

    def target_sets(
        self, caller: Caller, request: performance.ListTargetSetsRequest
    ) -> performance.ListTargetSetsResponse:
        """Sets of targets."""
        return call(caller, self._targets_stub.ListTargetSets, request, performance.ListTargetSetsResponse)

    def target_set(
        self, caller: Caller, request: performance.GetTargetSetRequest
    ) -> performance.GetTargetSetResponse:
        """The targets of a project and year."""
        return call(caller, self._targets_stub.GetTargetSet, request, performance.GetTargetSetResponse)

    def target_step(
        self, caller: Caller, request: performance.PostTargetStepRequest
    ) -> performance.PostTargetStepResponse:
        """Does a step with targets, once."""
        kind = performance.PostTargetStepResponse
        return call(caller, self._targets_stub.PostTargetStep, request, kind, DOCUMENT_S)

    def report(
        self, caller: Caller, request: performance.PostPerformanceReportRequest
    ) -> performance.PostTargetStepResponse:
        """Records what was reached in a period, once."""
        kind = performance.PostTargetStepResponse
        return call(caller, self._targets_stub.PostPerformanceReport, request, kind, DOCUMENT_S)
