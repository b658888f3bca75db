"""XLSX files made by hand, for what no library writes: odd ones, damaged ones, evil ones."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"

SHEET = "xl/worksheets/sheet1.xml"
STRINGS = "xl/sharedStrings.xml"
STYLES = "xl/styles.xml"
WORKBOOK = "xl/workbook.xml"


def sheet(rows: str) -> str:
    """A worksheet around the XML of its rows."""
    return f'<?xml version="1.0"?><worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData></worksheet>'


def inline(*cells: str) -> str:
    """A row of texts that stand in the cells themselves, without row or cell numbers."""
    return "<row>" + "".join(f'<c t="inlineStr"><is><t>{escape(cell)}</t></is></c>' for cell in cells) + "</row>"


def styles(*formats: str | int) -> str:
    """Cell styles 0, 1, … with these number formats: built-in ids or format codes."""
    codes = {code: 164 + index for index, code in enumerate(formats) if isinstance(code, str)}
    listed = "".join(
        f'<numFmt numFmtId="{key}" formatCode="{escape(code, {chr(34): "&quot;"})}"/>' for code, key in codes.items()
    )
    used = "".join(f'<xf numFmtId="{codes.get(one, one) if isinstance(one, str) else one}"/>' for one in formats)
    return (
        f'<styleSheet xmlns="{MAIN}"><numFmts>{listed}</numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>'
        f"<cellXfs>{used}</cellXfs></styleSheet>"
    )


def workbook(*sheets: tuple[str, str, str], properties: str = "") -> str:
    """A workbook of sheets: name, state, relation id."""
    listed = "".join(f'<sheet name="{name}" sheetId="1" state="{state}" r:id="{key}"/>' for name, state, key in sheets)
    return f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{properties}<sheets>{listed}</sheets></workbook>'


def relations(**targets: str) -> str:
    """Relations of the workbook, ``worksheet_1="worksheets/sheet1.xml"``: the kind is what stands before the ``_``."""
    listed = "".join(
        f'<Relationship Id="{key}" Type="{RELATIONS}/{key.partition("_")[0]}" Target="{target}"/>'
        for key, target in targets.items()
    )
    return f'<Relationships xmlns="{PACKAGE}">{listed}</Relationships>'


def build(path: Path, parts: Mapping[str, str | bytes | None]) -> Path:
    """Write an XLSX file: the usual parts, with these in their place; None leaves one out."""
    whole: dict[str, str | bytes | None] = {
        "_rels/.rels": relations(officeDocument_1="xl/workbook.xml"),
        WORKBOOK: workbook(("Orders", "visible", "worksheet_1")),
        "xl/_rels/workbook.xml.rels": relations(
            worksheet_1="worksheets/sheet1.xml",
            worksheet_2="worksheets/sheet2.xml",
            styles_1="styles.xml",
            sharedStrings_1="sharedStrings.xml",
        ),
        SHEET: sheet(""),
        **parts,
    }
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in whole.items():
            if content is not None:
                archive.writestr(name, content)
    return path
