"""Records out of the XML of vouchers: what stands in which field of a header or a detail, in columns.

All vouchers of one system are written alike. So the first voucher of a batch is turned into a template, one regular
expression for a header and one for a detail, and what fits it whole is taken apart by it; such text is well-formed by
its form. What fits no template is parsed, and two stylesheets turn it into records: one parse and two transformations
for all of it. If that does not hold together, its vouchers are parsed one by one, so that only the bad one is lost.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl
from lxml import etree

_HEADER_FIELDS = """
    VoucherNo AdmDivCode StYear VtCode PayAmt VouDate XPayDate FileNoName
    FileNoCode AgencyCode AgencyName ExpFuncCode ExpEcoCode DepProCode PayTypeCode SetModeName
    SetModeCode PayAcctName PayAcctNo PayeeAcctName PayeeAcctNo PaySummaryName
"""
HEADER = _HEADER_FIELDS.split()
_DETAIL_FIELDS = """
    Id PayAmt XPayDate FileNoName FileNoCode AgencyCode AgencyName ExpFuncCode
    ExpEcoCode DepProCode PayTypeCode SetModeName SetModeCode PayAcctName PayAcctNo PayeeAcctName
    PayeeAcctNo Remark Hold1 Hold2
"""
DETAIL = _DETAIL_FIELDS.split()
TEMPLATES_MAX = 4
ELEMENTS_MAX = 100
_MATCHED = "matched"
_VALUE = r"[^<>&\x00-\x1f]+"
_ELEMENT = re.compile(r"<([A-Za-z_][A-Za-z0-9_]{0,63})>[^<>]*</\1>")
_BEFORE, _BEHIND = "<DetailList>", "</DetailList></Voucher>"
_FIELD_END, _RECORD_END = "\ue000", "\ue001"
_SEPARATOR = re.compile(r"[\ue000\ue001]|&#(?:x0*e00[01]|0*5734[45]);", re.IGNORECASE)


@dataclass(frozen=True)
class Records:
    """Columns "h.<field>" of the vouchers and "d.<field>" of the details in their order, both with `voucher_at`
    (UInt32), null where a field is empty or not there; the places of vouchers that are no well-formed XML; and
    whether all came by templates, so that no character stands for another."""

    headers: pl.DataFrame
    details: pl.DataFrame
    broken: frozenset[int]
    by_template: bool


class VoucherRecords:
    """Reads vouchers; made once, for its parser and stylesheets."""

    def __init__(self) -> None:
        self._parser = etree.XMLParser(
            resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
        )
        self._headers = _stylesheet("/B/V/Voucher", HEADER, "../@n")
        self._details = _stylesheet("/B/V/Voucher/DetailList/Detail", DETAIL, "../../../@n")

    def read(self, texts: Sequence[str]) -> Records:
        """The records of vouchers without their XML declarations; a place is the number of a text, from 0."""
        found, rest = _by_templates(texts)
        if not rest:
            return Records(*_in_order(found), frozenset(), by_template=True)
        broken: frozenset[int] = frozenset()
        numbered = [(place, _SEPARATOR.sub("\ufffd", texts[place])) for place in rest]
        read = self._parsed(numbered)
        if read is None:
            singly = {place: self._parsed([(place, text)]) for place, text in numbered}
            found += [one for one in singly.values() if one is not None]
            broken = frozenset(place for place, one in singly.items() if one is None)
        else:
            found.append(read)
        return Records(*_in_order(found), broken, by_template=False)

    def _parsed(self, numbered: Sequence[tuple[int, str]]) -> tuple[pl.DataFrame, pl.DataFrame] | None:
        """Headers and details of some vouchers, or None if they are not whole as one document."""
        document = "".join(f'<V n="{place}">{text}</V>' for place, text in numbered)
        try:
            root = etree.fromstring(f"<B>{document}</B>".encode(), self._parser)
        except etree.XMLSyntaxError:
            return None
        if len(root) != len(numbered) or any(len(one) != 1 or one[0].tag != "Voucher" for one in root):
            return None
        return (
            _frame_of_text(str(self._headers(root)), "h.", HEADER),
            _frame_of_text(str(self._details(root)), "d.", DETAIL),
        )


def _by_templates(texts: Sequence[str]) -> tuple[list[tuple[pl.DataFrame, pl.DataFrame]], list[int]]:
    """Headers and details of the vouchers that fit a template, and the places of those that fit none."""
    found: list[tuple[pl.DataFrame, pl.DataFrame]] = []
    cuts: dict[int, tuple[str, list[str]]] = {}
    rest: list[int] = []
    for place, text in enumerate(texts):
        head, between, tail = text.partition(_BEFORE)
        lines = tail.removesuffix(_BEHIND).split("</Detail>") if tail.endswith(_BEHIND) else []
        if between and lines and not lines.pop():
            cuts[place] = (head, lines)
        else:
            rest.append(place)
    for _ in range(TEMPLATES_MAX):
        first = next(((head, lines[0]) for head, lines in cuts.values() if lines), None)
        if first is None:
            break
        templates = _template("<Voucher>", first[0], HEADER), _template("<Detail>", first[1], DETAIL)
        headers, details, others = _taken_apart(cuts, *templates)
        if headers.height:
            found.append((headers, details))
        cuts = {place: cuts[place] for place in others}
    return found, sorted([*rest, *cuts])


def _taken_apart(
    cuts: dict[int, tuple[str, list[str]]], header: str, detail: str
) -> tuple[pl.DataFrame, pl.DataFrame, list[int]]:
    """Headers and details of the vouchers that fit these templates in every detail, and the places of the others."""
    places = pl.Series("voucher_at", list(cuts), pl.UInt32)
    counts = pl.Series([len(lines) for _, lines in cuts.values()], dtype=pl.UInt32)
    heads = _groups([head for head, _ in cuts.values()], header, "h.", HEADER).with_columns(places)
    lines = _groups([line for _, lines in cuts.values() for line in lines], detail, "d.", DETAIL)
    of_voucher = pl.select(pl.lit(places).repeat_by(pl.lit(counts)).explode(empty_as_null=False)).to_series()
    lines = lines.with_columns(of_voucher.alias("voucher_at"))
    others = pl.concat(
        [frame.filter(~pl.col(_MATCHED))["voucher_at"] for frame in (heads, lines)], rechunk=True
    ).unique()
    heads, lines = heads.drop(_MATCHED), lines.drop(_MATCHED)
    if others.len():
        outside = ~pl.col("voucher_at").is_in(others.implode())
        heads, lines = heads.filter(outside), lines.filter(outside)
    return heads, lines, others.sort().to_list()


def _groups(texts: list[str], template: str, prefix: str, names: Sequence[str]) -> pl.DataFrame:
    """A column for each name, and `matched`."""
    groups = pl.Series("text", texts, pl.String).str.extract_groups(template).struct.unnest()
    return groups.select(
        *(
            (pl.col(name) if name in groups.columns else pl.lit(None, pl.String)).alias(prefix + name)
            for name in names
        ),
        pl.col(_MATCHED).is_not_null(),
    )


def _template(opening: str, example: str, names: Sequence[str]) -> str:
    """The expression for texts with the same elements as the example. An empty element gives null."""
    parts, seen = [], set()
    for name in _names_in(example):
        group = f"?P<{name}>" if name in names and name not in seen else "?:"
        seen.add(name)
        parts.append(f"<{name}>({group}{_VALUE})?</{name}>")
    return f"^(?P<{_MATCHED}>){re.escape(opening)}{''.join(parts)}$"


def _names_in(example: str) -> list[str]:
    """The names of the elements of an example, bounded."""
    return [match.group(1) for match in _ELEMENT.finditer(example)][:ELEMENTS_MAX]


def _in_order(
    found: Sequence[tuple[pl.DataFrame, pl.DataFrame]],
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All headers and all details, in the order of the vouchers."""
    if not found:
        return _frame_of_text("", "h.", HEADER), _frame_of_text("", "d.", DETAIL)
    if len(found) == 1:
        return found[0]
    headers, details = (pl.concat(frames) for frames in zip(*found, strict=True))
    return headers.sort("voucher_at"), details.sort("voucher_at", maintain_order=True)


def _stylesheet(path: str, names: Sequence[str], place: str) -> etree.XSLT:
    """A stylesheet that writes one record per element of a path: the voucher's place, then each named child."""
    values = "".join(f'<xsl:value-of select="{name}"/><xsl:text>{_FIELD_END}</xsl:text>' for name in names)
    return etree.XSLT(
        etree.XML(
            '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform">'
            '<xsl:output method="text" encoding="UTF-8"/><xsl:template match="/">'
            f'<xsl:for-each select="{path}">{values}<xsl:value-of select="{place}"/>'
            f"<xsl:text>{_RECORD_END}</xsl:text></xsl:for-each></xsl:template></xsl:stylesheet>"
        )
    )


def _frame_of_text(written: str, prefix: str, names: Sequence[str]) -> pl.DataFrame:
    """The frame of a transformation's text. The separators stand nowhere else: they were taken out before."""
    records = [record.split(_FIELD_END) for record in written.split(_RECORD_END)[:-1]]
    columns = list(zip(*records, strict=True)) or [()] * (len(names) + 1)
    frame = pl.DataFrame(
        {
            prefix + name: pl.Series([value or None for value in values], dtype=pl.String)
            for name, values in zip(names, columns, strict=False)
        }
    )
    return frame.with_columns(pl.Series("voucher_at", columns[-1], pl.String).cast(pl.UInt32))
