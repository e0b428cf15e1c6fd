"""Inbound gRPC of the project library and of performance targets: translate, delegate, translate back."""

from __future__ import annotations

from dataclasses import dataclass

import grpc
from mingzhang.ledger.v1 import library_pb2 as pb
from mingzhang.ledger.v1 import library_pb2_grpc, performance_pb2_grpc
from mingzhang.ledger.v1 import performance_pb2 as target_pb

from services.kit.clock import Clock, today
from services.kit.rpc.context import current_caller
from services.ledger.domain.library.machine import Workflows
from services.ledger.messages import library as messages
from services.ledger.messages import performance as target_messages
from services.ledger.usecases import library, library_reading, performance, performance_reading
from services.ledger.usecases.library_reading import LibraryReader
from services.ledger.usecases.performance_reading import PerformanceReader
from services.ledger.usecases.ports import Book


@dataclass(frozen=True)
class Library:
    """What the servicers delegate to."""

    book: Book
    workflows: Workflows
    projects: LibraryReader
    targets: PerformanceReader
    clock: Clock


class LibraryServicer(library_pb2_grpc.LibraryServiceServicer):
    """Serves mingzhang.ledger.v1.LibraryService."""

    def __init__(self, parts: Library) -> None:
        self._parts = parts

    def PostLibraryStep(
        self, request: pb.PostLibraryStepRequest, context: grpc.ServicerContext
    ) -> pb.PostLibraryStepResponse:
        """Does a step with a project."""
        parts, asked = self._parts, messages.step_asked(request)
        posted = library.post_project_step(
            parts.book, parts.workflows, asked, current_caller(), today(parts.clock)
        )
        return pb.PostLibraryStepResponse(project_key=request.project_key, known=posted.known > 0)

    def PostPublicNotice(
        self, request: pb.PostPublicNoticeRequest, context: grpc.ServicerContext
    ) -> pb.PostLibraryStepResponse:
        """Records a public notice."""
        parts, asked = self._parts, messages.notice_asked(request)
        posted = library.post_notice(parts.book, asked, current_caller(), today(parts.clock))
        return pb.PostLibraryStepResponse(project_key=request.project_key, known=posted.known > 0)

    def GetLibraryProject(
        self, request: pb.GetLibraryProjectRequest, context: grpc.ServicerContext
    ) -> pb.GetLibraryProjectResponse:
        """One project."""
        parts = self._parts
        found = library_reading.get_project(parts.projects, current_caller().scope, request.key)
        return messages.project_detail(found, parts.workflows)

    def ListLibraryProjects(
        self, request: pb.ListLibraryProjectsRequest, context: grpc.ServicerContext
    ) -> pb.ListLibraryProjectsResponse:
        """Projects, in the library and imported."""
        parts, scope = self._parts, current_caller().scope.narrowed(request.division_code)
        asked, place = messages.project_filter(request), messages.project_place(request.page_token)
        rows, after = library_reading.list_projects(parts.projects, scope, asked, place, request.limit)
        shown = [messages.shown_project(row, parts.workflows) for row in rows]
        return pb.ListLibraryProjectsResponse(projects=shown, next_page_token=messages.project_token(after))


class PerformanceServicer(performance_pb2_grpc.PerformanceServiceServicer):
    """Serves mingzhang.ledger.v1.PerformanceService."""

    def __init__(self, parts: Library) -> None:
        self._parts = parts

    def PostTargetStep(
        self, request: target_pb.PostTargetStepRequest, context: grpc.ServicerContext
    ) -> target_pb.PostTargetStepResponse:
        """Does a step with targets."""
        parts, asked = self._parts, target_messages.step_asked(request)
        posted = performance.post_target_step(parts.book, parts.workflows, asked, current_caller())
        return target_pb.PostTargetStepResponse(
            project_key=request.project_key, fiscal_year=request.fiscal_year, known=posted.known > 0
        )

    def PostPerformanceReport(
        self, request: target_pb.PostPerformanceReportRequest, context: grpc.ServicerContext
    ) -> target_pb.PostTargetStepResponse:
        """Records what was reached in a period."""
        parts, report = self._parts, target_messages.report(request)
        posted = performance.post_report(
            parts.book, parts.workflows, report, current_caller(), today(parts.clock)
        )
        return target_pb.PostTargetStepResponse(
            project_key=request.project_key, fiscal_year=request.fiscal_year, known=posted.known > 0
        )

    def GetTargetSet(
        self, request: target_pb.GetTargetSetRequest, context: grpc.ServicerContext
    ) -> target_pb.GetTargetSetResponse:
        """The targets of a project and year."""
        parts, scope = self._parts, current_caller().scope
        found = performance_reading.get_target_set(
            parts.targets, scope, request.project_key, request.fiscal_year
        )
        return target_messages.target_detail(found, parts.workflows)

    def ListTargetSets(
        self, request: target_pb.ListTargetSetsRequest, context: grpc.ServicerContext
    ) -> target_pb.ListTargetSetsResponse:
        """Sets of targets."""
        scope = current_caller().scope.narrowed(request.division_code)
        asked, place = (
            target_messages.target_filter(request),
            target_messages.target_place(request.page_token),
        )
        rows, after = performance_reading.list_target_sets(
            self._parts.targets, scope, asked, place, request.limit
        )
        token = target_messages.target_token(after)
        return target_pb.ListTargetSetsResponse(
            sets=map(target_messages.shown_row, rows), next_page_token=token
        )
