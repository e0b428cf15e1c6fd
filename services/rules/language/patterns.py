"""The regular expressions that every back end reads alike: RE2 and Rust search for the same thing.

Allowed: literal characters, classes of characters and ranges, groups, |, * + ? {n} {n,m}, ^ $ and the dot.
What the engines read differently (\\d, \\w, \\b, \\p{…}, look-around, flags, lazy quantifiers) is refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

LENGTH_MAX = 200
REPEAT_MAX = 64
_PUNCTUATION = frozenset("\\.+*?()|[]{}^$-/!@#%&=<>:;,'\"~` ")
_REPEAT = re.compile(r"\{([0-9]{1,3})(,([0-9]{1,3})?)?\}")


@dataclass(frozen=True)
class PatternProblem:
    """Why a pattern is refused, and where in it."""

    offset: int
    zh: str
    en: str


def check_pattern(pattern: str) -> PatternProblem | None:
    """The first thing in the pattern that the engines would not read alike, or None."""
    if len(pattern) > LENGTH_MAX:
        return PatternProblem(0, f"正则表达式超过 {LENGTH_MAX} 个字符", "the pattern is too long")
    problem = _scan(pattern)
    if problem is None:
        try:
            re.compile(pattern)
        except re.error as error:
            return PatternProblem(error.pos or 0, f"正则表达式有误：{error.msg}", f"bad pattern: {error.msg}")
    return problem


def _scan(pattern: str) -> PatternProblem | None:
    index, quantifiable = 0, False
    while index < len(pattern):
        character = pattern[index]
        if character == "\\":
            problem = _escape(pattern, index)
            if problem is not None:
                return problem
            index, quantifiable = index + 2, True
        elif character == "[":
            end, problem = _class(pattern, index)
            if problem is not None:
                return problem
            index, quantifiable = end, True
        elif character in "*+?{":
            end, problem = _quantifier(pattern, index, quantifiable)
            if problem is not None:
                return problem
            index, quantifiable = end, False
        elif character == "(" and pattern[index + 1 : index + 2] == "?":
            return PatternProblem(index, "不支持 (?…) 写法", "(?…) is not supported")
        elif character in "]}":
            return PatternProblem(index, f"请写成 \\{character}", f"write \\{character}")
        else:
            quantifiable = character not in "(|^$"
            index += 1
    return None


def _escape(pattern: str, index: int) -> PatternProblem | None:
    following = pattern[index + 1 : index + 2]
    if following in _PUNCTUATION and following:
        return None
    return PatternProblem(
        index,
        f"不支持 \\{following}（各引擎含义不同），请写明字符范围，如 [0-9]、[㐀-䶿一-鿿]",
        f"\\{following} differs between engines; write the characters out, such as [0-9]",
    )


def _class(pattern: str, start: int) -> tuple[int, PatternProblem | None]:
    index = start + 1
    if pattern[index : index + 1] == "^":
        index += 1
    first = index
    while index < len(pattern):
        character = pattern[index]
        if character == "]":
            if index == first:
                return index, PatternProblem(index, "字符集合不能为空", "the class is empty")
            return index + 1, None
        if character == "[" or pattern[index : index + 2] in {"&&", "--", "~~", "||"}:
            return index, PatternProblem(
                index, f"字符集合内的 {character} 请写成 \\{character}", f"write \\{character} in a class"
            )
        if character == "\\":
            problem = _escape(pattern, index)
            if problem is not None:
                return index, problem
            index += 1
        index += 1
    return index, PatternProblem(start, "字符集合没有结束的 ]", "the class has no closing ]")


def _quantifier(pattern: str, index: int, quantifiable: bool) -> tuple[int, PatternProblem | None]:
    if not quantifiable:
        return index, PatternProblem(index, "重复符号前没有内容", "nothing to repeat")
    if pattern[index] != "{":
        return index + 1, None
    found = _REPEAT.match(pattern, index)
    if found is None:
        return index, PatternProblem(index, "请写成 \\{", "write \\{")
    low, high = int(found[1]), int(found[3] or found[1])
    if low > high or high > REPEAT_MAX:
        return index, PatternProblem(index, f"重复次数应不超过 {REPEAT_MAX}", "repeats too often")
    return found.end(), None
