"""Two other ways to the verdict, to hold the engine against: Google's own evaluator, and joining by brute force."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product

import hypothesis.strategies as st
from cel_expr_python import cel

from services.rules.language.evaluate import Plain, evaluate, list_name
from services.rules.language.expression import (
    COMPARISONS,
    TEXT_METHODS,
    Expression,
    constant,
    rewrite,
    text_of,
)

INT_FIELDS = {"due_fen": False, "amount_fen": False, "month": False, "person_token": True, "day": False}
TEXT_FIELDS = {"benefit_code": False, "person_mask": True, "village_code": True}
BOOL_FIELDS = {"id_check_ok": False, "per_household": False}
LISTS = {"int": ("some_people", "person_token"), "string": ("some_codes", "person_mask")}
WORDS = ("", "a", "ab", "补助", "补助款A", "[x]", "a\nb")
PATTERNS = ("^a", "补", "[a-b]b$", "a.b", "^$", "[^a]", r"\[x\]", "(a|补)+")
_TYPES = {"int": cel.Type.INT, "string": cel.Type.STRING, "bool": cel.Type.BOOL}


def field(name: str, kind: str) -> Expression:
    """A field of this type."""
    # The callers name one of the three types.
    return Expression("field", kind, name)  # type: ignore[arg-type]


def ints() -> st.SearchStrategy[Expression]:
    """Int expressions over a disbursement, small enough that nothing overflows."""
    leaf = st.one_of(
        st.integers(-3, 3).map(constant),
        st.sampled_from(sorted(INT_FIELDS.keys() - {"person_token"})).map(lambda name: field(name, "int")),
    )
    return st.one_of(
        leaf,
        st.builds(lambda op, a, b: Expression(op, "int", None, (a, b)), st.sampled_from("+-"), leaf, leaf),
        st.builds(lambda a, b: Expression("*", "int", None, (a, constant(b))), leaf, st.integers(-3, 3)),
        leaf.filter(lambda node: node.op == "field").map(lambda a: Expression("negate", "int", None, (a,))),
    )


def _leaves() -> st.SearchStrategy[Expression]:
    comparing = st.builds(
        lambda op, a, b: Expression(op, "bool", None, (a, b)), st.sampled_from(COMPARISONS), ints(), ints()
    )
    token = st.builds(
        lambda op, b: Expression(op, "bool", None, (field("person_token", "int"), constant(b))),
        st.sampled_from(COMPARISONS),
        st.integers(1, 3),
    )
    texts = st.sampled_from(sorted(TEXT_FIELDS)).map(lambda name: field(name, "string"))
    words = st.one_of(texts, st.sampled_from(WORDS).map(constant))
    equal = st.builds(
        lambda op, a, b: Expression(op, "bool", None, (a, b)), st.sampled_from(("==", "!=")), texts, words
    )
    methods = st.builds(
        lambda op, a, word, pattern: Expression(
            op, "bool", None, (a, constant(pattern if op == "matches" else word))
        ),
        st.sampled_from(TEXT_METHODS),
        texts,
        st.sampled_from([word for word in WORDS if word]),
        st.sampled_from(PATTERNS),
    )
    inside = st.builds(
        lambda a, items: Expression("in", "bool", None, (a, _list("string", items))),
        texts,
        st.lists(st.sampled_from(WORDS), min_size=1, max_size=3),
    )
    numbers = st.builds(
        lambda items: Expression("in", "bool", None, (field("person_token", "int"), _list("int", items))),
        st.lists(st.integers(1, 3), min_size=1, max_size=3),
    )
    bools = st.sampled_from(sorted(BOOL_FIELDS)).map(lambda name: field(name, "bool"))
    known = st.sampled_from([("person_token", "int"), ("person_mask", "string")]).map(
        lambda pair: Expression("known", "bool", None, (field(*pair),))
    )
    listed = st.sampled_from(sorted(LISTS)).map(
        lambda kind: Expression(
            "listed", "bool", LISTS[kind][0], (field(LISTS[kind][1], kind), field("day", "int"))
        )
    )
    return st.one_of(comparing, token, equal, methods, inside, numbers, bools, known, listed)


def conditions() -> st.SearchStrategy[Expression]:
    """Typed conditions over a disbursement."""
    return st.recursive(
        _leaves(),
        lambda inner: st.one_of(
            inner.map(lambda a: Expression("!", "bool", None, (a,))),
            st.builds(
                lambda op, a, b: Expression(op, "bool", None, (a, b)),
                st.sampled_from(("&&", "||")),
                inner,
                inner,
            ),
        ),
        max_leaves=6,
    )


def _list(kind: str, items: Sequence[str | int]) -> Expression:
    # The callers name one of the three types.
    return Expression("list", kind, None, tuple(map(constant, items)))  # type: ignore[arg-type]


def rows() -> st.SearchStrategy[dict[str, Plain]]:
    """Rows of a disbursement's fields with unknowns, and the answers of the lists (None: no version)."""
    fields: dict[str, st.SearchStrategy[Plain]] = {}
    for name, nullable in INT_FIELDS.items():
        fields[name] = st.integers(1, 4) if not nullable else st.one_of(st.none(), st.integers(1, 3))
    for name, nullable in TEXT_FIELDS.items():
        words = st.sampled_from(WORDS)
        fields[name] = st.one_of(st.none(), words) if nullable else words
    for name in BOOL_FIELDS:
        fields[name] = st.booleans()
    for name, _ in LISTS.values():
        fields[f"listed:{name}"] = st.one_of(st.none(), st.booleans())
    return st.fixed_dictionaries(fields)


class CelOracle:
    """Google's evaluator on our conditions: unknown is a variable left out, which && and || absorb as Kleene does."""

    def __init__(self, expression: Expression) -> None:
        names = {**dict.fromkeys(INT_FIELDS, "int"), **dict.fromkeys(TEXT_FIELDS, "string")}
        names |= dict.fromkeys(BOOL_FIELDS, "bool")
        names |= {f"known_{name}": "bool" for name in names}
        names |= {f"answer_{name}": "bool" for name, _ in LISTS.values()}
        environment = cel.NewEnv(variables={name: _TYPES[kind] for name, kind in names.items()})
        self._compiled = environment.compile(text_of(rewrite(expression, _plain)))

    def evaluate(self, row: Mapping[str, Plain]) -> bool | None:
        """True, false, or None where the evaluator lacks a value."""
        data: dict[str, Plain] = {name: value for name, value in row.items() if ":" not in name}
        known = {f"known_{name}": value is not None for name, value in data.items()}
        for name, key in LISTS.values():
            if row[key] is not None:
                data[f"answer_{name}"] = row[f"listed:{name}"]
        given = {name: value for name, value in {**data, **known}.items() if value is not None}
        value = self._compiled.eval(data=given)
        return bool(value.value()) if value.type() == cel.Type.BOOL else None


def _plain(node: Expression) -> Expression:
    if node.op == "known":
        return field(f"known_{node.args[0].value}", "bool")
    if node.op == "listed":
        return field(list_name(node).replace("listed:", "answer_"), "bool")
    return node


def brute_force(
    present: Mapping[str, Sequence[Mapping[str, Plain]]],
    absent: Mapping[str, tuple[Sequence[Mapping[str, Plain]], Expression]],
    when: Expression,
    kinds: Mapping[str, str],
) -> set[tuple[str, ...]]:
    """The keys of every tuple of facts, one per role, for which `when` holds and no absent fact's condition does.

    Facts are rows with "key" and int "day". seq compares by (day, key) among all facts.
    """
    roles = list(present)
    everything = {
        (kinds[role], int(row["day"] or 0), str(row["key"])) for role in roles for row in present[role]
    }
    order = {fact[1:]: place for place, fact in enumerate(sorted(everything, key=lambda fact: fact[1:]))}
    found = set()
    for chosen in product(*(present[role] for role in roles)):
        values = _named(roles, chosen)
        for role, row in zip(roles, chosen, strict=True):
            values[f"{role}.seq"] = order[int(row["day"] or 0), str(row["key"])]
        if evaluate(when, values) is not True:
            continue
        blocked = any(
            evaluate(condition, {**values, **_named([role], [row])}) is True
            for role, (facts, condition) in absent.items()
            for row in facts
        )
        if not blocked:
            found.add(tuple(str(row["key"]) for row in chosen))
    return found


def _named(roles: Sequence[str], facts: Sequence[Mapping[str, Plain]]) -> dict[str, Plain]:
    return {
        f"{role}.{name}": value for role, row in zip(roles, facts, strict=True) for name, value in row.items()
    }
