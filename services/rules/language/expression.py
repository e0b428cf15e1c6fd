"""The tree of a condition, as every back end reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Literal

ValueType = Literal["int", "string", "bool"]
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=")
TEXT_METHODS = ("contains", "startsWith", "endsWith", "matches")
MIRRORED = {"==": "==", "!=": "!=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}
OPPOSITE = {"==": "!=", "!=": "==", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}


@dataclass(frozen=True)
class Expression:
    """A node.

    `op` is one of: const (value), field (value is the name, "role.field" in a match), list (args are
    consts), the comparisons, &&, ||, !, +, -, *, negate, in (value, list), known (field), listed (value is
    the list's name; args are key and day), contains, startsWith, endsWith, matches (text, const). `offset`
    is the place in the condition's text, in code points, and takes no part in equality.
    """

    op: str
    type: ValueType
    value: str | int | bool | None = None
    args: tuple[Expression, ...] = ()
    offset: int = field(default=0, compare=False)


def constant(value: str | int | bool, offset: int = 0) -> Expression:
    """A literal."""
    kind: ValueType = "bool" if isinstance(value, bool) else "int" if isinstance(value, int) else "string"
    return Expression("const", kind, value, (), offset)


def walk(expression: Expression) -> Iterator[Expression]:
    """Every node, the expression itself first, left to right."""
    yield expression
    for argument in expression.args:
        yield from walk(argument)


def rewrite(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """The tree with every node replaced by what `change` makes of it, the leaves first."""
    return change(replace(expression, args=tuple(rewrite(item, change) for item in expression.args)))


def fields_of(expression: Expression) -> tuple[str, ...]:
    """The names of the fields that are read, each once, in order of first use."""
    return tuple(dict.fromkeys(str(node.value) for node in walk(expression) if node.op == "field"))


def roles_of(expression: Expression) -> frozenset[str]:
    """The roles whose fields are read."""
    return frozenset(name.partition(".")[0] for name in fields_of(expression) if "." in name)


def conjuncts(expression: Expression) -> tuple[Expression, ...]:
    """The parts of a conjunction, flattened."""
    if expression.op == "&&":
        return tuple(part for argument in expression.args for part in conjuncts(argument))
    return (expression,)


def conjunction(parts: tuple[Expression, ...]) -> Expression:
    """All of these; true if there are none."""
    if not parts:
        return constant(True)
    whole = parts[0]
    for part in parts[1:]:
        whole = Expression("&&", "bool", None, (whole, part), part.offset)
    return whole


_BINDING = {
    "||": 1,
    "&&": 2,
    "in": 3,
    **dict.fromkeys(COMPARISONS, 3),
    "+": 4,
    "-": 4,
    "*": 5,
    "!": 6,
    "negate": 6,
}


def text_of(expression: Expression, binding: int = 0) -> str:
    """The condition as CEL again, with no more brackets than needed."""
    op, args = expression.op, expression.args
    if op == "const":
        return _literal(expression.value)
    if op == "field":
        return str(expression.value)
    if op == "list":
        return "[" + ", ".join(text_of(item) for item in args) + "]"
    if op == "known":
        return f"known({text_of(args[0])})"
    if op == "listed":
        return f"listed({_literal(expression.value)}, {text_of(args[0])}, {text_of(args[1])})"
    if op in TEXT_METHODS:
        return f"{text_of(args[0], 7)}.{op}({text_of(args[1])})"
    own = _BINDING[op]
    if op in {"!", "negate"}:
        text = ("!" if op == "!" else "-") + text_of(args[0], own + 1)
    else:
        text = f"{text_of(args[0], own)} {op} {text_of(args[1], own + 1)}"
    return f"({text})" if own < binding else text


def _literal(value: str | int | bool | None) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
