"""The first set-up of a province: looked at line by line, done whole, and again without effect."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from services.kit.caller import ADMINISTRATOR, FINANCE_OFFICER, Caller, Scope
from services.kit.clock import SystemClock
from services.kit.config import Config
from services.kit.errors import Conflict, InvalidInput, MingzhangError, NotAllowed, NotFound
from services.ledger.cli.base_data import BaseParts, add_base_commands
from services.ledger.domain import templates
from services.ledger.domain.heads import public_key_of
from services.ledger.domain.setup import SetupPlan
from services.ledger.storage import (
    BaseSetTables,
    Conservation,
    LedgerBook,
    SetupTables,
    read_setup,
    read_template,
)
from services.ledger.usecases import set_up
from tests.unit.ledger.issuer import ABOVE, ADMIN, ISSUED, TODAY, TRUSTED, issue, state_of
from tests.unit.ledger.world import SEED, World

DIVISIONS = """code,name,level,parent,form
630171001,园区一处,township,630171,
630171,示范园区,county,630100,development_zone
630100,西宁市,prefecture,630000,
"""
FUNDS = """code,level,name,scope_note,category,valid_from
X01,county,县级扶贫资金,仅本级安排部分,poverty,2018-08-01
C01,central,重点生态功能区转移支付,,general,
"""
FLOWS = """issuer,receiver,note
prefecture,township,市（州）对乡镇
"""
HEADER = "quota_key,document_number,fund_code,division_code,fiscal_year,amount,issued_on"
OPENING = f"""{HEADER},upper_document_number,issuer_division_code
P,青财农字[2017] 7号,C22,630000,2017,1000,2017-03-01,,
Q,宁财农字〔2017〕9号,C22,630121,2017,300.5,2017-04-02,青财农字〔2017〕7号,630000
R,湟财农字〔2018〕1号,X01,630171,2018,20.05,2018-09-01,,
"""
FILES = {"divisions.csv": DIVISIONS, "funds.csv": FUNDS, "flows.csv": FLOWS, "opening_quotas.csv": OPENING}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of a province."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    return tmp_path


def do(world: World, folder: Path, caller: Caller = ADMIN) -> SetupPlan:
    """Sets the province up."""
    book = BaseSetTables(world.database, world.streams, SystemClock())
    return set_up(book, world.book, SetupTables(world.database), read_setup(folder), caller, TODAY)


def states(plan: SetupPlan) -> list[tuple[str, int, str]]:
    return [(one.file, one.line, one.state.value) for one in plan.lines]


def whole_state(world: World) -> list[Any]:
    """All that setting up could change."""
    tables = ("quota", "document", "document_line", "transfer", "block")
    return [*state_of(world), *(world.rows(f"SELECT * FROM {table} ORDER BY 1") for table in tables)]


@pytest.mark.usefixtures("book")
def test_a_province_is_set_up_once_however_often_it_is_done(world: World, folder: Path) -> None:
    first = do(world, folder)
    before = whole_state(world)
    again = do(world, folder)

    assert states(first) == [
        ("divisions.csv", 2, "new"),
        ("divisions.csv", 3, "new"),
        ("divisions.csv", 4, "known"),
        ("flows.csv", 2, "new"),
        ("funds.csv", 2, "new"),
        ("funds.csv", 3, "known"),
        ("opening_quotas.csv", 2, "new"),
        ("opening_quotas.csv", 3, "new"),
        ("opening_quotas.csv", 4, "new"),
    ]
    assert {state for _, _, state in states(again)} == {"known"}
    assert whole_state(world) == before


@pytest.mark.usefixtures("book")
def test_opening_quotas_have_their_original_days_and_conserve_money(world: World, folder: Path) -> None:
    do(world, folder)
    quotas = world.rows("SELECT key, amount_fen, effective_on::text, document_number FROM quota ORDER BY key")
    reasons = world.rows("SELECT DISTINCT back_entry_reason, recorded_by FROM document")
    differences = Conservation(world.database).differences()
    verified = world.verify()

    assert quotas == [
        ("P", 1_000_00, "2017-03-01", "青财农字〔2017〕7号"),
        ("Q", 300_50, "2017-04-02", "宁财农字〔2017〕9号"),
        ("R", 20_05, "2018-09-01", "湟财农字〔2018〕1号"),
    ]
    assert reasons == [("期初登记", "admin")]
    assert set(differences.values()) == {0}
    assert verified.fault == ""


@pytest.mark.usefixtures("book")
def test_nothing_is_opened_in_a_year_that_is_closed(world: World, folder: Path) -> None:
    """And the items of the same files are not entered either."""
    world.tamper("INSERT INTO closed_year VALUES (2018, 'admin', now())")
    before = whole_state(world)
    with pytest.raises(InvalidInput) as refused:
        do(world, folder)

    assert (refused.value.code, refused.value.parameters["line"]) == ("ledger.closed_year", "4")
    assert whole_state(world) == before


WRONG: dict[str, tuple[str, str, str, str, int]] = {
    "a changed amount": ("opening_quotas.csv", "300.5", "300.6", "ledger.setup_conflict", 3),
    "a changed day": ("opening_quotas.csv", "2017-04-02", "2017-04-03", "ledger.setup_conflict", 3),
    "a quota twice": ("opening_quotas.csv", "\nR,", "\nQ,", "ledger.setup_conflict", 4),
    "a changed division": ("divisions.csv", "示范园区", "另一园区", "ledger.setup_conflict", 3),
    "a changed fund": ("funds.csv", "县级扶贫资金", "县级资金", "ledger.setup_conflict", 2),
    "a locked fund": ("funds.csv", "重点生态功能区转移支付", "另一名称", "ledger.locked_item", 3),
}


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(("file", "old", "new", "code", "line"), WRONG.values(), ids=WRONG.keys())
def test_a_line_that_was_changed_since_is_named_and_nothing_is_done(
    world: World, folder: Path, file: str, old: str, new: str, code: str, line: int
) -> None:
    """Beside a line that would be new."""
    do(world, folder)
    before = whole_state(world)
    changed = (folder / file).read_text(encoding="utf-8").replace(old, new)
    (folder / file).write_text(changed, encoding="utf-8")
    with (folder / "opening_quotas.csv").open("a", encoding="utf-8") as more:
        more.write("S,青财农字〔2017〕8号,C22,630000,2017,5,2017-03-01,,\n")
    with pytest.raises((Conflict, InvalidInput)) as refused:
        do(world, folder)

    assert (refused.value.code, refused.value.parameters["line"]) == (code, str(line))
    assert f"第 {line} 行" in refused.value.zh
    assert f"line {line}" in refused.value.en
    assert whole_state(world) == before


REFUSED = {
    "no division": ("639999", "C22", "7号", "5", "ledger.division_unknown"),
    "no fund": ("630000", "C98", "7号", "5", "ledger.fund_unknown"),
    "no amount": ("630000", "C22", "7号", "5e3", "ledger.setup_amount"),
    "nothing": ("630000", "C22", "7号", "0", "ledger.amount"),
    "no regular number": ("630000", "C22", "某号", "5", "ledger.document_number"),
    "no key": ("630000", "", "7号", "5", "ledger.setup_missing"),
}


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("division", "fund", "number", "amount", "code"), REFUSED.values(), ids=REFUSED.keys()
)
def test_a_quota_that_cannot_be_registered_keeps_everything_from_being_done(
    world: World, folder: Path, division: str, fund: str, number: str, amount: str, code: str
) -> None:
    before = whole_state(world)
    with (folder / "opening_quotas.csv").open("a", encoding="utf-8") as more:
        more.write(f"S,青财农字〔2017〕{number},{fund},{division},2017,{amount},2017-03-01,,\n")
    with pytest.raises(InvalidInput) as refused:
        do(world, folder)

    assert (refused.value.code, refused.value.parameters["line"]) == (code, "5")
    assert whole_state(world) == before


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    "caller",
    [Caller("o", (FINANCE_OFFICER,), Scope("630000")), Caller("c", (ADMINISTRATOR,), Scope("630121"))],
)
def test_a_province_is_set_up_by_its_administrators_only(world: World, folder: Path, caller: Caller) -> None:
    before = whole_state(world)
    with pytest.raises(NotAllowed):
        do(world, folder, caller)

    assert whole_state(world) == before


@pytest.mark.parametrize(
    ("name", "text", "code"),
    [
        ("funds.csv", "code,colour\nX01,red\n", "ledger.base_row"),
        ("funds.csv", "code,name,valid_from\nX01,县级,昨天\n", "ledger.base_row"),
        ("funds.csv", "code,name\nX01\n", "ledger.base_row"),
        ("funds.csv", "code,name,name\nX01,县级,市级\n", "ledger.base_row"),
        ("opening_quotas.csv", "quota_key,amount,amount\nQ,1,2\n", "ledger.base_row"),
        ("notes.csv", "a,b\n", "ledger.setup_nothing"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_by_name(
    tmp_path: Path, name: str, text: str, code: str
) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    with pytest.raises((InvalidInput, NotFound)) as refused:
        read_setup(tmp_path)

    assert refused.value.code == code
    assert (name if code == "ledger.base_row" else str(tmp_path)) in refused.value.zh


def command(world: World, *arguments: object, language: str = "zh", seed: bytes = ABOVE) -> int:
    """Runs `mingzhang ledger …` over this ledger; returns its exit code."""
    parser = argparse.ArgumentParser()
    parts = BaseParts(
        lambda _: BaseSetTables(world.database, world.streams, SystemClock()),
        lambda _: LedgerBook(world.database, world.streams, SystemClock()),
        lambda _: SetupTables(world.database),
        lambda _: TRUSTED,
        lambda _: seed,
        read_template,
        read_setup,
    )
    kit: Any = SimpleNamespace(clock=SystemClock(), config=Config(language=language))
    add_base_commands(parser.add_subparsers(), lambda: kit, parts)
    given = parser.parse_args([str(one) for one in arguments])
    return int(given.run(given))


@pytest.mark.usefixtures("book")
@pytest.mark.parametrize(
    ("language", "told"),
    [
        (
            "zh",
            (
                "opening_quotas.csv:2  新增  P",
                "本级安排 1,020.05 元，上级下达 300.50 元",
                "未作任何更改",
                "45 个尚无指标",
                "用户和权限",
            ),
        ),
        (
            "en",
            (
                "opening_quotas.csv:2  new  P",
                "arranged 1,020.05 yuan, received from above 300.50 yuan",
                "nothing was changed",
                "45 of 45",
                "users and roles",
            ),
        ),
    ],
)
def test_a_check_tells_line_by_line_and_changes_nothing(
    world: World, folder: Path, capsys: pytest.CaptureFixture[str], language: str, told: Sequence[str]
) -> None:
    before = whole_state(world)
    code = command(world, "setup", "--check", folder, language=language)
    said = capsys.readouterr().out

    assert code == 0
    assert [one for one in told if one not in said] == []
    assert whole_state(world) == before


@pytest.mark.usefixtures("book")
def test_setting_up_by_command_says_what_was_wrong_by_its_exit_code(
    world: World, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    done = [command(world, "setup", folder) for _ in range(2)]
    changed = OPENING.replace("300.5", "300.6")
    (folder / "opening_quotas.csv").write_text(changed, encoding="utf-8")
    wrong = command(world, "setup", folder / "opening_quotas.csv")
    said = capsys.readouterr().out

    assert (done, wrong) == ([0, 0], 1)
    assert "opening_quotas.csv:3  冲突  Q：指标 Q 已登记且内容不同" in said
    assert world.scalar("SELECT count(*) FROM quota") == 3


@pytest.mark.usefixtures("book")
def test_a_folder_is_signed_checked_and_applied_by_command(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, signed, own = tmp_path / "plain.json", tmp_path / "signed.json", tmp_path / "own.json"
    source.write_bytes(templates.to_json(ISSUED))
    command(world, "template", "sign", source, "--out", signed)
    command(world, "template", "sign", source, "--out", own, seed=SEED)
    checks = [
        command(world, "template", "check", signed),
        command(world, "template", "check", own),
        command(world, "template", "check", own, "--public-key", public_key_of(SEED).hex()),
    ]
    applied = [command(world, "template", "apply", signed) for _ in range(2)]
    before = state_of(world)
    with pytest.raises(MingzhangError) as refused:
        command(world, "template", "apply", own)
    command(world, "template", "list")
    said = capsys.readouterr().out

    assert (checks, applied) == ([0, 1, 0], [0, 0])
    assert templates.read(signed.read_bytes()) == issue()
    assert refused.value.code == "ledger.template_foreign_key"
    assert state_of(world) == before
    assert "财政部 第 3 版" in said
    assert "此前已应用，未作更改" in said
