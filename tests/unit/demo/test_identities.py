"""Names and numbers are valid in form, come from ranges that nobody has, and do not repeat."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.demo.identities import ENTERPRISE, PERSON, Identities
from tests.unit.demo.conftest import SEEDS
from tests.unit.demo.reading import files_of, rows_of

Demo = Callable[[int], Path]
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def id_is_valid(number: str) -> bool:
    """GB 11643 by the congruence of ISO 7064 MOD 11-2, not by a table of weights."""
    if not re.fullmatch(r"\d{17}[\dX]", number):
        return False
    total = 0
    for character in number:
        total = (total * 2 + (10 if character == "X" else int(character))) % 11
    return total == 1


def code_is_valid(code: str) -> bool:
    """GB 32100: the weighted sum with the check character is a multiple of 31."""
    return len(code) == 18 and sum(ALPHABET.index(c) * 3**n for n, c in enumerate(code[:17])) % 31 == (
        (31 - ALPHABET.index(code[17])) % 31
    )


@given(st.integers(0, 2**31), st.integers(0, 35_999_999))
def test_an_id_number_is_valid_and_of_nobody(seed: int, serial: int) -> None:
    """The check character fits; address code and year of birth do not exist."""
    number = Identities(seed).id_number(serial)

    assert id_is_valid(number)
    assert number[:8] in {f"639900{century}" for century in ("18",)}


@given(st.integers(0, 2**31), st.integers(0, 99_999_999))
def test_a_credit_code_is_valid_and_of_nobody(seed: int, serial: int) -> None:
    """The check character fits; the address code does not exist."""
    code = Identities(seed).credit_code(serial)

    assert code_is_valid(code)
    assert code.startswith("91639900")


@given(st.integers(0, 2**31), st.sets(st.integers(0, 10**13), min_size=2, max_size=20))
def test_serials_never_share_a_number(seed: int, serials: set[int]) -> None:
    """Accounts and ID numbers are one to one with their serials."""
    identities = Identities(seed)
    accounts = {identities.account(kind, serial) for serial in serials for kind in (ENTERPRISE, PERSON)}
    people = {serial % 36_000_000 for serial in serials}

    assert len(accounts) == 2 * len(serials)
    assert len({identities.id_number(serial) for serial in people}) == len(people)


def test_names_fit_the_encoding_of_vouchers(demo: Demo) -> None:
    """Common names are GBK; the lists hold some that are not."""
    identities = Identities(SEEDS[0])
    for serial in range(2_000):
        identities.person_name(serial).encode("gbk")
        identities.enterprise_name(serial).encode("gbk")
    names = {
        row["姓名"]
        for file in files_of(demo(SEEDS[0]))
        if file["profile"] == "register_table"
        for row in rows_of(demo(SEEDS[0]) / file["path"])
    }
    beyond = [name for name in names if any(not _in_gbk(character) for character in name)]

    assert beyond


def _in_gbk(character: str) -> bool:
    try:
        character.encode("gbk")
    except UnicodeEncodeError:
        return False
    return True


def test_all_people_of_the_demo_have_valid_numbers(demo: Demo) -> None:
    """Register, lists and truth hold valid numbers only."""
    directory = demo(SEEDS[0])
    numbers = {
        row["证件号码"]
        for file in files_of(directory)
        if file["profile"] in ("register_table", "disbursement_table")
        for row in rows_of(directory / file["path"])
    }
    with (directory / "truth.csv").open(encoding="utf-8", newline="") as file:
        numbers |= {row["subject"] for row in csv.DictReader(file) if row["subject_kind"] == "person"}

    assert [number for number in numbers if not (id_is_valid(number) or code_is_valid(number))] == []
