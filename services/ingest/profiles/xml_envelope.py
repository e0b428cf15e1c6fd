"""The outer XML of vouchers as a stream: each text is measured before any parser sees it, and long ones never do.

The envelope is cut at its tags by a byte scanner. Its skeleton (the tags and short texts) goes through lxml, which
says whether it is well-formed; a body is kept aside as bytes and stands in the skeleton as "@<number>". A body past
the limit is dropped while it streams by, so neither it nor a parser's copy of it is ever held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from lxml import etree

from services.ingest.domain.reasons import refused_file

BLOCK_BYTES = 1024**2
BODY_BYTES_MAX = 64 * 1024**2
MARKUP_BYTES_MAX = 64 * 1024
SHORT_TEXT_BYTES = 256
ELEMENTS_MAX = 20_000
"""Elements of one block of a file that may stand open or wait; an envelope has four around a body of any size."""
_ENCODINGS = (b"gbk", b"gb2312", b"gb18030", b"utf-8")
_TAG = re.compile(rb"<[^<>\"']*(?:\"[^\"<]*\"[^<>\"']*|'[^'<]*'[^<>\"']*)*>")
_DECLARED = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([A-Za-z0-9._-]+)[\"']")


@dataclass(frozen=True)
class Body:
    """One VoucherBody: its attributes, the Base64 of its Voucher (None if over the limit), where it begins."""

    attributes: dict[str, str]
    encoded: bytes | None
    line: int
    offset: int


@dataclass(frozen=True)
class Totals:
    """The control total of an envelope: what VoucherCount says (None if it is not there) and what there is."""

    declared: str | None
    counted: int


class Envelope:
    """Reads the bodies of one file; refuses (InvalidInput) a file that is not well-formed or declares entities."""

    def __init__(self, source: BinaryIO, body_bytes_max: int = BODY_BYTES_MAX) -> None:
        source.seek(0)
        self._source = source
        self._limit = body_bytes_max
        self._parser = etree.XMLPullParser(
            events=("start", "end"), resolve_entities=False, no_network=True, huge_tree=False
        )
        self._skeleton: list[bytes] = []
        self._texts: dict[bytes, bytes | None] = {}
        self._starts: list[tuple[int, int]] = []
        self._texts_made = 0
        self._texts_bytes = 0
        self._elements = 0
        self._line = 1
        self._offset = 0
        self._text: list[bytes] = []
        self._text_size = 0
        self._declared: str | None = None
        self._counted = 0
        self._root: etree._Element | None = None

    def bodies(self) -> Iterator[Body]:
        """The bodies in order, to the end of the file."""
        buffer = b""
        while block := self._source.read(BLOCK_BYTES):
            buffer = self._scan(buffer + block, ended=False)
            yield from self._parsed()
        if self._scan(buffer, ended=True):
            raise refused_file("ingest.xml_truncated")
        yield from self._parsed()
        try:
            self._parser.close()
        except etree.XMLSyntaxError as error:
            raise refused_file("ingest.xml_truncated") from error
        yield from self._parsed()

    def check(self) -> Totals:
        """Reads to the end without keeping bodies: the file is well-formed, and these are its totals."""
        for _ in self.bodies():
            pass
        return Totals(self._declared, self._counted)

    def _scan(self, buffer: bytes, *, ended: bool) -> bytes:
        """Cuts a buffer at its tags; returns what has to wait for more."""
        at = 0
        while True:
            tag = buffer.find(b"<", at)
            if tag < 0:
                self._add_text(buffer[at:])
                break
            if tag > at:
                self._add_text(buffer[at:tag])
            end = self._markup_end(buffer, tag)
            if end < 0:
                if len(buffer) - tag > MARKUP_BYTES_MAX:
                    raise refused_file("ingest.xml_malformed", line=self._line)
                if ended:
                    raise refused_file("ingest.xml_truncated")
                return buffer[tag:]
            self._close_text()
            markup = buffer[tag:end]
            if markup.startswith(b"<VoucherBody") and markup[12:13] in b" \t\r\n/>":
                self._starts.append((self._line, self._offset))
            self._skeleton.append(markup)
            self._advance(markup)
            at = end
        return b""

    def _markup_end(self, buffer: bytes, tag: int) -> int:
        """Where the markup that begins at a place ends; -1 if more bytes are needed."""
        second = buffer[tag + 1 : tag + 2]
        if second == b"!":
            opening = buffer[tag : tag + 4]
            if opening == b"<!--":
                end = buffer.find(b"-->", tag + 4)
                return end + 3 if end >= 0 else -1
            if len(opening) == 4:
                # Document types and entities; and CDATA, which no voucher system writes around Base64.
                raise refused_file("ingest.xml_doctype")
            return -1
        if second == b"?":
            end = buffer.find(b"?>", tag)
            if end >= 0:
                _check_encoding(buffer[tag : end + 2])
            return end + 2 if end >= 0 else -1
        end = buffer.find(b">", tag) + 1
        markup = buffer[tag:end] if end else b""
        if end and markup.count(b'"') % 2 == 0 and b"'" not in markup:
            return end
        found = _TAG.match(buffer, tag, tag + MARKUP_BYTES_MAX)
        return found.end() if found else -1

    def _add_text(self, part: bytes) -> None:
        self._text_size += len(part)
        if self._text_size > self._limit or self._text_size + self._texts_bytes > self._limit + BLOCK_BYTES:
            self._text.clear()
        else:
            self._text.append(part)
        self._advance(part)

    def _close_text(self) -> None:
        if not self._text_size:
            return
        # Several texts of one body may together hardly be longer than one may be.
        over = (
            self._text_size > self._limit or self._text_size + self._texts_bytes > self._limit + BLOCK_BYTES
        )
        text = None if over else b"".join(self._text)
        if text is not None and len(text) <= SHORT_TEXT_BYTES:
            self._skeleton.append(text)
        else:
            self._texts_made += 1
            name = b"@%d" % self._texts_made
            self._texts[name] = text
            self._texts_bytes += len(text or b"")
            self._skeleton.append(name)
        self._text.clear()
        self._text_size = 0

    def _advance(self, part: bytes) -> None:
        self._line += part.count(b"\n")
        self._offset += len(part)

    def _parsed(self) -> Iterator[Body]:
        """Feeds the skeleton of a block and takes the bodies that ended in it."""
        try:
            if self._skeleton:
                self._parser.feed(b"".join(self._skeleton))
            self._skeleton.clear()
            events = list(self._parser.read_events())
        except etree.XMLSyntaxError as error:
            raise refused_file("ingest.xml_malformed", line=self._line) from error
        for event, element in events:
            if element is None or isinstance(element, tuple):  # Namespaces: not asked for.
                continue
            if event == "start":
                self._check_root(element)
                self._elements += 1
                if self._elements > ELEMENTS_MAX:
                    raise refused_file("ingest.xml_malformed", line=self._line)
            elif element.tag == "VoucherBody":
                self._counted += 1
                yield self._body(element)
                self._forget(element)
            elif element.tag == "VoucherCount":
                self._declared = (element.text or "").strip()
            elif element.tag not in ("Voucher", "MOF"):
                self._text_of((element.text or "").strip().encode())
                if element.getparent() is self._root:
                    self._forget(element)

    @property
    def offset(self) -> int:
        """Bytes read so far."""
        return self._offset

    def _check_root(self, element: etree._Element) -> None:
        if self._root is None:
            self._root = element
            if element.tag != "MOF":
                raise refused_file("ingest.profile_mismatch", profile="voucher_5201")

    def _body(self, element: etree._Element) -> Body:
        line, offset = self._starts.pop(0)
        written = (element.findtext("Voucher") or "").encode()
        encoded = self._text_of(written) if written.startswith(b"@") else written
        for child in element:  # What else it carries is nobody's.
            self._text_of((child.text or "").strip().encode())
        return Body({str(k): str(v) for k, v in element.attrib.items()}, encoded, line, offset)

    def _text_of(self, name: bytes) -> bytes | None:
        """Hands out a long text by its name, once."""
        text = self._texts.pop(name, b"")
        self._texts_bytes -= len(text or b"")
        return text

    def _forget(self, element: etree._Element) -> None:
        self._elements = 0
        element.clear()
        while (before := element.getprevious()) is not None:
            before.getparent().remove(before)  # type: ignore[union-attr] # A sibling has a parent.


def _check_encoding(declaration: bytes) -> None:
    named = _DECLARED.match(declaration)
    if named and named.group(1).lower() not in _ENCODINGS:
        raise refused_file("ingest.wrong_encoding")
