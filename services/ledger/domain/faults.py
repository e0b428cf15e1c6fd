"""What is wrong with a chain, as a person reads it: which entries, under which document, in Chinese and English."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

NAMES_MAX = 10
"""Entries that one sentence names; of more it says that there are more."""
_KINDS_ZH = {
    "transfer": "账务分录",
    "account": "账户",
    "quota": "指标",
    "project": "项目",
    "allotment": "分配",
    "payment": "支付",
    "disbursement": "发放明细",
    "quota_document": "指标单据",
    "quota_line": "单据明细",
    "link": "挂接决定",
    "link_line": "挂接明细",
    "project_card": "项目卡",
    "library_step": "项目库办理",
    "target_set": "绩效目标",
    "performance_report": "绩效填报",
    "balance": "余额",
}


class Said(NamedTuple):
    """One statement in both languages; false if it says nothing."""

    zh: str
    en: str

    def __bool__(self) -> bool:
        return bool(self.en)


NOTHING = Said("", "")


@dataclass(frozen=True)
class Named:
    """An entry as a person knows it: its kind, its key (a number where it has none), and its document number."""

    kind: str
    name: str
    document_number: str = ""

    @property
    def zh(self) -> str:
        """The name in Chinese."""
        document = f"（文号 {self.document_number}）" if self.document_number else ""
        return f"{_KINDS_ZH.get(self.kind, self.kind)} {self.name}{document}"

    @property
    def en(self) -> str:
        """The name in English."""
        document = f" (document {self.document_number})" if self.document_number else ""
        return f"{self.kind} {self.name}{document}"


class Finding(Enum):
    """What happened to entries, after their names."""

    CHANGED = Said("已被改动", "was changed")
    REMOVED = Said("已被删除", "was removed")
    ADDED = Said("是后来加入的", "was slipped in")
    MOVED = Said("的分录与当时记入的余额变动不符", "does not move as it did when it was sealed")
    HELD = Said("在此块中", "is in this block")
    NOW_HELD = Said("现在此块中", "is in the block that stands there now")
    STRAY = Said("不在任何块中", "is in no block")


class Flaw(Enum):
    """What is wrong with a block itself; the sentences may have {found}, {sealed} and {height}."""

    HEIGHT = Said("缺少第 {height} 块", "height {height} is missing")
    PREVIOUS = Said("上一块的哈希不符", "the hash of the block before it does not match")
    COUNT = Said("现有 {found} 条，封存时为 {sealed} 条", "it has {found} entries where {sealed} were sealed")
    ROOT = Said("内容与封存时不同", "its entries are not those that were sealed")
    FIELDS = Said("区块自身的字段已被改动", "its own fields were changed")


def flaw_said(flaw: Flaw, height: int, found: int, sealed: int) -> Said:
    """The sentence of a flaw."""
    values = {"height": height, "found": found, "sealed": sealed}
    return Said(*(sentence.format(**values) for sentence in flaw.value))


def named(entries: Sequence[Named], finding: Finding) -> Said:
    """Entries and what happened to each; empty of none. At most NAMES_MAX are named."""
    if not entries:
        return NOTHING
    shown, more = entries[:NAMES_MAX], len(entries) > NAMES_MAX
    zh = "、".join(entry.zh for entry in shown) + ("等" if more else "")
    en = ", ".join(entry.en for entry in shown) + (" and more" if more else "")
    zh += "" if zh.endswith(("）", "]", "等")) else " "
    verb = finding.value.en if len(entries) == 1 else _plural(finding.value.en)
    return Said(zh + finding.value.zh, f"{en} {verb}")


def _plural(verb: str) -> str:
    for one, many in (("was ", "were "), ("is ", "are "), ("does ", "do ")):
        if verb.startswith(one):
            return many + verb.removeprefix(one)
    return verb


def of_block(height: int, *statements: Said) -> Said:
    """What is wrong with a block: all statements that say something, one after the other."""
    said = [one for one in statements if one]
    return Said(
        f"第 {height} 块：" + "；".join(one.zh for one in said),
        f"block {height}: " + "; ".join(one.en for one in said),
    )
