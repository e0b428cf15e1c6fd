"""What is wrong with a rule file, said so that its author can put it right."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from services.kit.errors import InvalidInput


@dataclass(frozen=True)
class Problem:
    """One problem at a place: line and column count from 1. `code` is stable; `suggestion` may be empty."""

    file: str
    line: int
    column: int
    code: str
    zh: str
    en: str
    suggestion: str = ""

    def sentence(self, language: str = "zh") -> str:
        """One line: place, sentence and suggestion, in "zh" or "en"."""
        text = self.en if language == "en" else self.zh
        hint = ""
        if self.suggestion:
            hint = (
                f" (did you mean {self.suggestion}?)"
                if language == "en"
                else f"（是否应为 {self.suggestion}？）"
            )
        return f"{self.file}:{self.line}:{self.column} {text}{hint}"


class ProblemFound(Exception):  # noqa: N818 - it ends the reading of one file and never leaves this package
    """Reading cannot go on after this problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


def closest(word: str, known: Sequence[str]) -> str:
    """The known word that `word` most resembles, or nothing."""
    found = get_close_matches(word, known, n=1, cutoff=0.6)
    return found[0] if found else ""


def refusal(problems: Sequence[Problem]) -> InvalidInput:
    """The typed refusal of rule files with these problems (at least one)."""
    first = problems[0]
    return InvalidInput(
        "rules.bundle_invalid",
        f"规则文件有 {len(problems)} 处问题：{first.sentence('zh')}",
        f"the rule files have {len(problems)} problems: {first.sentence('en')}",
        {"problems": "\n".join(problem.sentence("zh") for problem in problems[:20]), "code": first.code},
    )
