"""What an uploaded file is: its format, its encoding, its delimiter.

The whole file is looked at, once and before any row is given out: a file of 200 MB takes a second, and a byte that
belongs to no text is found before anything of the file is applied.
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from webapp.spreadsheets.errors import FileProblem, UnreadableFile
from webapp.spreadsheets.limits import LOOKED_AT, MAX_LINE
from webapp.spreadsheets.table import FileFormat

_CHUNK = 256 * 1024
_SAMPLE = 256 * 1024
_RECORDS = 50
_ALIKE = 0.5  # of the lines are split, and as the header is, where one stands below a title
_DELIMITERS = ",;\t|"
_SEP_LINE = re.compile(r"sep=([,;|\t])[\r\n]*\Z")

_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_UTF32_BOMS = (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of old Excel files, and of XLSX files with a password
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_SIGNATURES = (
    (b"%PDF-", "pdf"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"RIFF", "image"),
    (b"\x1f\x8b", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"Rar!", "archive"),
)
_MARKUP = re.compile(
    r"\s*(?:(?P<html><!doctype html|<html|<head|<body|<table|<meta|<style)|(?P<xml><\?xml|<\w+[\s:>]))", re.IGNORECASE
)
_JSON = re.compile(r'\s*(?:\{\s*"[^"\n]*"\s*:|\[\s*[{\[])')
_CONTROLS = re.compile(r"[\x01-\x08\x0e-\x19\x1c-\x1f\x7f]")
_CONTROLS_IN_TEXT = 50  # of so many characters one may be a control
_NULS = 4  # of so many bytes
_FOREIGN = re.compile(r"[^\x00-\x7f]")
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{3,}")
_KOREAN = 0.5  # of what is not ASCII is everyday Hangul, among Hanja and damage; Cyrillic has a third by chance
_SURELY_KOREAN = 0.9
_HANGUL = re.compile(r"[가-힣]")


@dataclass(frozen=True, slots=True)
class TextFormat:
    """How to read a CSV file: `bom` is the number of bytes before its text, `skip` the lines before its header."""

    encoding: str
    bom: int
    delimiter: str
    skip: int


class _Split(NamedTuple):
    """What a delimiter makes of a text: `lead` lines stay whole above one of `width` cells. Of the lines from there on
    `alike` have as many, of those after it `after` are split at all; both from 0 to 1."""

    delimiter: str
    lead: int
    width: int
    alike: float
    after: float


def file_format(path: Path) -> FileFormat:
    """CSV or XLSX by the first bytes. Raises `UnreadableFile` for old or encrypted Excel files and other binaries."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
        if head.startswith(_OLE):
            # The directory of an OLE file can be anywhere in it, so all of it is searched.
            overlap = b""
            chunk = head
            while chunk:
                if _ENCRYPTED_PACKAGE in overlap + chunk:
                    raise UnreadableFile(FileProblem.ENCRYPTED_XLSX)
                overlap, chunk = chunk[-len(_ENCRYPTED_PACKAGE) :], file.read(_CHUNK)
            raise UnreadableFile(FileProblem.OLD_EXCEL, {"kind": "xls"})
    if head.startswith(_ZIP):
        return FileFormat.XLSX
    for signature, kind in _SIGNATURES:
        if head.startswith(signature):
            raise UnreadableFile(FileProblem.NOT_A_TABLE, {"kind": kind})
    return FileFormat.CSV


def text_format(path: Path) -> TextFormat:
    """How the text of a file is to be read. Raises `UnreadableFile` if it is none, or none that we know."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    if not head.strip(b" \t\r\n") and len(head) < _SAMPLE:
        raise UnreadableFile(FileProblem.EMPTY_FILE)
    encoding, bom = _encoding(path, head)
    sample = head[bom:].decode(encoding, "ignore")  # a character cut at the end is left out
    _check_looks_like_table(sample)
    if not sample.strip("\ufeff \t\r\n") and len(head) < _SAMPLE:
        raise UnreadableFile(FileProblem.EMPTY_FILE)
    first = next(io.StringIO(sample, newline=""), "")
    if separator := _SEP_LINE.match(first):  # Excel's own way to say it
        return TextFormat(encoding, bom, separator[1], skip=1)
    return TextFormat(encoding, bom, _best_delimiter(sample, complete=len(head) < _SAMPLE), skip=0)


def _best_delimiter(sample: str, *, complete: bool = True) -> str:
    """The delimiter that splits the header, and the same way the lines after it; quotes are respected.

    The header is the first line, or comes below lines of a title: those are not split, or by what splits few of the
    lines after them.
    """
    if not complete:
        sample = sample[: max(sample.rfind("\n"), sample.rfind("\r")) + 1] or sample
    splits = [split for delimiter in _DELIMITERS if (split := _split(sample, delimiter)) is not None]
    on_top = max((split for split in splits if not split.lead), key=_fit, default=None)
    below = max((split for split in splits if split.lead and split.alike > _ALIKE), key=_fit, default=None)
    if on_top is None or (below is not None and on_top.after < _ALIKE and on_top.width <= below.width):
        return below.delimiter if below is not None else _DELIMITERS[0]
    return on_top.delimiter


def _fit(split: _Split) -> tuple[float, int]:
    return split.alike, split.width


def _split(sample: str, delimiter: str) -> _Split | None:
    """What a delimiter makes of the first records, or None if it splits none of those that may be the header."""
    widths = _widths(sample, delimiter)
    lead = next((place for place, width in enumerate(widths[: LOOKED_AT + 1]) if width > 1), None)
    if lead is None:
        return None
    width, after = widths[lead], widths[lead + 1 :]
    alike = (1 + after.count(width)) / (1 + len(after))
    return _Split(delimiter, lead, width, alike, sum(each > 1 for each in after) / max(len(after), 1))


def _widths(sample: str, delimiter: str) -> list[int]:
    """Into how many cells the first records are split; blank ones are left out."""
    widths: list[int] = []
    try:
        for cells in csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter):
            if any(cell.strip() for cell in cells):
                widths.append(len(cells))
            if len(widths) > _RECORDS:
                break
    except csv.Error:
        pass  # a quote that is open to this delimiter; what was read until then counts
    return widths


def _encoding(path: Path, head: bytes) -> tuple[str, int]:
    """The encoding, in which the whole file has been found to be valid, and the length of its byte order mark."""
    if head.startswith(_UTF32_BOMS) and len(head) >= 8 and head.count(b"\0") > len(head) // 2:
        raise UnreadableFile(FileProblem.BAD_ENCODING, {"encoding": "utf-32", "byte": 0, "line": 1})
    for mark, encoding in _BOMS:
        if head.startswith(mark):
            _check_lines(path, nul_allowed=encoding != "utf-8")
            _check_valid(path, encoding, len(mark))
            return encoding, len(mark)
    if b"\0" in head and not _is_utf8_with_nuls(head) and (wide := _wide_encoding(head)) is not None:
        _check_lines(path, nul_allowed=True)
        _check_valid(path, wide, 0)
        return wide, 0
    _check_lines(path, nul_allowed=False)
    bad = _first_invalid(path, "utf-8", 0)
    if bad is None:
        return "utf-8", 0
    sample = _foreign_sample(path)
    everyday = _everyday_hangul(sample)
    # A name or two in CP949 may have more bytes that UTF-8 knows than not: without a single error it is Korean.
    if everyday < _SURELY_KOREAN and _is_damaged_utf8(sample):
        raise _bad_encoding(path, "utf-8", 0, bad)
    legacy = "cp949" if everyday >= _KOREAN else "cp1252"
    if legacy == "cp1252" and not _looks_western(sample):
        raise _bad_encoding(path, "", 0, bad)
    _check_valid(path, legacy, 0)
    return legacy, 0


def _is_utf8_with_nuls(head: bytes) -> bool:
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head)
    except UnicodeDecodeError:
        return False
    return _is_text_with_nuls(head)


def _is_text_with_nuls(sample: bytes) -> bool:
    """Whether NULs are an accident in it: not so in UTF-16 (half the bytes of ASCII) and in what is no text."""
    controls = len(_CONTROLS.findall(sample.decode("latin-1")))
    return sample.count(b"\0") * _NULS <= len(sample) and controls * _CONTROLS_IN_TEXT <= len(sample)


def _wide_encoding(head: bytes) -> str | None:
    """UTF-16 without a mark: the byte order in which the text has more ASCII, and no controls."""
    best: str | None = None
    most = 0
    for encoding in ("utf-16-le", "utf-16-be"):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(head)
        except UnicodeDecodeError:
            continue
        ascii_characters = len(text) - len(_FOREIGN.findall(text))
        if "\0" not in text and not _CONTROLS.search(text) and ascii_characters > max(most, len(text) // 20):
            best, most = encoding, ascii_characters
    return best


def _is_damaged_utf8(sample: bytes) -> bool:
    """Whether most of what is not ASCII is UTF-8: then a wrong byte is damage and not another encoding."""
    foreign = _FOREIGN.findall(sample.decode("utf-8", "replace"))
    bad = foreign.count("\ufffd")
    return len(foreign) - bad >= bad


def _everyday_hangul(sample: bytes) -> float:
    """How much of what is not ASCII is one of the 2,350 usual syllables, if the bytes are CP949.

    Western letters read so give errors or the 8,822 rare syllables that EUC-KR lacks. Hanja do not count.
    """
    foreign = _FOREIGN.findall(sample.decode("cp949", "replace"))
    everyday = sum(_HANGUL.match(character) is not None and _in_euc_kr(character) for character in foreign)
    return everyday / max(len(foreign), 1)


def _looks_western(sample: bytes) -> bool:
    """Whether Windows-1252 gives what a Western text looks like: accented letters alone or in pairs.

    Runs of them are Cyrillic, Greek, Chinese or Japanese in another encoding.
    """
    text = sample.decode("cp1252", "replace")
    foreign = _FOREIGN.findall(text)
    in_runs = sum(map(len, _FOREIGN_RUN.findall(text)))
    return "\ufffd" not in foreign and in_runs * 2 <= len(foreign)


def _in_euc_kr(character: str) -> bool:
    # One byte is the question mark; eight are Python's way to write the rare syllables, in pieces.
    return len(character.encode("euc_kr", "replace")) == 2


def _foreign_sample(path: Path) -> bytes:
    """The first lines that are not ASCII, up to 256 KB of them: the ones that tell."""
    found: list[bytes] = []
    size = 0
    rest = b""
    for chunk in _chunks(path):
        if chunk.isascii() and rest.isascii():
            rest = b""
            continue
        lines = (rest + chunk).splitlines(keepends=True)
        rest = lines.pop() if lines and not lines[-1].endswith((b"\n", b"\r")) else b""
        for line in lines:
            if not line.isascii():
                found.append(line)
                size += len(line)
        if size > _SAMPLE:
            break
    return b"".join([*found, rest])[:_SAMPLE]


def _chunks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            yield chunk


def _first_invalid(path: Path, encoding: str, bom: int) -> int | None:
    """The offset of the first byte that no text in this encoding has, or None if the whole file is valid.

    Raises `UnreadableFile` for a NUL.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    offset = 0  # of the first byte that the decoder still holds or is about to get
    with path.open("rb") as file:
        file.seek(bom)
        while True:
            chunk = file.read(_CHUNK)
            held = len(decoder.getstate()[0])
            try:
                text = decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                return bom + offset - held + error.start
            if "\0" in text:  # of two bytes in UTF-16; one byte of it was looked for before
                nul = bom + offset - held + len(text[: text.index("\0")].encode(encoding))
                raise UnreadableFile(FileProblem.NUL_CHARACTER, {"line": _line_of_byte(path, nul, encoding, bom)})
            if not chunk:
                return None
            offset += len(chunk)


def _check_valid(path: Path, encoding: str, bom: int) -> None:
    bad = _first_invalid(path, encoding, bom)
    if bad is not None:
        raise _bad_encoding(path, encoding, bom, bad)


def _bad_encoding(path: Path, encoding: str, bom: int, bad: int) -> UnreadableFile:
    line = _line_of_byte(path, bad, encoding, bom)
    return UnreadableFile(FileProblem.BAD_ENCODING, {"encoding": encoding, "byte": bad, "line": line})


def _line_of_byte(path: Path, byte: int, encoding: str = "latin-1", bom: int = 0) -> int:
    """The number of the line that holds this byte; the text before it is valid or of one byte a character."""
    decoder = codecs.getincrementaldecoder(encoding if encoding.startswith("utf-16") else "latin-1")()
    line, previous, left = 1, "", byte - bom
    with path.open("rb") as file:
        file.seek(bom)
        while left > 0 and (chunk := file.read(min(_CHUNK, left))):
            left -= len(chunk)
            text = decoder.decode(chunk)
            line += _line_ends(text) - (previous.endswith("\r") and text.startswith("\n"))
            previous = text
    return line


def _line_ends(text: str) -> int:
    return text.count("\n") + text.count("\r") - text.count("\r\n")


def _check_lines(path: Path, *, nul_allowed: bool) -> None:
    """No byte that no text has, and no line that would have to be held in memory whole."""
    length = position = 0
    for chunk in _chunks(path):
        if not nul_allowed and b"\0" in chunk:
            line = _line_of_byte(path, position + chunk.index(b"\0"))
            if _is_text_with_nuls(chunk):
                raise UnreadableFile(FileProblem.NUL_CHARACTER, {"line": line})
            raise UnreadableFile(FileProblem.NOT_A_TABLE, {"kind": "binary", "line": line})
        last = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        length = length + len(chunk) if last < 0 else len(chunk) - last - 1
        position += len(chunk)
        if length > MAX_LINE:
            raise UnreadableFile(
                FileProblem.LINE_TOO_LONG, {"limit": MAX_LINE, "line": _line_of_byte(path, position - length)}
            )


def _check_looks_like_table(sample: str) -> None:
    if markup := _MARKUP.match(sample.lstrip("\ufeff")):
        raise UnreadableFile(FileProblem.NOT_A_TABLE, {"kind": str(markup.lastgroup)})
    if _JSON.match(sample):
        raise UnreadableFile(FileProblem.NOT_A_TABLE, {"kind": "json"})
    control = _CONTROLS.search(sample)
    if control is None:
        return
    line = _line_ends(sample[: control.start()]) + 1
    in_header = _line_ends(sample[: control.start()].lstrip()) == 0
    controls = len(_CONTROLS.findall(sample))
    if in_header or (controls > 10 and controls * _CONTROLS_IN_TEXT > len(sample)):
        raise UnreadableFile(FileProblem.NOT_A_TABLE, {"kind": "binary", "line": line})
