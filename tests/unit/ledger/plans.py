"""Projects and targets entered by hand: what a test does not speak of has a plain default."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.ledger.domain.library.asked import NoticeAsked, StepAsked, TargetStepAsked
from services.ledger.domain.library.cards import Card, ChangeKind, Funding, Notice, Source, Stage
from services.ledger.domain.linking import Posted
from services.ledger.domain.performance.reports import Actual, Report
from services.ledger.domain.performance.targets import Indicator, Kind, Operator, TargetSet
from services.ledger.storage.library import shipped_workflows
from services.ledger.usecases.library import post_notice, post_project_step
from services.ledger.usecases.performance import post_report, post_target_step
from tests.unit.ledger.world import COUNTY, PREFECTURE, PROVINCE, World

TODAY = date(2018, 7, 30)
YEAR = 2018
WORKFLOWS = shipped_workflows()


def person(name: str, division: str = COUNTY, role: str = FINANCE_OFFICER) -> Caller:
    """Somebody of a division."""
    return Caller(name, (role,), Scope(division))


ANN, BEN, CAI, DAN, EVE = (person(name) for name in ("ann", "ben", "cai", "dan", "eve"))
XINING = person("xia", PREFECTURE)
ADMIN = person("admin", PROVINCE, ADMINISTRATOR)

CARD = Card(
    project_key="X1",
    division_code=COUNTY,
    township_code="",
    fiscal_year=YEAR,
    name="示范村光伏电站",
    project_type="产业",
    construction_nature="新建",
    place="示范乡示范村",
    planned_start_on=date(2018, 4, 1),
    planned_end_on=date(2018, 10, 31),
    responsible_unit="县扶贫办",
    tasks="建设 300 千瓦光伏电站",
    funding=(Funding(Source.CENTRAL_OTHER, 200_000_00), Funding(Source.LOCAL, 40_000_00)),
    households=60,
    persons=210,
    beneficiaries="村集体",
    goal="带动 60 户增收",
    participation="村民大会通过",
    mechanism="收益分红",
)
INDICATORS = (
    Indicator(Kind.QUANTITY, "装机容量", Operator.AT_LEAST, "300", "千瓦", core=True),
    Indicator(Kind.COST, "单位造价", Operator.AT_MOST, "7.5", "元/瓦"),
    Indicator(Kind.ECONOMIC, "年收益率", Operator.AT_LEAST, "8", "%"),
    Indicator(Kind.SUSTAINED, "返本方式", Operator.TEXT, words="第一年按总投资额返本 20%"),
    Indicator(Kind.SATISFACTION, "受益户满意度", Operator.AT_LEAST, "95", "%", core=True),
)
TARGETS = TargetSet("X1", YEAR, "建成并网", "县扶贫办", "示范乡政府", 200_000_00, 40_000_00, INDICATORS)


class Office:
    """Where steps are done. Each gets the next key unless it has one."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._number = 0

    def _key(self) -> str:
        self._number += 1
        return f"K{self._number}"

    def step(self, action: str, by: Caller, card: Card | None = None, key: str = "", **said: Any) -> Posted:
        """A step with project X1."""
        project_key = said.pop("project_key", card.project_key if card else "X1")
        asked = StepAsked(key or self._key(), project_key, action, card=card, **said)
        return post_project_step(self.world.book, WORKFLOWS, asked, by, TODAY)

    def target(
        self, action: str, by: Caller, targets: TargetSet | None = None, key: str = "", **said: Any
    ) -> Posted:
        """A step with the targets of project X1."""
        year = said.pop("fiscal_year", targets.fiscal_year if targets else YEAR)
        project_key = said.pop("project_key", targets.project_key if targets else "X1")
        asked = TargetStepAsked(key or self._key(), project_key, year, action, targets=targets, **said)
        return post_target_step(self.world.book, WORKFLOWS, asked, by)

    def notice(self, from_day: date, to_day: date, by: Caller = ANN, key: str = "", **said: Any) -> Posted:
        """A notice of project X1 coming into the library."""
        given = {"project_key": "X1", "stage": Stage.ENTRY, "place": "示范村公示栏", **said}
        asked = NoticeAsked(key or self._key(), Notice(from_day=from_day, to_day=to_day, **given))
        return post_notice(self.world.book, asked, by, TODAY)

    def report(
        self, period: str, *values: tuple[int, str], by: Caller = ANN, today: date = TODAY, **said: Any
    ) -> Posted:
        """What was reached of the targets of project X1; of the fourth in words."""
        actuals = tuple(
            Actual(number, words=value) if number == 4 else Actual(number, value) for number, value in values
        )
        given = {"key": self._key(), "project_key": "X1", "fiscal_year": YEAR, "actuals": actuals, **said}
        return post_report(self.world.book, WORKFLOWS, Report(period=period, **given), by, today)

    def approve_targets(self, targets: TargetSet = TARGETS) -> None:
        """Targets through all three reviews."""
        self.target("fill", ANN, targets, reason="调整" if targets is not TARGETS else "")
        self.target("submit", ANN)
        self.target("review_spending", BEN)
        self.target("review_performance", CAI)
        self.target("approve", DAN)

    def bring_in(self, card: Card = CARD) -> None:
        """A project with its targets into the library."""
        key = card.project_key
        self.step("propose", ANN, card)
        self.approve_targets(TARGETS if key == "X1" else replace(TARGETS, project_key=key))
        self.step("review", BEN, project_key=key)
        self.step("approve", CAI, project_key=key)

    def change(self, **said: Any) -> Posted:
        """A change of project X1 that somebody has to approve."""
        return self.step(
            "change", ANN, replace(CARD, **said), reason="计划调整", change_kind=ChangeKind.YEARLY
        )

    def state(self, key: str = "X1", subject: str = "project") -> str:
        """The state of a project or its targets; empty if there is none."""
        found = self.world.rows(
            "SELECT state FROM library_step WHERE project_key = :key AND subject = :subject ORDER BY id DESC LIMIT 1",
            key=key,
            subject=subject,
        )
        return str(found[0][0]) if found else ""
