"""Reads YAML into plain values that know where they stand. Bounded: nothing in a file can harm its reader.

Scalars are read by one small rule instead of YAML 1.1's: true, false, null, decimal integers; all else is
text (so `on`, `no` and `2018-01-01` are text). Anchors, tags, floats, duplicate keys and merges are refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from services.rules.language.problems import Problem, ProblemFound

BYTES_MAX = 64 * 1024
DEPTH_MAX = 8
NODES_MAX = 4_000
_INTEGER = re.compile(r"-?(0|[1-9][0-9]{0,18})\Z")
_BROKEN = re.compile("[\ud800-\udfff\ufffd]")
_FLOAT = re.compile(r"-?[0-9]+(\.[0-9]*([eE][-+]?[0-9]+)?|[eE][-+]?[0-9]+)\Z")


@dataclass(frozen=True)
class Place:
    """Where a value starts, from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Scalar:
    """A text, integer, bool or null. `places` has the place of each character of a text (and of its end)."""

    value: str | int | bool | None
    place: Place
    raw: str
    places: tuple[Place, ...] = field(default=(), repr=False)

    def at(self, offset: int) -> Place:
        """The place of the character at this offset (in code points) of the text."""
        if not self.places:
            return self.place
        return self.places[max(0, min(offset, len(self.places) - 1))]


@dataclass(frozen=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True)
class Mapping:
    """A mapping with text keys, in the order of the file."""

    items: dict[str, Node]
    key_places: dict[str, Place]
    place: Place

    def place_of(self, key: str) -> Place:
        """Where the key stands; the mapping's own place if it has no such key."""
        return self.key_places.get(key, self.place)


Node = Scalar | Sequence | Mapping


def read_source(text: str, file: str) -> Mapping:
    """The mapping at the top of a rule file. Raises ProblemFound with the place of what cannot be read."""
    broken = _BROKEN.search(text)
    if broken is not None:
        before = text[: broken.start()]
        place = Place(before.count("\n") + 1, broken.start() - before.rfind("\n"))
        raise _found(file, place, "yaml.encoding", "文件应为 UTF-8 编码", "the file must be UTF-8")
    if len(text.encode()) > BYTES_MAX:
        raise _found(
            file, Place(1, 1), "yaml.too_large", f"文件超过 {BYTES_MAX} 字节", "the file is too large"
        )
    try:
        _refuse_references(text, file)
        top = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        detail = str(error.problem or error.context)
        raise _found(
            file, place, "yaml.syntax", f"YAML 语法错误：{detail}", f"YAML syntax: {detail}"
        ) from error
    except yaml.YAMLError as error:
        raise _found(
            file, Place(1, 1), "yaml.syntax", "文件含有不允许的字符", "the file has forbidden characters"
        ) from error
    reader = _Reader(text, file)
    node = reader.read(top, 0) if top is not None else None
    if not isinstance(node, Mapping):
        raise _found(file, Place(1, 1), "yaml.not_a_mapping", "文件应是一组“键: 值”", "a mapping is expected")
    return node


def _refuse_references(text: str, file: str) -> None:
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=yaml.SafeLoader)):
        mark = event.start_mark
        place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _found(file, place, "yaml.reference", "不允许使用锚点和引用", "anchors are not allowed")
        if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
            depth += 1
        elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
            depth -= 1
        if depth > DEPTH_MAX or count > 2 * NODES_MAX:
            raise _found(
                file, place, "yaml.too_large", "文件嵌套过深或内容过多", "too deep or too many values"
            )
        if getattr(event, "tag", None) is not None:
            raise _found(file, place, "yaml.tag", "不允许使用 YAML 标签（!…）", "YAML tags are not allowed")


def _found(file: str, place: Place, code: str, zh: str, en: str) -> ProblemFound:
    return ProblemFound(Problem(file, place.line, place.column, code, zh, en))


class _Reader:
    """Turns composed nodes into ours, with places."""

    def __init__(self, text: str, file: str) -> None:
        self._text = text
        self._file = file

    def read(self, node: yaml.Node, depth: int) -> Node:
        """Our node for one of YAML's."""
        place = Place(node.start_mark.line + 1, node.start_mark.column + 1)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, place)
        if isinstance(node, yaml.SequenceNode):
            return Sequence(tuple(self.read(item, depth + 1) for item in node.value), place)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, place, depth)
        raise _found(self._file, place, "yaml.syntax", "无法识别的内容", "unreadable content")

    def _mapping(self, node: yaml.MappingNode, place: Place, depth: int) -> Mapping:
        items: dict[str, Node] = {}
        places: dict[str, Place] = {}
        for key, value in node.value:
            at = Place(key.start_mark.line + 1, key.start_mark.column + 1)
            if not isinstance(key, yaml.ScalarNode) or key.value == "<<":
                raise _found(self._file, at, "yaml.key", "键必须是文字", "a key must be text")
            if key.value in items:
                raise _found(
                    self._file,
                    at,
                    "yaml.duplicate",
                    f"键 {key.value} 重复",
                    f"the key {key.value} is there twice",
                )
            items[key.value] = self.read(value, depth + 1)
            places[key.value] = at
        return Mapping(items, places, place)

    def _scalar(self, node: yaml.ScalarNode, place: Place) -> Scalar:
        raw = str(node.value)
        if node.style is None:
            if raw in {"null", "~", ""}:
                return Scalar(None, place, raw)
            if raw in {"true", "false"}:
                return Scalar(raw == "true", place, raw)
            if _INTEGER.match(raw) and -(2**63) <= int(raw) < 2**63:
                return Scalar(int(raw), place, raw)
            if _FLOAT.match(raw):
                raise _found(
                    self._file,
                    place,
                    "yaml.float",
                    f"不允许小数 {raw}：金额以分为单位写整数",
                    f"no decimals ({raw}): amounts are whole fen",
                )
        return Scalar(raw, place, raw, tuple(self._places(node)))

    def _places(self, node: yaml.ScalarNode) -> Iterator[Place]:
        """Walks the source beside the value: white space stands for white space, the rest is punctuation."""
        text, end = self._text, node.end_mark.index
        index, line, column = node.start_mark.index, node.start_mark.line, node.start_mark.column

        def step() -> None:
            nonlocal index, line, column
            if text[index] == "\n":
                line, column = line + 1, 0
            else:
                column += 1
            index += 1

        if node.style in {"|", ">"}:
            while index < end and text[index] != "\n":
                step()
        for character in node.value:
            if character.isspace():
                yield Place(line + 1, column + 1)
                while index < end and text[index].isspace():
                    step()
                continue
            while index < end and text[index] != character:
                step()
            yield Place(line + 1, column + 1)
            if index < end:
                step()
        yield Place(line + 1, column + 1)
