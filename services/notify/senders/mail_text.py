"""How a message reads as mail: a subject, plain text and HTML, in Chinese or English. Words are in
templates/.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from services.kit.clock import CHINA
from services.notify.domain.cases import SEVERITIES
from services.notify.domain.deliveries import Line, Message, News
from services.notify.domain.routing import User

LINES_MAX = 50
"""Cases that a mail lists; the rest is a number and a link."""

_TEMPLATES = Path(__file__).parent.parent / "templates"
_SEVERITY = {
    "zh": {"red": "红色", "orange": "橙色", "yellow": "黄色", "blue": "蓝色"},
    "en": {"red": "red", "orange": "orange", "yellow": "yellow", "blue": "blue"},
}
_INK = {"red": "#a8071a", "orange": "#ad4e00", "yellow": "#7c5e00", "blue": "#0958d9"}
_PAPER = {"red": "#fff1f0", "orange": "#fff2e8", "yellow": "#fffbe6", "blue": "#e6f4ff"}
_NEWS = {
    "zh": {
        News.OPENED: "新疑点",
        News.REOPENED: "再次出现",
        News.SEVERITY_RAISED: "级别上升",
        News.RETRACTED: "已撤销",
    },
    "en": {
        News.OPENED: "new",
        News.REOPENED: "back again",
        News.SEVERITY_RAISED: "severity raised",
        News.RETRACTED: "retracted",
    },
}
_NO_KEY = ("person", "account")
"""Kinds of subject that are known by a token only, which tells a reader nothing; their sentence has the
mask.
"""


@dataclass(frozen=True)
class MailText:
    """A mail's words."""

    subject: str
    text: str
    html: str


def render(message: Message, user: User, public_url: str) -> MailText:
    """The mail for a message, in the user's language."""
    language = "en" if user.language == "en" else "zh"
    shown = message.lines[:LINES_MAX]
    words = {
        "name": user.display_name or user.user,
        "lead": _lead(message.lines, language),
        "summary": _summary(message.lines, language),
        "more": _more(len(message.lines) - len(shown), language),
        "url": public_url.rstrip("/"),
        "time": message.composed_at.astimezone(CHINA).strftime("%Y-%m-%d %H:%M"),
    }
    words["subject"] = _subject(message.lines, language)
    text_rows = [_row(line, public_url, language, "txt") for line in shown]
    html_rows = [_row(line, public_url, language, "html") for line in shown]
    html_words = {key: escape(value) for key, value in words.items()}
    if words["more"]:
        html_words["more"] = _template(f"mail_more.{language}.html").substitute(html_words)
    return MailText(
        words["subject"],
        _template(f"mail.{language}.txt").substitute(words, rows="\n".join(text_rows)),
        _template(f"mail.{language}.html").substitute(html_words, rows="".join(html_rows)),
    )


def yuan(amount_fen: int) -> str:
    """An amount of fen as yuan: 1,234.50."""
    sign = "-" if amount_fen < 0 else ""
    whole, cents = divmod(abs(amount_fen), 100)
    return f"{sign}{whole:,}.{cents:02d}"


def _subject(lines: Sequence[Line], language: str) -> str:
    standing = [line for line in lines if line.reason != News.RETRACTED]
    if not standing:
        if language == "zh":
            return f"【明账】{len(lines)} 件疑点已撤销，无需再核实"
        return f"[Mingzhang] {_plural(len(lines), 'case')} retracted, nothing to verify"
    first = standing[0]
    severity = _SEVERITY[language].get(first.severity, first.severity)
    if len(standing) == 1:
        if language == "zh":
            return f"【明账】{severity}预警请核实：{first.title}（{first.division_name}）"
        return f"[Mingzhang] {severity} warning to verify: {first.title} ({first.division_name})"
    if language == "zh":
        return f"【明账】{len(standing)} 件疑点请核实，最高{severity}预警"
    return f"[Mingzhang] {_plural(len(standing), 'case')} to verify, highest severity {severity}"


def _lead(lines: Sequence[Line], language: str) -> str:
    if all(line.reason == News.RETRACTED for line in lines):
        if language == "zh":
            return "以下疑点的预警已全部撤销，无需再核实。"
        return "All warnings of the cases below were retracted. There is nothing to verify any more."
    if language == "zh":
        return "以下疑点由监控规则自动产生，是否属实请核实后认定。"
    return "The cases below were found by monitoring rules. Please verify them before drawing any conclusion."


def _summary(lines: Sequence[Line], language: str) -> str:
    """ "红色 3 件，黄色 12 件；另有 2 件已撤销", most severe first."""
    counts = Counter(line.severity for line in lines if line.reason != News.RETRACTED)
    gone = len(lines) - counts.total()
    parts = []
    for severity in reversed(SEVERITIES):
        if counts[severity]:
            word = _SEVERITY[language][severity]
            parts.append(
                f"{word} {counts[severity]} 件" if language == "zh" else f"{counts[severity]} {word}"
            )
    text = ("，" if language == "zh" else ", ").join(parts)
    if gone and text:
        return text + (f"；另有 {gone} 件已撤销" if language == "zh" else f"; {gone} retracted")
    if gone:
        return f"已撤销 {gone} 件" if language == "zh" else f"{gone} retracted"
    return text


def _more(count: int, language: str) -> str:
    if count <= 0:
        return ""
    if language == "zh":
        return f"另有 {count} 件未在此列出，请登录平台查看。"
    verb = "is" if count == 1 else "are"
    return f"{_plural(count, 'more case')} {verb} not listed here; sign in to see them."


def _row(line: Line, public_url: str, language: str, kind: str) -> str:
    clean = escape if kind == "html" else _one_line
    key = "" if line.subject_kind in _NO_KEY else line.subject
    words = {
        "news": _NEWS[language][News(line.reason)],
        "severity": clean(_SEVERITY[language].get(line.severity, line.severity)),
        "ink": _INK.get(line.severity, "#434343"),
        "paper": _PAPER.get(line.severity, "#f5f5f5"),
        "title": clean(line.title),
        "message": clean(line.message),
        "amount": yuan(line.amount_fen),
        "division": clean(line.division_name),
        "number": line.case_id[:8].upper(),
        "before_key": " · " if key else "",
        "key": clean(key),
        "warnings": _warnings(line, language),
        "url": clean(f"{public_url.rstrip('/')}/cases/{line.case_id}"),
    }
    return _template(f"mail_row.{language}.{kind}").substitute(words)


def _warnings(line: Line, language: str) -> str:
    if line.warnings < 2:
        return ""
    return f" · {line.warnings} 条预警" if language == "zh" else f" · {line.warnings} warnings"


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" + ("" if count == 1 else "s")


def _one_line(text: str) -> str:
    return " ".join(text.split())


@cache
def _template(name: str) -> Template:
    return Template((_TEMPLATES / name).read_text(encoding="utf-8"))
