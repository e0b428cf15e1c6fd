"""The honest money: central and provincial quotas, passed down four levels, with projects and allotments.

Every fund has a part issued in advance (提前下达) and one issued in spring (分批下达). Three prefectures hand their
counties' money on; the other counties get theirs straight from the province. The same for every size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from services.demo.domain import UNCOVERED_DIVISION, YEAR, Allotment, Division, Fund, Project
from services.demo.geography import Geography

HONEST, SPENT, PLANNED = "honest", "spent", "planned"
"""How a quota is paid: steadily and ahead of schedule; wholly and in time; by the plan of plants only."""

LIST_FUNDS = ("C22", "Q09", "C36", "C37", "Q20")
"""Funds that every county has, because its disbursement lists are paid from them."""
_PASSING_PREFECTURES = ("630200", "632500", "632700")
_OLD_FUNDS = (
    "C01",
    "C04",
    "C14",
    "C22",
    "C23",
    "C24",
    "C28",
    "C36",
    "C37",
    "C41",
    "Q09",
    "Q10",
    "Q13",
    "Q19",
)
"""Funds with quotas left over from 2017."""
_SERIES = {"poverty": "农", "project": "农", "benefit": "社", "operations": "教", "general": "预"}
_SHORT_NAMES = {"630000": "青", "630200": "东", "632500": "南", "632700": "玉"}
_FUNCTION_CLASSES = {
    "poverty": ("2130504", "2130505", "2130506", "2130599"),
    "project": ("2130305", "2130122", "2130205", "2140104", "2210105"),
    "benefit": ("2081901", "2082502", "2080799", "2081199", "2101301"),
    "operations": ("2050202", "2050204", "2100408", "2070199"),
    "general": ("2300202", "2300299", "2130701"),
}
_PROJECT_TYPES = ("产业扶贫", "基础设施", "生活条件改善", "教育扶贫", "就业扶贫")
_PROJECT_WORKS = (
    "牛羊养殖",
    "人畜饮水",
    "村道硬化",
    "日光温室",
    "青稞种植",
    "光伏发电",
    "乡村旅游",
    "河道整治",
)
_YUAN = 100
_TEN_THOUSAND_YUAN = 10_000 * _YUAN


@dataclass(eq=False)
class Quota:
    """A quota of one division. It grows while the plan is made: its amount is what it keeps and what it issues."""

    key: str
    document_number: str
    parent: Quota | None
    fund: Fund
    division: str
    year: int
    function_class: str
    received_on: date
    kept_fen: int
    paying: str = HONEST
    late: bool = False
    has_attachment: bool = True
    projects: list[Project] = field(default_factory=list)
    children: list[Quota] = field(default_factory=list)
    free_fen: int = 0
    """What plants may still pay from it."""

    @property
    def amount_fen(self) -> int:
        """What was registered: kept here and issued to divisions below."""
        return self.kept_fen + sum(child.amount_fen for child in self.children)

    @property
    def issued_on(self) -> date:
        """The day of the issuing document, a few days before it was received."""
        return self.received_on - timedelta(days=3)


@dataclass
class World:
    """All quotas in the order of issue (upper before lower), the projects and the allotments."""

    quotas: list[Quota] = field(default_factory=list)
    projects: list[Project] = field(default_factory=list)
    allotments: list[Allotment] = field(default_factory=list)
    uppers: dict[tuple[str, int], Quota] = field(default_factory=dict)
    """The province's (first) quota of a fund and year."""

    @property
    def keys(self) -> set[tuple[str, str, int]]:
        """Division, fund and year of every quota."""
        return {(quota.division, quota.fund.code, quota.year) for quota in self.quotas}

    def add(self, quota: Quota) -> Quota:
        """Takes a quota in, below its parent."""
        if quota.parent is not None:
            quota.parent.children.append(quota)
        self.quotas.append(quota)
        return quota


def build_world(seed: int, geography: Geography) -> World:
    """The honest quotas, projects and allotments of a seed."""
    world = World()
    for number, fund in enumerate(geography.funds):
        generator = Random(f"{seed}:fund:{fund.code}")
        counties = _counties_of(fund, geography, generator)
        function_class = generator.choice(_FUNCTION_CLASSES[fund.category])
        for batch in (1, 2):
            _issue_batch(world, geography, generator, fund, counties, function_class, number * 2 + batch)
    for number, code in enumerate(_OLD_FUNDS):
        _issue_left_over(world, geography, Random(f"{seed}:2017:{code}"), code, number)
    _enter_projects(world, geography, seed)
    return world


def _counties_of(fund: Fund, geography: Geography, generator: Random) -> list[Division]:
    if fund.code in LIST_FUNDS:
        return list(geography.counties)
    chosen = generator.sample(range(len(geography.counties)), generator.randint(13, 19))
    return [geography.counties[number] for number in sorted(chosen)]


def _issue_batch(
    world: World,
    geography: Geography,
    generator: Random,
    fund: Fund,
    counties: list[Division],
    function_class: str,
    document: int,
) -> None:
    first = document % 2 == 1
    arrived = date(YEAR - 1, 11, 20) if first else date(YEAR, 2, 26)
    upper = _upper_quota(
        world, generator, fund, function_class, document, arrived + timedelta(days=document % 15)
    )
    day = upper.received_on + timedelta(days=generator.randint(20, 28))
    child_document = document_number("630000", fund, YEAR, 100 + document)
    scale = 1 if first else 2
    for prefecture in geography.prefectures:
        below = [county for county in counties if county.parent == prefecture.code]
        passes = prefecture.code in _PASSING_PREFECTURES and below
        if not passes and generator.random() < 0.7:
            received: list[tuple[Division, Quota]] = [(county, upper) for county in below]
        else:
            kept = 0 if passes and generator.random() < 0.4 else _amount(generator, fund, scale)
            middle = _child(world, upper, prefecture.code, child_document, kept, day)
            received = [(county, middle if passes else upper) for county in below]
        for county, parent in received:
            own = document_number(prefecture.code, fund, YEAR, 10 + document)
            number, later = (child_document, 0) if parent is upper else (own, 8)
            kept = _amount(generator, fund, scale)
            child = _child(world, parent, county.code, number, kept, day + timedelta(days=later))
            if first and fund.code not in LIST_FUNDS and generator.random() < 0.1:
                _split_by_class(world, child)
    if generator.random() < 0.35:
        upper.kept_fen = _amount(generator, fund, scale)


def _upper_quota(
    world: World, generator: Random, fund: Fund, function_class: str, document: int, received_on: date
) -> Quota:
    central = fund.code.startswith("C")
    series = _SERIES[fund.category]
    number = f"财{series}〔{YEAR}〕{document}号" if central else f"青财预字〔{YEAR}〕{500 + document}号"
    key = f"ZB{YEAR}630000{fund.code}{2 - document % 2}"
    upper = Quota(key, number, None, fund, "630000", YEAR, function_class, received_on, 0)
    upper.has_attachment = generator.random() < 0.98
    world.uppers.setdefault((fund.code, YEAR), upper)
    return world.add(upper)


def _child(world: World, parent: Quota, division: str, document_number: str, kept: int, day: date) -> Quota:
    batch = parent.key[-1]
    key = f"ZB{parent.year}{division}{parent.fund.code}{batch}"
    return world.add(
        Quota(
            key, document_number, parent, parent.fund, division, parent.year, parent.function_class, day, kept
        )
    )


def _split_by_class(world: World, quota: Quota) -> None:
    """A document that names two functional classes is two quotas of the same number."""
    others = [c for c in _FUNCTION_CLASSES[quota.fund.category] if c != quota.function_class]
    part = quota.kept_fen // 4 // _YUAN * _YUAN
    quota.kept_fen -= part
    second = _child(world, _parent(quota), quota.division, quota.document_number, part, quota.received_on)
    second.key = f"{quota.key}K"
    second.function_class = others[0]


def _parent(quota: Quota) -> Quota:
    if quota.parent is None:
        raise ValueError(f"{quota.key} has no quota above it")
    return quota.parent


def _amount(generator: Random, fund: Fund, scale: int) -> int:
    """What a division keeps of one batch: 3 to 40 million yuan, more where lists are paid."""
    most = 4_000 if fund.code not in LIST_FUNDS else 12_000
    least = 300 if fund.code not in LIST_FUNDS else 7_000
    return generator.randint(least, most) // scale * _TEN_THOUSAND_YUAN


def document_number(issuer: str, fund: Fund, year: int, number: int) -> str:
    """A document number in normal form, such as 青财农字〔2018〕12号."""
    return f"{_SHORT_NAMES.get(issuer, '西')}财{_SERIES[fund.category]}字〔{year}〕{number}号"


def _issue_left_over(world: World, geography: Geography, generator: Random, code: str, number: int) -> None:
    """Quotas of 2017 that were spent in time: all of them by April."""
    fund = next(fund for fund in geography.funds if fund.code == code)
    function_class = world.uppers[code, YEAR].function_class
    upper = Quota(
        f"ZB{YEAR - 1}630000{code}1",
        f"财{_SERIES[fund.category]}〔{YEAR - 1}〕{number + 1}号",
        None,
        fund,
        "630000",
        YEAR - 1,
        function_class,
        date(YEAR - 1, 1, 25),
        0,
    )
    world.add(upper)
    world.uppers[code, YEAR - 1] = upper
    for county in generator.sample(geography.counties, 4):
        if county.code == UNCOVERED_DIVISION:
            continue
        day = date(YEAR - 1, 6, 5) + timedelta(days=generator.randint(0, 180))
        document = document_number(
            "630000", fund, YEAR - 1, 100 + number * 60 + geography.numbers[county.code]
        )
        kept = generator.randint(100, 600) * _TEN_THOUSAND_YUAN
        _child(world, upper, county.code, document, kept, day).paying = SPENT


def _enter_projects(world: World, geography: Geography, seed: int) -> None:
    by_key: dict[tuple[str, str], list[Quota]] = {}
    for quota in world.quotas:
        if quota.kept_fen and quota.year == YEAR:
            by_key.setdefault((quota.division, quota.fund.code), []).append(quota)
    for (division, code), quotas in sorted(by_key.items()):
        generator = Random(f"{seed}:projects:{division}:{code}")
        for project in _projects_of(geography, generator, quotas):
            world.projects.append(project)
            for quota in quotas:
                quota.projects.append(project)
        for quota in quotas:
            world.allotments.extend(_allotments_of(quota))


def _projects_of(geography: Geography, generator: Random, quotas: list[Quota]) -> Iterator[Project]:
    fund, division = quotas[0].fund, quotas[0].division
    narrow = fund.category in ("poverty", "project")
    count = (1 if generator.random() < 0.75 else 2) if narrow else (1 if generator.random() < 0.75 else 0)
    for number in range(1, count + 1):
        work = generator.choice(_PROJECT_WORKS)
        yield Project(
            key=f"{division}{YEAR}{fund.code}{number:02d}",
            name=f"{geography.names[division]}{YEAR}年{work}项目（{fund.code}-{number}）",
            division=division,
            category=fund.category,
            project_type=generator.choice(_PROJECT_TYPES),
            investment_fen=sum(quota.kept_fen for quota in quotas) // count,
            households=generator.randint(12, 400),
            start_on=date(YEAR, 3, 1) + timedelta(days=generator.randint(0, 45)),
            end_on=date(YEAR, 9, 15) + timedelta(days=generator.randint(0, 75)),
            entered_on=date(YEAR - 1, 10, 15) + timedelta(days=generator.randint(0, 40)),
        )


def _allotments_of(quota: Quota) -> Iterator[Allotment]:
    for number, project in enumerate(quota.projects, 1):
        yield Allotment(
            key=f"{quota.key}-{number}",
            quota_key=quota.key,
            project_key=project.key,
            division=quota.division,
            amount_fen=quota.kept_fen * 9 // 10 // len(quota.projects),
            day=max(quota.received_on + timedelta(days=6), date(YEAR, 1, 2)),
        )
