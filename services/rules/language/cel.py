"""From the text of a condition to its tree: parsed and type-checked by Google's CEL, then narrowed to what
every back end does exactly. What is outside is refused with the reason, never approximated."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from cel_expr_python import cel
from google.protobuf import any_pb2
from mingzhang.rules.v1 import checked_pb2

from services.rules.language.expression import (
    COMPARISONS,
    TEXT_METHODS,
    Expression,
    ValueType,
    constant,
    fields_of,
    rewrite,
)
from services.rules.language.names import Names
from services.rules.language.patterns import check_pattern
from services.rules.language.problems import closest
from services.rules.language.ranges import Overflow, check_ranges

TEXT_MAX = 2_000
NODES_MAX = 400
LIST_MAX = 200
FUNCTIONS = ("known", "listed")

_LIST_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}\Z")
_ERROR = re.compile(r"ERROR: <input>:(-?\d+):(-?\d+): (.*)")
_UNDECLARED = re.compile(r"undeclared reference to '([^']*)'")
_OVERLOAD = re.compile(r"found no matching overload for '([^']*)' applied to '([^']*)'")
_TYPES = {"int": cel.Type.INT, "string": cel.Type.STRING, "bool": cel.Type.BOOL}
_TYPE_WORDS = {
    "int": "整数",
    "string": "文字",
    "bool": "真假",
    "double": "小数",
    "uint": "无符号整数",
    "null_type": "空值",
}
_OPERATORS = {
    "_&&_": "&&",
    "_||_": "||",
    "!_": "!",
    "_==_": "==",
    "_!=_": "!=",
    "_<_": "<",
    "_<=_": "<=",
    "_>_": ">",
    "_>=_": ">=",
    "_+_": "+",
    "_-_": "-",
    "_*_": "*",
    "-_": "negate",
}
_REASONS = {
    "_/_": (
        "除法在各引擎中取整方向不同，请改写为乘法比较",
        "division rounds differently; compare products instead",
    ),
    "_%_": ("取余在各引擎中正负不同，请改写", "the remainder's sign differs between engines"),
    "_?_:_": ("请用 && 和 || 代替 ? :", "write it with && and || instead of ? :"),
    "_[_]": ("不支持下标", "indexing is not supported"),
    "size": ("不支持 size()", "size() is not supported"),
}


@dataclass(eq=False)
class ConditionProblem(Exception):  # noqa: N818 - a finding, caught where the file's places are known
    """What is wrong at an offset (code points) of a condition."""

    offset: int
    code: str
    zh: str
    en: str
    suggestion: str = ""


def declared_functions() -> list[cel.FunctionDecl]:
    """The functions of our own, for any environment that shall compile conditions."""
    known = [cel.Overload(f"known_{name}", cel.Type.BOOL, [kind], False) for name, kind in _TYPES.items()]
    listed = [
        cel.Overload(f"listed_{name}", cel.Type.BOOL, [cel.Type.STRING, _TYPES[name], cel.Type.INT], False)
        for name in ("int", "string")
    ]
    return [cel.FunctionDecl("known", known), cel.FunctionDecl("listed", listed)]


def compile_condition(text: str, names: Names, wanted: ValueType = "bool") -> Expression:
    """The tree of a condition (or int sum) over these names, parameters put in. Raises ConditionProblem."""
    if len(text) > TEXT_MAX:
        raise ConditionProblem(
            0, "condition.too_long", f"条件超过 {TEXT_MAX} 个字符", "the condition is too long"
        )
    variables = {name.name: _TYPES[name.type] for name in names.known.values()}
    variables |= {name: _TYPES[value.type] for name, value in names.constants.items()}
    try:
        environment = cel.NewEnv(variables=variables, functions=declared_functions())
        compiled = environment.compile(text)
    except (RuntimeError, ValueError) as error:
        raise _translated(str(error), text, names) from error
    packed = any_pb2.Any.FromString(compiled.serialize())
    checked = checked_pb2.CheckedExpr.FromString(packed.value)
    expression = _Converter(names, checked.source_info.positions).convert(checked.expr)
    if expression.type != wanted:
        word = {"bool": "真或假", "int": "整数"}.get(wanted, wanted)
        raise ConditionProblem(0, "condition.result", f"结果应为{word}", f"the result must be {wanted}")
    expression = rewrite(expression, lambda node: _with_parameters(node, names))
    if wanted == "bool" and not fields_of(expression):
        raise ConditionProblem(
            0, "condition.constant", "条件没有用到任何字段", "the condition does not depend on any field"
        )
    try:
        check_ranges(expression, names.known)
    except Overflow as overflow:
        raise ConditionProblem(
            overflow.node.offset,
            "condition.overflow",
            f"按字段取值范围，此处可能达到 {max(map(abs, overflow.span))}，超出 64 位整数",
            f"by the declared ranges this could reach {max(map(abs, overflow.span))}, past 64 bits",
        ) from overflow
    return expression


def _with_parameters(node: Expression, names: Names) -> Expression:
    if node.op == "field" and str(node.value) in names.constants:
        found = names.constants[str(node.value)]
        return Expression("const", found.type, found.value, (), node.offset)
    return node


class _Converter:
    """Reads the checked tree into ours and refuses what we do not do."""

    def __init__(self, names: Names, positions: Mapping[int, int]) -> None:
        self._names = names
        self._positions = positions
        self._nodes = 0

    def convert(self, node: checked_pb2.Expr) -> Expression:
        """Our node for one of CEL's."""
        offset = self._positions.get(node.id, 0)
        self._nodes += 1
        if self._nodes > NODES_MAX:
            raise ConditionProblem(
                offset, "condition.too_long", "条件过于复杂", "the condition is too complex"
            )
        kind = node.WhichOneof("kind")
        if kind == "const_expr":
            return self._constant(node.const_expr, offset)
        if kind == "ident_expr":
            return self._field(node.ident_expr.name, offset)
        if kind == "call_expr":
            return self._call(node.call_expr, offset)
        if kind == "list_expr":
            raise ConditionProblem(
                offset, "condition.list", "列表只能写在 in 的右边", "a list may only stand at the right of in"
            )
        raise ConditionProblem(
            offset,
            "condition.construct",
            "不支持宏、映射和 has()",
            "macros, maps and has() are not supported",
            "known(…)" if kind == "select_expr" else "",
        )

    def _constant(self, value: checked_pb2.Constant, offset: int) -> Expression:
        kind = value.WhichOneof("constant_kind")
        if kind in {"bool_value", "int64_value", "string_value"}:
            return constant(getattr(value, str(kind)), offset)
        raise ConditionProblem(
            offset,
            "condition.literal",
            "只能使用整数、文字、true 和 false；空值请用 known(字段) 判断",
            "only integers, texts, true and false; test for null by known(field)",
        )

    def _field(self, name: str, offset: int) -> Expression:
        offset = max(0, offset - name.count(".") * len(name.partition(".")[0]))
        if name in self._names.constants:
            return Expression("field", self._names.constants[name].type, name, (), offset)
        if name not in self._names.known:
            raise ConditionProblem(
                offset, "condition.unknown_field", f"未知的名称 {name}", f"unknown name {name}"
            )
        return Expression("field", self._names.known[name].type, name, (), offset)

    def _call(self, call: checked_pb2.Expr.Call, offset: int) -> Expression:
        function = call.function
        if function == "@in":
            return self._membership(call, offset)
        if function == "known":
            return self._known(call, offset)
        if function == "listed":
            return self._listed(call, offset)
        if function in TEXT_METHODS and call.HasField("target"):
            return self._text_method(call, offset)
        if function not in _OPERATORS:
            zh, en = _REASONS.get(
                function, (f"不支持 {function.strip('_')}", f"{function.strip('_')} is not supported")
            )
            raise ConditionProblem(offset, "condition.construct", zh, en)
        op = _OPERATORS[function]
        args = tuple(self.convert(argument) for argument in call.args)
        if op in {"+", "-", "*", "negate"} and any(argument.type != "int" for argument in args):
            raise ConditionProblem(
                offset, "condition.construct", "只能对整数做运算", "arithmetic is for integers"
            )
        if op in {"<", "<=", ">", ">="} and any(argument.type != "int" for argument in args):
            raise ConditionProblem(
                offset,
                "condition.construct",
                "只能比较整数和日期的大小",
                "only integers and dates have an order",
            )
        return Expression(op, "int" if op in {"+", "-", "*", "negate"} else "bool", None, args, offset)

    def _membership(self, call: checked_pb2.Expr.Call, offset: int) -> Expression:
        value = self.convert(call.args[0])
        source = call.args[1]
        elements = [self.convert(element) for element in source.list_expr.elements]
        literal = source.WhichOneof("kind") == "list_expr" and all(item.op == "const" for item in elements)
        if not literal or not 0 < len(elements) <= LIST_MAX:
            raise ConditionProblem(
                offset,
                "condition.list",
                f"in 的右边应是写明的列表，1 至 {LIST_MAX} 项；较长的名单请用 listed(…)",
                f"in takes a written list of 1 to {LIST_MAX}; use listed(…) for longer ones",
            )
        if any(item.type != value.type for item in elements):
            raise ConditionProblem(
                offset, "condition.type", "列表各项类型应与左边一致", "types differ in the list"
            )
        return Expression(
            "in", "bool", None, (value, Expression("list", value.type, None, tuple(elements))), offset
        )

    def _known(self, call: checked_pb2.Expr.Call, offset: int) -> Expression:
        argument = self.convert(call.args[0])
        if argument.op != "field" or str(argument.value) in self._names.constants:
            raise ConditionProblem(
                offset, "condition.construct", "known() 的参数应是字段", "known() takes a field"
            )
        return Expression("known", "bool", None, (argument,), offset)

    def _listed(self, call: checked_pb2.Expr.Call, offset: int) -> Expression:
        if not self._names.lists_allowed:
            raise ConditionProblem(
                offset,
                "condition.listed",
                "窗口和匹配的条件不能比对名单，请写成单条事实的规则",
                "windows and matches cannot read lists; write a rule on one fact",
            )
        name, key, day = (self.convert(argument) for argument in call.args)
        if name.op != "const" or not _LIST_NAME.match(str(name.value)):
            raise ConditionProblem(
                name.offset,
                "condition.listed",
                "名单名称应写明，小写字母、数字和下划线",
                "write the list's name out",
            )
        if key.op != "field" or day.op != "field" or not self._names.known[str(day.value)].is_date:
            raise ConditionProblem(
                offset,
                "condition.listed",
                'listed 应写作 listed("名单", 字段, 日期字段)',
                'write listed("list", field, date field)',
            )
        return Expression("listed", "bool", str(name.value), (key, day), offset)

    def _text_method(self, call: checked_pb2.Expr.Call, offset: int) -> Expression:
        target, argument = self.convert(call.target), self.convert(call.args[0])
        if target.op != "field" or argument.op != "const" or not argument.value:
            raise ConditionProblem(
                offset,
                "condition.construct",
                f'请写作 字段.{call.function}("文字")',
                f'write field.{call.function}("text")',
            )
        if call.function == "matches":
            problem = check_pattern(str(argument.value))
            if problem is not None:
                raise ConditionProblem(
                    argument.offset + 1 + problem.offset, "condition.pattern", problem.zh, problem.en
                )
        return Expression(call.function, "bool", None, (target, argument), offset)


def _translated(message: str, text: str, names: Names) -> ConditionProblem:
    found = _ERROR.search(message)
    if found is None:
        return ConditionProblem(0, "condition.syntax", f"条件有误：{message}", message)
    lines = text.split("\n")
    line, column, detail = int(found[1]), int(found[2]), found[3].removesuffix(" [INVALID_ARGUMENT]")
    offset = max(0, sum(len(item) + 1 for item in lines[: line - 1]) + column - 1)
    undeclared = _UNDECLARED.search(detail)
    if undeclared is not None:
        return _undeclared(undeclared[1], offset, text, names)
    overload = _OVERLOAD.search(detail)
    if overload is not None:
        return _mistyped(overload[1], overload[2], offset)
    detail = detail.removeprefix("Syntax error: ")
    return ConditionProblem(
        min(offset, len(text)), "condition.syntax", f"条件语法错误：{detail}", f"syntax error: {detail}"
    )


def _undeclared(name: str, offset: int, text: str, names: Names) -> ConditionProblem:
    if text[offset : offset + 1] == "(":
        start = max(0, offset - len(name))
        suggestion = closest(name, [*FUNCTIONS, *TEXT_METHODS])
        return ConditionProblem(
            start, "condition.unknown_function", f"未知的函数 {name}", f"unknown function {name}", suggestion
        )
    start = text.rfind(name, 0, offset + len(name))
    known = [*names.known, *names.constants]
    return ConditionProblem(
        start if start >= 0 else offset,
        "condition.unknown_field",
        f"未知的字段 {name}",
        f"unknown field {name}",
        closest(name, known),
    )


def _mistyped(operator: str, types: str, offset: int) -> ConditionProblem:
    shown = _OPERATORS.get(operator, operator.strip("_"))
    words = " 与 ".join(_TYPE_WORDS.get(part.strip(), part.strip()) for part in types.strip("()").split(","))
    hint = "known(…)" if "null_type" in types else ""
    if shown not in {*COMPARISONS, "&&", "||", "!", "+", "-", "*", "negate"}:
        return ConditionProblem(
            offset, "condition.type", f"{shown} 不能用于 {words}", f"{shown} does not apply to {types}", hint
        )
    return ConditionProblem(
        offset,
        "condition.type",
        f"“{shown}”两边类型不合：{words}",
        f"{shown} does not apply to {types}",
        hint,
    )
