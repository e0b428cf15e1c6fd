"""Nobody writes into the ledger of a division outside the one that a file was sent for."""

from __future__ import annotations

import pytest

from services.ingest.domain.imports import Import, ImportState, Known
from services.ingest.usecases import Upload, get_import, run_import, start_import
from services.kit.caller import FINANCE_OFFICER, Caller, Scope
from services.kit.errors import NotAllowed
from services.kit.ids import RandomIds
from tests.builders import WRITERS, Row, as_csv, as_voucher_5201, id_number
from tests.unit.ingest.conftest import PROVINCE, Ingest

DIVISIONS = frozenset({"630000", "630100", "630102", "630122", "630200", "630222"})
OUTSIDE = "ingest.outside_division"


def payments(*divisions: str) -> list[Row]:
    """A payment of each division."""
    return [
        {"凭证号": f"V{number}", "区划": division, "金额(元)": "5.00"}
        for number, division in enumerate(divisions)
    ]


def sent(ingest: Ingest, data: bytes, scope: str, division: str = "") -> Import:
    """A file as an officer of a scope sends it, read to its end."""
    ingest.ledger.base = Known(DIVISIONS)
    clerk = Caller("clerk", (FINANCE_OFFICER,), Scope(scope))
    upload = Upload("file", division_code=division)
    import_, _ = start_import(ingest.ports, RandomIds(), clerk, upload, iter([data]), 10**6)
    run_import(ingest.ports, import_)
    return get_import(ingest.ports.store, clerk.scope, import_.import_id)


def posted(ingest: Ingest) -> list[str]:
    """The divisions of what the ledger was handed, in order."""
    return [str(row["division_code"]) for row in ingest.ledger.rows.values()]


def test_a_county_cannot_write_into_the_ledger_of_another(ingest: Ingest) -> None:
    ended = sent(ingest, as_csv("payment_table", payments("630122", "630102", "630122")), "630122")
    (row,), _ = ingest.ports.store.quarantine(PROVINCE.scope, "", 9, "")

    assert (ended.state, ended.progress.rows_posted) == (ImportState.FINISHED, 2)
    assert (ended.progress.rows_read, ended.progress.rows_quarantined) == (3, 1)
    assert posted(ingest) == ["630122", "630122"]
    assert (row.line, row.field, row.reason) == (3, "区划", OUTSIDE)
    assert row.reason_zh == "区划 630102 不在报送区划 630122 的范围内"
    assert row.reason_en == "division 630102 is outside division 630122, for which the file was sent"


@pytest.mark.parametrize("form", sorted(WRITERS))
def test_no_form_of_a_file_and_no_way_to_write_a_code_leads_around_it(ingest: Ingest, form: str) -> None:
    # Vouchers are written with nine digits by the builder.
    written = payments("630102", "６３０１０２" if form == "xml" else "630102001", "630122")
    data = WRITERS[form]("payment_table", written)
    ended = sent(ingest, data, "630122")

    assert ended.progress.rows_quarantined == 2
    assert posted(ingest) == ["630122"]


def test_the_field_is_named_as_the_file_names_it(ingest: Ingest) -> None:
    sent(ingest, as_voucher_5201(payments("630102")), "630122")
    (row,), _ = ingest.ports.store.quarantine(PROVINCE.scope, "", 9, "")

    assert (row.field, row.reason) == ("AdmDivCode", OUTSIDE)
    assert row.reason_zh == "凭证 V0：区划 630102 不在报送区划 630122 的范围内"


@pytest.mark.parametrize(
    ("scope", "division", "taken"),
    [
        ("630122", "", ["630122"]),
        ("630100", "", ["630100", "630102", "630122"]),
        ("630100", "630122", ["630122"]),
        ("630000", "", sorted(DIVISIONS)),
        ("", "", sorted(DIVISIONS)),
        ("", "630200", ["630200", "630222"]),
    ],
)
def test_an_import_reaches_as_far_as_the_division_that_it_was_sent_for(
    ingest: Ingest, scope: str, division: str, taken: list[str]
) -> None:
    ended = sent(ingest, as_csv("payment_table", payments(*sorted(DIVISIONS))), scope, division)

    assert posted(ingest) == taken
    assert ended.progress.rows_quarantined == len(DIVISIONS) - len(taken)


def test_a_division_that_nobody_knows_posts_as_it_did(ingest: Ingest) -> None:
    ended = sent(ingest, as_csv("payment_table", payments("110101")), "630122")

    assert (ended.progress.rows_posted, ended.progress.rows_quarantined) == (1, 0)
    assert posted(ingest) == ["110101"]


@pytest.mark.parametrize(
    ("profile", "row"),
    [
        ("quota_table", {"指标明细号": "Q", "指标金额(元)": "1.00"}),
        ("project_table", {"项目代码": "P"}),
        (
            "disbursement_table",
            {"序号": "1", "证件号码": id_number(1), "应发金额(元)": "", "实发金额(元)": "1"},
        ),
        ("register_table", {"户编号": "H", "姓名": "张三", "证件号码": id_number(1)}),
    ],
)
def test_every_table_that_names_a_division_is_held_to_it(ingest: Ingest, profile: str, row: Row) -> None:
    rows = [{**row, "区划": division} for division in ("630122", "630102")]
    ended = sent(ingest, as_csv(profile, rows), "630122")

    assert (ended.progress.rows_posted, ended.progress.rows_quarantined) == (1, 1)
    assert ingest.reasons() == [(3, "区划", OUTSIDE)]


def test_a_quota_may_come_from_above(ingest: Ingest) -> None:
    quota = {"指标明细号": "Q", "区划": "630122", "下达区划": "630000", "指标金额(元)": "1.00"}
    ended = sent(ingest, as_csv("quota_table", [quota]), "630122")

    assert (ended.progress.rows_posted, ended.progress.rows_quarantined) == (1, 0)


def test_a_file_sent_for_a_division_outside_the_scope_is_refused(ingest: Ingest) -> None:
    with pytest.raises(NotAllowed) as refusal:
        sent(ingest, as_csv("payment_table", payments("630102")), "630122", "630102")

    assert (refusal.value.code, refusal.value.parameters) == ("caller.outside_scope", {"division": "630102"})
    assert list(ingest.folder.iterdir()) == []
