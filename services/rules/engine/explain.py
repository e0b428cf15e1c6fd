"""Why a rule fired: the inputs, the evaluated tree, and the smallest change of one field that would not fire."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import permutations

from services.rules.domain import Rule
from services.rules.engine.explain_words import Words, words_of
from services.rules.language.conditions import Conditions
from services.rules.language.evaluate import Plain, day_number, day_of, evaluate, list_name
from services.rules.language.expression import COMPARISONS, Expression, fields_of, text_of, walk

NONE_BY_ONE_FIELD = "none by one field"
_REACH = 2**62
_NAMING = frozenset({"key", "id", "rule_id", "subject", "subject_kind", "voucher_no"})
_NAMING_ENDS = ("_token", "_mask", "_key", "_code")
_ORDERS = frozenset({"<", "<=", ">", ">="})
_MONTH_MIN = 200001


@dataclass(frozen=True)
class Change:
    """One field with another value; `size` compares changes of one field, `share` those of different fields."""

    field: str
    before: Plain
    after: Plain
    share: float


def explain(rule: Rule, conditions: Conditions, inputs: str) -> str:
    """The explanation as JSON: rule, condition, inputs, tree, and `change` ({field, from, to, label} or a sentence).

    `inputs` is what a hit carries. Each node of the tree has text, value and, if it has parts, parts. For a person
    there are `inputs_shown` (a list of {name, value, label}), a `label` on a node that has a name, and where the
    value itself is not for reading (fen, tokens) its text: `shown`, in a change `from_shown` and `to_shown`.
    """
    given: dict[str, Plain] = json.loads(inputs)
    row = _with_seq(conditions.when, _row(conditions, given))
    change = _smallest(conditions, row)
    words = words_of(rule, conditions.names)
    document = {
        "rule": rule.id,
        "condition": text_of(conditions.when),
        "absent": {role: text_of(condition) for role, condition in conditions.none.items()},
        "inputs": given,
        "inputs_shown": words.inputs(given),
        "tree": _tree(conditions, words, conditions.when, row),
        "change": NONE_BY_ONE_FIELD if change is None else _told(conditions, words, change),
    }
    return json.dumps(document, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _told(conditions: Conditions, words: Words, change: Change) -> dict[str, Plain]:
    told: dict[str, Plain] = {"field": change.field, "label": words.label(change.field)}
    for side, value in (("from", change.before), ("to", change.after)):
        told[side] = _shown(conditions, change.field, value)
        text = words.shown(change.field, value)
        if text is not None:
            told[f"{side}_shown"] = text
    return told


def _row(conditions: Conditions, given: Mapping[str, Plain]) -> dict[str, Plain]:
    row: dict[str, Plain] = {}
    for name, value in given.items():
        known = conditions.names.known.get(name)
        is_date = known is not None and known.is_date and isinstance(value, str)
        row[name] = day_number(date.fromisoformat(str(value))) if is_date else value
    return row


def _with_seq(condition: Expression, row: dict[str, Plain]) -> dict[str, Plain]:
    """The ranks of the roles are not among the inputs; the rule fired, so an order exists that it fires on."""
    names = [name for name in fields_of(condition) if name.endswith(".seq")]
    for order in permutations(range(1, len(names) + 1)):
        ranked = {**row, **dict(zip(names, order, strict=True))}
        if not names or evaluate(condition, ranked) is True:
            return ranked
    return row


def _tree(
    conditions: Conditions, words: Words, node: Expression, row: Mapping[str, Plain]
) -> dict[str, object]:
    value = evaluate(node, row) if node.op != "list" else None
    if node.op == "field":
        value = _shown(conditions, str(node.value), value)
    shown: dict[str, object] = {"text": text_of(node), "value": value, **words.told_node(node, value)}
    parts = [part for part in node.args if part.op not in {"const", "list"}]
    if parts:
        shown["parts"] = [_tree(conditions, words, part, row) for part in parts]
    return shown


def _shown(conditions: Conditions, name: str, value: Plain) -> Plain:
    known = conditions.names.known.get(name)
    if known is not None and known.is_date and isinstance(value, int):
        return day_of(value).isoformat()
    return value


def _smallest(conditions: Conditions, row: Mapping[str, Plain]) -> Change | None:
    """The smallest single change after which the condition is known not to hold."""
    best: Change | None = None
    for change in _changes(conditions, row):
        if evaluate(conditions.when, {**row, change.field: change.after}) is not False:
            continue
        if best is None or (change.share, change.field) < (best.share, best.field):
            best = change
    return best


def _changes(conditions: Conditions, row: Mapping[str, Plain]) -> Iterator[Change]:
    when = conditions.when
    for name in sorted({list_name(node) for node in walk(when) if node.op == "listed"}):
        if isinstance(row.get(name), bool):
            yield Change(name, row[name], not row[name], 1.0)
    for name in fields_of(when):
        before = row.get(name)
        if before is None or not _may_vary(name) or _only_orders(when, name):
            continue
        if isinstance(before, bool):
            yield Change(name, before, not before, 1.0)
        elif isinstance(before, int):
            for after in _thresholds(conditions, name, before, row):
                yield Change(name, before, after, abs(after - before) / (abs(before) + 1))
        else:
            for text in _texts(when, name, row):
                yield Change(name, before, text, 1.0)


def _may_vary(name: str) -> bool:
    """Whether another value would tell a person something: not for what only names a fact or joins it to others."""
    field = name.rpartition(".")[2]
    return not (field == "seq" or field in _NAMING or field.endswith(_NAMING_ENDS))


def _only_orders(when: Expression, name: str) -> bool:
    """Whether the field only says which role comes first: it is compared with the same field of other roles alone."""
    role, _, field = name.rpartition(".")
    uses = [node for node in walk(when) if node.op != "listed" and _reads(node, name)]
    others = [[str(part.value) for part in node.args if part.value != name] for node in uses]
    return bool(role and uses) and all(
        node.op in _ORDERS and len(other) == 1 and other[0].rpartition(".")[2] == field
        for node, other in zip(uses, others, strict=True)
    )


def _reads(node: Expression, name: str) -> bool:
    return any(part.op == "field" and part.value == name for part in node.args)


def _thresholds(conditions: Conditions, name: str, before: int, row: Mapping[str, Plain]) -> Iterator[int]:
    """The values of an int field around which some comparison changes: roots of its linear comparisons."""
    known = conditions.names.known[name]
    found: set[int] = set()
    for node in walk(conditions.when):
        if node.op in COMPARISONS and node.args[0].type == "int" and name in fields_of(node):
            root = _root(node, name, before, row)
            if root is not None:
                found.update((root - 1, root, root + 1))
        elif node.op == "in" and node.args[0].value == name:
            found.update((before - 1, before + 1))
    if known.minimum == _MONTH_MIN:
        found = {_as_month(value) for value in found}
    for value in sorted(found):
        if known.minimum <= value <= known.maximum and value != before:
            yield value


def _as_month(value: int) -> int:
    """One month before the first is the last of the year before, and the other way round: 201800 is 201712."""
    return value + {0: -88, 13: 88}.get(value % 100, 0)


def _root(node: Expression, name: str, before: int, row: Mapping[str, Plain]) -> int | None:
    def gap(value: int) -> int | None:
        sides = [evaluate(side, {**row, name: value}) for side in node.args]
        if not all(isinstance(side, int) for side in sides):
            return None
        return int(sides[0] or 0) - int(sides[1] or 0)

    here, next_one = gap(before), gap(before + 1)
    if here is None or next_one is None or here == next_one:
        return None
    root = before - here // (next_one - here)
    return root if abs(root) < _REACH else None


def _texts(condition: Expression, name: str, row: Mapping[str, Plain]) -> Iterator[str]:
    """The texts that the field is compared with somewhere."""
    for node in walk(condition):
        if name not in [str(part.value) for part in node.args if part.op == "field"]:
            continue
        for part in node.args:
            items = part.args if part.op == "list" else (part,)
            for item in items:
                value = item.value if item.op == "const" else row.get(str(item.value))
                if isinstance(value, str) and value != row.get(name) and node.op != "matches":
                    yield value
