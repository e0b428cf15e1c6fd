"""What a person reads of an explanation: the label of each name, and amounts in yuan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from services.rules.domain import Rule
from services.rules.language.evaluate import Plain, list_name
from services.rules.language.expression import COMPARISONS, Expression
from services.rules.language.message import yuan
from services.rules.language.names import Names

CODED = "（代号）"
_LISTED = "listed:"
_SIGNS = {"==": "=", "!=": "≠", "<=": "≤", ">=": "≥"}


@dataclass(frozen=True)
class Words:
    """The words of one rule: `several` if roles must be told apart, `sums_fen` if its window adds up amounts."""

    names: Names
    several: bool
    sums_fen: bool

    def label(self, name: str) -> str:
        """What a person calls this input; with its role where there are several."""
        if name.startswith(_LISTED):
            return f"在名单 {name.removeprefix(_LISTED)} 内"
        if name == "window.sum" and self.sums_fen:
            return "合计金额"
        known = self.names.known.get(name)
        if known is None:
            return name
        role, dot, _ = name.rpartition(".")
        return f"{role} · {known.label}" if dot and self.several else known.label

    def shown(self, name: str, value: Plain) -> str | None:
        """The value as a person reads it where that is not the value itself: an amount in yuan, a token by a word."""
        if value is None or isinstance(value, bool):
            return None
        if name.endswith("_token"):
            return CODED
        return f"{yuan(value)} 元" if isinstance(value, int) and self._in_fen(name) else None

    def _in_fen(self, name: str) -> bool:
        return name.endswith("_fen") or (name == "window.sum" and self.sums_fen)

    def told(self, name: str, value: Plain) -> dict[str, str]:
        """{label} or {label, shown} of a value."""
        shown = self.shown(name, value)
        return {"label": self.label(name)} | ({} if shown is None else {"shown": shown})

    def told_node(self, node: Expression, value: Plain) -> dict[str, str]:
        """{label} and {shown} of a node of the tree, as far as it has them.

        Fields and lists have a label, and so has the comparison of an amount with a number, which is in yuan too.
        """
        if node.op == "field":
            return self.told(str(node.value), value)
        if node.op == "listed":
            return {"label": self.label(list_name(node))}
        if self._amount(node) and isinstance(value, int):
            return {"shown": f"{yuan(value)} 元"}
        if node.op in COMPARISONS and node.args[0].op == "field" and self._amount(node.args[0]):
            number = node.args[1].value
            if node.args[1].op == "const" and isinstance(number, int):
                sign = _SIGNS.get(node.op, node.op)
                return {"label": f"{self.label(str(node.args[0].value))} {sign} {yuan(number)} 元"}
        return {}

    def _amount(self, node: Expression) -> bool:
        if node.op == "field":
            return self._in_fen(str(node.value))
        return node.op in {"+", "-", "negate"} and all(self._amount(part) for part in node.args)

    def inputs(self, given: Mapping[str, Plain]) -> list[dict[str, Plain]]:
        """All inputs in order: {name, label, value} and, where it differs from the value, shown."""
        return [{"name": name, "value": value, **self.told(name, value)} for name, value in given.items()]


def words_of(rule: Rule, names: Names) -> Words:
    """The words for the explanations of a rule."""
    several = rule.match is not None and len(rule.match.roles) > 1
    sums_fen = rule.window is not None and rule.window.sum.endswith("_fen")
    return Words(names, several, sums_fen)
