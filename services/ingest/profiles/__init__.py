"""The source profiles: which formats there are, and which of them a file is."""

from __future__ import annotations

import codecs
from importlib import resources
from typing import BinaryIO

import yaml

from services.ingest.domain.formats import Format
from services.ingest.domain.payees import PayeeKind
from services.ingest.domain.reasons import refused_columns, refused_file
from services.ingest.profiles import (
    allotment_table,
    disbursement_table,
    payment_table,
    project_table,
    quota_table,
    reference_list,
    register_table,
)
from services.ingest.profiles.tabular import TabularProfile, header_of, is_workbook
from services.ingest.profiles.voucher_5201 import Voucher5201
from services.ingest.profiles.xml_envelope import BODY_BYTES_MAX

_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0"
"""How XLS begins, and an XLSX with a password."""
_TABLES = (
    payment_table.PROFILE,
    quota_table.PROFILE,
    project_table.PROFILE,
    allotment_table.PROFILE,
    disbursement_table.PROFILE,
    register_table.PROFILE,
    reference_list.PROFILE,
)


class Profiles:
    """All profiles of this release."""

    def __init__(self, body_bytes_max: int = BODY_BYTES_MAX) -> None:
        self._tables = {profile.name: profile for profile in _TABLES}
        self._voucher = Voucher5201(body_bytes_max)

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return (self._voucher.name, *self._tables)

    @property
    def formats(self) -> tuple[Format, ...]:
        """Their formats in words."""
        return (self._voucher.format, *(table.format for table in self._tables.values()))

    def find(self, source: BinaryIO, name: str = "") -> TabularProfile | Voucher5201:
        """The profile of that name, or, without one, the one that fits the content; refuses a file that fits none.

        A table that fits no profile wholly is taken for the nearest one, whose check then names the column.
        """
        if name and name not in self.names:
            raise refused_file("ingest.no_such_profile", profile=name)
        source.seek(0)
        start = source.read(4096)
        if not start:
            raise refused_file("ingest.empty_file")
        if start.startswith(_OLD_WORKBOOK):
            raise refused_file("ingest.not_xlsx")
        xml = start.removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"<")
        if name:
            if xml != (name == self._voucher.name) or (xml and is_workbook(source)):
                raise refused_file("ingest.profile_mismatch", profile=name)
            return self._voucher if xml else self._tables[name]
        if xml:
            return self._voucher
        header = set(header_of(source))
        nearest = max(self._tables.values(), key=lambda table: _likeness(header, table))
        if not header & set(nearest.headers):
            raise refused_file("ingest.unknown_profile")
        if not nearest.fits(list(header)):
            raise refused_columns("ingest.nearest_profile", nearest.format, nearest.lacking(header))
        return nearest


def _likeness(header: set[str], table: TabularProfile) -> tuple[int, int]:
    shared = len(header & set(table.headers))
    return (shared, -len(table.headers))


def payee_kinds() -> tuple[PayeeKind, ...]:
    """The kinds of institutions, from the data file."""
    text = (resources.files(__package__) / "payee_kinds.yaml").read_text(encoding="utf-8")
    return tuple(
        PayeeKind(entry["kind"], tuple(entry["endings"]), tuple(entry.get("words", ())))
        for entry in yaml.safe_load(text)
    )
