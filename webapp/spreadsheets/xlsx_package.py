"""The parts of an XLSX file (a zip of XML, ECMA-376) that say where the first visible sheet is and what its cells mean.

Runs in the child process of `xlsx_reading`: what it is given may be made to do harm. XML is read by expat without a
DOCTYPE, so without entities; sizes are bounded by what the zip declares, and `zipfile` gives out no byte more.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from array import array
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO
from xml.parsers import expat

from webapp.spreadsheets.cell_text import Shape, shape_of_builtin, shape_of_format
from webapp.spreadsheets.errors import FileProblem, UnreadableFile
from webapp.spreadsheets.limits import MAX_CELL, MAX_UNZIPPED

_CHUNK = 256 * 1024
_MAX_TOKEN = 1024 * 1024  # a tag this long is an attack: expat before 2.6 rereads an unfinished one with every chunk
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_ENCRYPTED_FLAG = 1

StartHandler = Callable[[str, dict[str, str]], None]
EndHandler = Callable[[str], None]


class LocalNames(dict[str, str]):
    """Tag name -> its name without the namespace prefix, remembered: some programs write ``x:c`` for ``c``."""

    def __missing__(self, name: str) -> str:
        local = name.rpartition(":")[2]
        if len(self) < 1000:
            self[name] = local
        return local


@dataclass(frozen=True, slots=True)
class Sheet:
    """Where the sheet to read is, and whether its days are counted from 1904."""

    part: str
    from_1904: bool


@dataclass(slots=True)
class SharedStrings:
    """The texts that cells refer to by number: one block of UTF-8 with offsets, a third of what a list of str takes."""

    _block: bytearray = field(default_factory=bytearray)
    _ends: array[int] = field(default_factory=lambda: array("Q", (0,)))

    def append(self, text: str) -> None:
        self._block += text.encode("utf-8", "replace")
        self._ends.append(len(self._block))

    def __getitem__(self, index: int) -> str:
        """The text with that number. Raises `IndexError`."""
        if index < 0:
            raise IndexError(index)
        return self._block[self._ends[index] : self._ends[index + 1]].decode("utf-8")


class Package:
    """An opened XLSX file. Raises `UnreadableFile` for whatever is wrong with it."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
            raise UnreadableFile(FileProblem.BAD_XLSX) from error
        # Names are compared without case, and some programs write backslashes.
        self._members = {info.filename.replace("\\", "/").lower(): info for info in self._zip.infolist()}
        self._unzipped = 0

    def has(self, part: str) -> bool:
        return part.lower() in self._members

    def parse(
        self, part: str, parser: expat.XMLParserType, *, growing: Callable[[], int] | None = None
    ) -> Iterator[None]:
        """Feed a part to the parser chunk by chunk; yields after each, so that the caller can take what was found.

        `growing` gives the number of characters gathered for a text that is not yet finished.
        """
        parser.StartDoctypeDeclHandler = _refuse_doctype
        fed = 0
        try:
            with self._open(part) as stream:
                while chunk := stream.read(_CHUNK):
                    parser.Parse(chunk, False)
                    fed += len(chunk)
                    if fed - parser.CurrentByteIndex > _MAX_TOKEN:
                        raise UnreadableFile(FileProblem.BAD_XLSX, {"part": part})
                    if growing is not None and growing() > MAX_CELL:
                        raise UnreadableFile(FileProblem.CELL_TOO_LARGE, {"limit": MAX_CELL})
                    yield
                parser.Parse(b"", True)
                yield
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, expat.ExpatError) as error:
            raise UnreadableFile(FileProblem.BAD_XLSX, {"part": part}) from error

    def _open(self, part: str) -> IO[bytes]:
        info = self._members.get(part.lower())
        if info is None:
            raise UnreadableFile(FileProblem.BAD_XLSX, {"part": part})
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise UnreadableFile(FileProblem.ENCRYPTED_XLSX)
        # zipfile stops at the declared size and finds a lie by the checksum, so declared sizes are real limits.
        self._unzipped += info.file_size
        if self._unzipped > MAX_UNZIPPED:
            raise UnreadableFile(FileProblem.TOO_LARGE, {"limit": MAX_UNZIPPED, "size": self._unzipped, "unzipped": 1})
        return self._zip.open(info)


def _refuse_doctype(*_: object) -> None:
    raise UnreadableFile(FileProblem.BAD_XLSX, {"part": "DOCTYPE"})


def new_parser(start: StartHandler, end: EndHandler | None = None) -> expat.XMLParserType:
    """An expat parser for these handlers; names come with their prefix."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 64 * 1024
    parser.StartElementHandler = start
    if end is not None:
        parser.EndElementHandler = end
    return parser


def unescape(text: str) -> str:
    """``_x000D_`` is how a character that XML cannot hold is written in a cell (ECMA-376 part 1, 22.9.2.19)."""
    return _ESCAPED.sub(_escaped_character, text) if "_x" in text else text


def _escaped_character(found: re.Match[str]) -> str:
    code = int(found[1], 16)
    return found[0] if code == 0 or 0xD800 <= code <= 0xDFFF else chr(code)


def first_visible_sheet(package: Package) -> Sheet:
    """The first worksheet that is not hidden. Raises `UnreadableFile` (`no_sheet`)."""
    workbook = _workbook_part(package)
    if workbook.lower().endswith(".bin"):
        raise UnreadableFile(FileProblem.OLD_EXCEL, {"kind": "xlsb"})
    if not package.has(workbook):
        raise UnreadableFile(FileProblem.NOT_A_TABLE, {"kind": "archive"})
    sheets: list[str] = []
    from_1904 = False
    root = ""
    names = LocalNames()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal from_1904, root
        local = names[name]
        root = root or local
        if local == "sheet":
            found = _attributes(attributes, names)
            if found.get("state", "visible") == "visible":
                sheets.append(found.get("id", ""))
        elif local == "workbookPr":
            from_1904 = _attributes(attributes, names).get("date1904") in ("1", "true", "on")

    for _ in package.parse(workbook, new_parser(start)):
        pass
    if root != "workbook":
        raise UnreadableFile(FileProblem.NOT_A_TABLE, {"kind": "archive"})  # a text document, a presentation
    relations = _relations(package, workbook)
    for relation in sheets:
        kind, part = relations.get(relation, ("", ""))
        if kind == "worksheet":
            return Sheet(part, from_1904)
    raise UnreadableFile(FileProblem.NO_SHEET)


def _workbook_part(package: Package) -> str:
    return next(
        (target for kind, target in _relations(package, "").values() if kind == "officeDocument"), "xl/workbook.xml"
    )


def _relations(package: Package, part: str) -> dict[str, tuple[str, str]]:
    """Relation id -> last word of its type, and the part it leads to."""
    folder, _, file = part.rpartition("/")
    relations_part = f"{folder}/_rels/{file}.rels" if folder else f"_rels/{file}.rels"
    found: dict[str, tuple[str, str]] = {}
    names = LocalNames()

    def start(name: str, attributes: dict[str, str]) -> None:
        if names[name] == "Relationship":
            relation = _attributes(attributes, names)
            target = relation.get("Target", "")
            path = target.lstrip("/") if target.startswith("/") or not folder else f"{folder}/{target}"
            found[relation.get("Id", "")] = (relation.get("Type", "").rpartition("/")[2], _without_dots(path))

    if package.has(relations_part):
        for _ in package.parse(relations_part, new_parser(start)):
            pass
    return found


def _without_dots(path: str) -> str:
    kept: list[str] = []
    for step in path.split("/"):
        if step == "..":
            del kept[-1:]
        elif step != ".":
            kept.append(step)
    return "/".join(kept)


def _attributes(found: dict[str, str], names: LocalNames) -> dict[str, str]:
    return {names[name]: value for name, value in found.items()}


def related_part(package: Package, kind: str) -> str | None:
    """The part of that kind (`styles`, `sharedStrings`) that the workbook names, if it is there."""
    relations = _relations(package, _workbook_part(package)).values()
    part = next((target for name, target in relations if name == kind), None)
    return part if part is not None and package.has(part) else None


def cell_shapes(package: Package) -> list[int]:
    """For each cell style, by its number, what it makes of a number (`Shape`)."""
    part = related_part(package, "styles")
    if part is None:
        return []
    codes: dict[int, str] = {}
    formats: list[int] = []
    in_cell_formats = False
    names = LocalNames()

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal in_cell_formats
        local = names[name]
        if local == "cellXfs":
            in_cell_formats = True
        elif local == "xf" and in_cell_formats:
            formats.append(_number(_attributes(attributes, names).get("numFmtId", "0")))
        elif local == "numFmt":
            found = _attributes(attributes, names)
            codes[_number(found.get("numFmtId", "0"))] = found.get("formatCode", "")

    def end(name: str) -> None:
        nonlocal in_cell_formats
        if names[name] == "cellXfs":
            in_cell_formats = False

    for _ in package.parse(part, new_parser(start, end)):
        pass
    return [shape_of_format(codes[key]) if key in codes else shape_of_builtin(key) for key in formats]


def _number(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        return Shape.PLAIN


def shared_strings(package: Package) -> SharedStrings:
    """The table of shared texts; runs of rich text are joined, what is only a reading aid (`rPh`) is left out."""
    strings = SharedStrings()
    part = related_part(package, "sharedStrings")
    if part is None:
        return strings
    names = LocalNames()
    pieces: list[str] = []
    texts: list[str] = []
    in_phonetic = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal in_phonetic
        local = names[name]
        if local == "si":
            texts.clear()
        elif local == "rPh":
            in_phonetic = True
        pieces.clear()

    def end(name: str) -> None:
        nonlocal in_phonetic
        local = names[name]
        if local == "t":
            if not in_phonetic:
                texts.append("".join(pieces))
        elif local == "si":
            strings.append(unescape("".join(texts)))
        elif local == "rPh":
            in_phonetic = False
        pieces.clear()

    parser = new_parser(start, end)
    parser.CharacterDataHandler = pieces.append
    for _ in package.parse(part, parser, growing=lambda: sum(map(len, pieces)) + sum(map(len, texts))):
        pass
    return strings
