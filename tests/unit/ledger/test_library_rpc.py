"""The library and its targets over their services: what arrives, and what is shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from mingzhang.ledger.v1 import library_pb2 as pb
from mingzhang.ledger.v1 import performance_pb2 as target_pb

from services.kit.caller import Caller
from services.kit.errors import InvalidInput
from services.kit.rpc.context import acting_as
from services.ledger.rpc.library import Library, LibraryServicer, PerformanceServicer
from services.ledger.storage import LibraryTables, PerformanceTables
from tests.unit.ledger.plans import ADMIN, ANN, BEN, CAI, DAN, WORKFLOWS
from tests.unit.ledger.world import COUNTY, World
from tests.unit.notify.builders import ManualClock

CONTEXT: Any = None
CARD = pb.ProjectCard(
    division_code=COUNTY,
    fiscal_year=2018,
    name="示范村光伏电站",
    project_type="产业",
    construction_nature="新建",
    place="示范村",
    planned_start_on="2018-04-01",
    planned_end_on="2018-06-30",
    responsible_unit="县扶贫办",
    tasks="建设电站",
    funding=[pb.FundingPart(source="local", amount_fen=100_00)],
    households=60,
    persons=210,
    goal="增收",
    participation="大会通过",
    mechanism="分红",
)
ROWS = [
    target_pb.TargetIndicator(kind="quantity", name="容量", operator=">=", value="300.0", unit="千瓦"),
    target_pb.TargetIndicator(kind="social", name="带动", operator="text", words="带动全村"),
    target_pb.TargetIndicator(kind="satisfaction", name="满意", operator=">=", value="95", unit="%"),
]
TARGETS = target_pb.Targets(overall="建成", department="扶贫办", unit="乡政府", fiscal_fen=1, indicators=ROWS)


class Services:
    """Both servicers; each call by somebody."""

    def __init__(self, world: World) -> None:
        clock = ManualClock()
        clock.moment = datetime(2018, 7, 30, tzinfo=UTC)
        reader, targets = LibraryTables(world.database), PerformanceTables(world.database)
        parts = Library(world.book, WORKFLOWS, reader, targets, clock)
        self._library, self._performance = LibraryServicer(parts), PerformanceServicer(parts)

    def call(self, name: str, request: Any, by: Caller = ADMIN) -> Any:
        """The answer to a request."""
        servicer = self._library if hasattr(self._library, name) else self._performance
        with acting_as(by):
            return getattr(servicer, name)(request, CONTEXT)

    def step(self, action: str, by: Caller, card: pb.ProjectCard | None = None) -> Any:
        """A step with project X1."""
        request = pb.PostLibraryStepRequest(key=f"p {action}", project_key="X1", action=action, card=card)
        return self.call("PostLibraryStep", request, by)

    def target(self, action: str, by: Caller, targets: target_pb.Targets | None = None) -> Any:
        """A step with its targets."""
        request = target_pb.PostTargetStepRequest(
            key=f"t {action}", project_key="X1", fiscal_year=2018, action=action, targets=targets
        )
        return self.call("PostTargetStep", request, by)


@pytest.fixture
def services(world: World) -> Services:
    return Services(world)


def bring_in(services: Services) -> None:
    """X1 into the library."""
    services.step("propose", ANN, CARD)
    services.target("fill", ANN, TARGETS)
    for action, by in (
        ("submit", ANN),
        ("review_spending", BEN),
        ("review_performance", CAI),
        ("approve", DAN),
    ):
        services.target(action, by)
    services.step("review", BEN)
    services.step("approve", CAI)


def test_a_project_is_shown_as_it_was_entered(services: Services) -> None:
    bring_in(services)
    again = services.step("propose", ANN, CARD)
    services.call(
        "PostPublicNotice",
        pb.PostPublicNoticeRequest(
            key="N",
            project_key="X1",
            stage="entry",
            place="村公示栏",
            from_day="2018-07-01",
            to_day="2018-07-09",
        ),
        ANN,
    )
    shown = services.call("GetLibraryProject", pb.GetLibraryProjectRequest(key="X1"))
    listed = services.call("ListLibraryProjects", pb.ListLibraryProjectsRequest(limit=10))
    notice = shown.steps[-1]

    assert again.known
    assert [(one.version, one.investment_fen, one.recorded_by) for one in shown.cards] == [(1, 100_00, "ann")]
    assert shown.cards[0].card == CARD
    assert list(shown.project.marks) == ["short_notice", "not_filed"]
    assert (notice.subject, notice.days, notice.too_short, notice.acted_as) == ("notice", 9, True, "county")
    assert {one.action: list(one.levels) for one in shown.open_steps} == {
        "file": ["prefecture"],
        "change": ["county"],
        "terminate": ["county"],
    }
    assert list(listed.projects) == [shown.project]


def test_targets_are_shown_with_how_far_they_are(services: Services) -> None:
    bring_in(services)
    request = target_pb.PostPerformanceReportRequest(
        key="R",
        project_key="X1",
        fiscal_year=2018,
        period="2018-07",
        actuals=[
            target_pb.Actual(number=1, value="100.50"),
            target_pb.Actual(number=2, words="带动 40 户"),
        ],
    )
    services.call("PostPerformanceReport", request, ANN)
    shown = services.call("GetTargetSet", target_pb.GetTargetSetRequest(project_key="X1", fiscal_year=2018))
    listed = services.call("ListTargetSets", target_pb.ListTargetSetsRequest(limit=10))
    first, second, third = shown.progress.indicators

    assert shown.versions[0].targets == TARGETS
    assert (first.reached_bp, first.deviates) == (3_350, True)
    assert not second.HasField("reached_bp")
    assert not third.HasField("reached_bp")
    assert (shown.progress.output_bp, shown.progress.HasField("paid_bp")) == (3_350, False)
    assert [(one.period, one.late, list(one.actuals)) for one in shown.reports] == [
        ("2018-07", False, list(request.actuals))
    ]
    assert list(listed.sets) == [shown.set]
    assert (shown.set.complete, list(shown.set.missing_groups)) == (True, [])


@pytest.mark.parametrize(
    ("name", "request_"),
    [
        ("ListLibraryProjects", pb.ListLibraryProjectsRequest(limit=501)),
        ("ListLibraryProjects", pb.ListLibraryProjectsRequest(limit=1, page_token="x")),
        ("ListLibraryProjects", pb.ListLibraryProjectsRequest(limit=1, words="\x00")),
        ("ListTargetSets", target_pb.ListTargetSetsRequest(limit=0)),
        ("ListTargetSets", target_pb.ListTargetSetsRequest(limit=1, page_token="630121_x_1")),
        ("GetLibraryProject", pb.GetLibraryProjectRequest(key="\x00")),
        ("PostLibraryStep", pb.PostLibraryStepRequest(key="K", project_key="X", change_kind="weekly")),
        (
            "PostPublicNotice",
            pb.PostPublicNoticeRequest(key="K", project_key="X", stage="never", from_day="2018-07-01"),
        ),
    ],
)
def test_what_no_answer_fits_is_refused(services: Services, name: str, request_: Any) -> None:
    with pytest.raises(InvalidInput):
        services.call(name, request_)
