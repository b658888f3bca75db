from __future__ import annotations

import random
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import python_calamine
import xlsxwriter
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.spreadsheets import workbooks
from tests.spreadsheets.workbooks import SHEET, STRINGS, STYLES, WORKBOOK, build, inline, sheet, styles, workbook
from webapp.spreadsheets import FileFormat, FileProblem, Row, UnreadableFile, open_table
from webapp.spreadsheets.formulas import undefuse
from webapp.spreadsheets.limits import XLSX_CPU, XLSX_MEMORY
from webapp.spreadsheets.xlsx_reading import XlsxTable

HEADER = inline("order_number", "status")
STRING_TABLE = (
    f'<sst xmlns="{workbooks.MAIN}"><si><t>order_number</t></si><si><t xml:space="preserve"> status </t></si>'
    "<si><r><t>배송</t></r><r><rPr><b/></rPr><t>중</t></r><rPh sb='0' eb='1'><t>reading aid</t></rPh></si>"
    "<si><t>a_x000D_b_x005F_x0041_ &amp; &lt;c&gt;</t></si><si/></sst>"
)


def read(path: Path, start: int = 0) -> list[Row]:
    with open_table(path, name=path.name) as table:
        assert table.format is FileFormat.XLSX
        return list(table.rows(start))


def problem(path: Path, **limits: int) -> tuple[FileProblem, dict[str, object]]:
    with pytest.raises(UnreadableFile) as refusal, open_table(path, name=path.name, **limits) as table:
        for _ in table.rows():
            pass
    return refusal.value.code, dict(refusal.value.params)


def cells(rows: str, path: Path, **parts: str | bytes | None) -> list[list[str]]:
    """The data cells of a sheet with these rows under the usual header."""
    named = {"strings": STRINGS, "styles": STYLES, "workbook": WORKBOOK}
    build(path, {SHEET: sheet(HEADER + rows), **{named[key]: part for key, part in parts.items()}})
    return [row.cells for row in read(path)]


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        ('<c t="s"><v>2</v></c><c t="s"><v>3</v></c>', ["배송중", "a\rb_x0041_ & <c>"]),
        ('<c t="s"><v>4</v></c><c t="s"><v>1</v></c>', ["", " status "]),
        ('<c t="inlineStr"><is><r><t>rich</t></r><r><t> text</t></r></is></c>', ["rich text", ""]),
        ('<c t="inlineStr"><is><t>x</t><rPh sb="0" eb="1"><t>aid</t></rPh></is></c>', ["x", ""]),
        ('<c t="inlineStr"><is><t>0012</t></is></c><c><v>12</v></c>', ["0012", "12"]),
        ("<c><v>1.0</v></c><c><v>8.991234567890123E15</v></c>", ["1", "8991234567890123"]),
        ('<c t="n"><v>123456789012345678</v></c><c><v>0.1</v></c>', ["123456789012345678", "0.1"]),
        ('<c t="b"><v>1</v></c><c t="b"><v>0</v></c>', ["true", "false"]),
        ('<c t="e"><v>#N/A</v></c><c t="str"><f>A1&amp;"x"</f><v>1x</v></c>', ["#N/A", "1x"]),
        ("<c><f>1+1</f><v>2</v></c><c t='str'><f>IF(A1,A1,A1)</f><v></v></c>", ["2", ""]),
        ('<c t="d"><v>2024-05-02T10:00:00</v></c>', ["2024-05-02T10:00:00", ""]),
        ('<c s="1"><v>45414</v></c><c s="2"><v>45414.75</v></c>', ["2024-05-02", "2024-05-02T18:00:00"]),
        ('<c s="3"><v>42</v></c><c s="4"><v>0.5</v></c>', ["00042", "12:00:00"]),
        ('<c s="99"><v>42</v></c><c s="x"><v>43</v></c>', ["42", "43"]),
        ('<c r="B2" t="inlineStr"><is><t>y</t></is></c>', ["", "y"]),
        ('<c r="D2"><v>4</v></c><c r="A2"><v>1</v></c>', ["1", "", "", "4"]),
        ('<c r="A2"><v>1</v></c><c r="AA2"><v>27</v></c>', ["1", *[""] * 25, "27"]),
        ('<c r="A2"><v>1</v></c><c r="XFD2" s="1"/>', ["1", ""]),
        ("<c>\n  <v>7</v>\n </c>\n <c t='str'>\n<v>z</v>\n</c>\n", ["7", "z"]),
        ('<c t="inlineStr"><is><t>\'=1+1</t></is></c><c t="inlineStr"><is><t>\'x</t></is></c>', ["=1+1", "'x"]),
    ],
)
def test_cells_are_what_a_person_sees(tmp_path: Path, row: str, expected: list[str]) -> None:
    shapes = styles(0, 14, 22, "00000", "h:mm")
    assert cells(f"<row>{row}</row>", tmp_path / "x.xlsx", strings=STRING_TABLE, styles=shapes) == [expected]


def test_a_formula_without_its_result_is_told_apart_from_an_empty_cell(tmp_path: Path) -> None:
    rows = (
        "<row><c><v>1</v></c><c><f>A1&amp;B1</f></c></row>"
        '<row r="5"><c r="A5"><f t="shared" si="0">A1*2</f><v/></c><c r="B5"><f t="shared" si="0"/><v></v></c></row>'
        '<row><c t="str"><f>A1</f></c></row><row><c><f>A1</f><v>3</v></c></row>'
    )
    path = build(tmp_path / "x.xlsx", {SHEET: sheet(HEADER + rows)})
    assert read(path) == [
        Row(1, 2, ["1", "=A1&B1"], (1,)),
        Row(2, 5, ["=A1*2", "=… (B5)"], (0, 1)),
        Row(3, 6, ["=A1", ""], (0,)),
        Row(4, 7, ["3", ""]),
    ]


def test_days_can_be_counted_from_1904(tmp_path: Path) -> None:
    book = workbook(("Orders", "visible", "worksheet_1"), properties='<workbookPr date1904="1"/>')
    row = '<row><c s="1"><v>43952</v></c></row>'
    assert cells(row, tmp_path / "x.xlsx", styles=styles(0, 14), workbook=book) == [["2024-05-02", ""]]


def test_rows_have_the_numbers_of_the_sheet_and_blank_ones_are_left_out(tmp_path: Path) -> None:
    rows = (
        '<row r="3"><c r="A3" t="inlineStr"><is><t> order_number </t></is></c><c r="B3" t="str"><v>Status</v></c>'
        '<c r="D3" t="str"><v> </v></c></row>'
        '<row r="5"><c r="A5"><v>1</v></c></row><row r="6"/><row r="7"><c r="B7" t="str"><v>  </v></c></row>'
        '<row><c><v>2</v></c></row><row r="1000000"><c r="A1000000"><v>3</v></c><c r="C1"><v>9</v></c></row>'
    )
    path = build(tmp_path / "x.xlsx", {SHEET: sheet(rows)})
    with open_table(path, name="x.xlsx") as table:
        assert table.header == ["order_number", "Status"]
        assert list(table.rows()) == [
            Row(1, 5, ["1", ""]),
            Row(2, 8, ["2", ""]),
            Row(3, 1_000_000, ["3", "", "9"]),
        ]
        assert [row.number for row in table.rows(2)] == [3]
        assert [row.number for row in table.rows()] == [1, 2, 3]


def test_a_header_alone_is_a_table_without_rows(tmp_path: Path) -> None:
    with open_table(build(tmp_path / "x.xlsx", {SHEET: sheet(HEADER)}), name="x.xlsx") as table:
        assert table.header == ["order_number", "status"]
        assert list(table.rows()) == []


def test_the_first_visible_worksheet_counts(tmp_path: Path) -> None:
    book = workbook(
        ("Chart", "visible", "chartsheet_1"),
        ("Old", "hidden", "worksheet_1"),
        ("Older", "veryHidden", "worksheet_1"),
        ("New", "visible", "worksheet_2"),
    )
    parts = {WORKBOOK: book, SHEET: sheet(inline("hidden")), "xl/worksheets/sheet2.xml": sheet(HEADER)}
    with open_table(build(tmp_path / "x.xlsx", parts), name="x.xlsx") as table:
        assert table.header == ["order_number", "status"]


def test_prefixes_absolute_paths_and_other_capitals_are_understood(tmp_path: Path) -> None:
    rows = HEADER.replace("<", "<x:").replace("<x:/", "</x:")
    parts = {
        "_rels/.rels": workbooks.relations(officeDocument_1="/xl/workbook.xml"),
        "xl/_rels/workbook.xml.rels": workbooks.relations(worksheet_1="/xl/worksheets/../Worksheets/Sheet1.xml"),
        SHEET: f'<x:worksheet xmlns:x="{workbooks.MAIN}"><x:sheetData>{rows}</x:sheetData></x:worksheet>',
    }
    with open_table(build(tmp_path / "x.xlsx", parts), name="x.xlsx") as table:
        assert table.header == ["order_number", "status"]


def lie_about_size(path: Path) -> Path:
    """The sheet says that it is 100 bytes long, and is far longer."""
    build(path, {SHEET: sheet(HEADER + inline("1", "paid") * 10_000)})
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    path.write_bytes(path.read_bytes().replace(size.to_bytes(4, "little"), (100).to_bytes(4, "little")))
    return path


def flip(path: Path) -> Path:
    """A damaged file: some bytes in the middle are others."""
    rows = "".join(inline(str(n), random.Random(n).randbytes(8).hex()) for n in range(5_000))
    build(path, {SHEET: sheet(HEADER + rows)})
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 50] = bytes(50)
    path.write_bytes(data)
    return path


def declare_large(path: Path) -> Path:
    """The zip's directory says that the sheet has 3 GB."""
    build(path, {SHEET: sheet(HEADER)})
    with zipfile.ZipFile(path) as archive:
        size = archive.getinfo(SHEET).file_size
    data = path.read_bytes()
    path.write_bytes(data.replace(size.to_bytes(4, "little"), (3 * 1024**3).to_bytes(4, "little")))
    return path


def lock(path: Path) -> Path:
    """Zip's own encryption, by the flag of each member."""
    build(path, {SHEET: sheet(HEADER)})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place >= 0:
            data[place + offset] |= 1
            place = data.find(mark, place + 1)
    path.write_bytes(data)
    return path


BILLION = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
BAD_PARTS: list[tuple[str, dict[str, str | bytes | None], FileProblem, dict[str, object]]] = [
    ("no rows", {}, FileProblem.EMPTY_FILE, {}),
    ("only blanks", {SHEET: sheet(inline("", " "))}, FileProblem.EMPTY_FILE, {}),
    ("no workbook", {WORKBOOK: None}, FileProblem.NOT_A_TABLE, {"kind": "archive"}),
    (
        "a text document",
        {
            "_rels/.rels": workbooks.relations(officeDocument_1="word/document.xml"),
            "word/document.xml": "<document><body/></document>",
        },
        FileProblem.NOT_A_TABLE,
        {"kind": "archive"},
    ),
    (
        "binary workbook",
        {"_rels/.rels": workbooks.relations(officeDocument_1="xl/workbook.bin"), "xl/workbook.bin": b"\x83"},
        FileProblem.OLD_EXCEL,
        {"kind": "xlsb"},
    ),
    ("all hidden", {WORKBOOK: workbook(("Orders", "hidden", "worksheet_1"))}, FileProblem.NO_SHEET, {}),
    ("sheet is not there", {SHEET: None}, FileProblem.BAD_XLSX, {"part": SHEET, "line": 0}),
    ("not XML", {SHEET: b"\x00\x01rubbish"}, FileProblem.BAD_XLSX, {"part": SHEET, "line": 0}),
    (
        "XML that ends too early",
        {SHEET: sheet(HEADER + inline("1", "paid"))[:-30]},
        FileProblem.BAD_XLSX,
        {"part": SHEET, "line": 2},
    ),
    (
        "a text that is not in the table",
        {SHEET: sheet(HEADER + '<row r="7"><c t="s"><v>99</v></c></row>'), STRINGS: STRING_TABLE},
        FileProblem.BAD_XLSX,
        {"part": "sharedStrings", "line": 7},
    ),
    (
        "a billion laughs",
        {SHEET: f'<!DOCTYPE x [<!ENTITY a0 "ha">{BILLION}]><worksheet>&a9;</worksheet>'},
        FileProblem.BAD_XLSX,
        {"part": "DOCTYPE", "line": 0},
    ),
    (
        "a file of ours",
        {STRINGS: '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><sst><si><t>&a;</t></si></sst>'},
        FileProblem.BAD_XLSX,
        {"part": "DOCTYPE"},
    ),
    (
        "an endless cell",
        {SHEET: sheet(HEADER + inline("1", "x" * 3_000_000))},
        FileProblem.CELL_TOO_LARGE,
        {"limit": 1_000_000, "line": 2},
    ),
    (
        "an endless cell of small pieces",
        {SHEET: sheet(HEADER + "<row><c t='inlineStr'><is>" + "<r><t>xx</t></r>" * 600_000 + "</is></c></row>")},
        FileProblem.CELL_TOO_LARGE,
        {"limit": 1_000_000, "line": 2},
    ),
    (
        "an endless tag",
        {SHEET: sheet(HEADER + f'<row a="{"x" * 4_000_000}"/>')},
        FileProblem.BAD_XLSX,
        {"part": SHEET, "line": 1},
    ),
    (
        "a column beyond the last",
        {SHEET: sheet(HEADER + '<row><c r="XFE2"><v>1</v></c></row>')},
        FileProblem.TOO_MANY_COLUMNS,
        {"limit": 16_384, "line": 2},
    ),
    (
        "a column that is none",
        {SHEET: sheet(HEADER + '<row><c r="?2"><v>1</v></c></row>')},
        FileProblem.TOO_MANY_COLUMNS,
        {"limit": 16_384, "line": 2},
    ),
]


@pytest.mark.parametrize(("parts", "code", "params"), [pytest.param(*bad[1:], id=bad[0]) for bad in BAD_PARTS])
def test_bad_files_are_refused_with_the_reason_and_the_place(
    tmp_path: Path, parts: dict[str, str | bytes | None], code: FileProblem, params: dict[str, object]
) -> None:
    assert problem(build(tmp_path / "x.xlsx", parts)) == (code, params)


def test_a_size_that_is_a_lie_is_found(tmp_path: Path) -> None:
    code, params = problem(lie_about_size(tmp_path / "x.xlsx"))
    assert (code, params["part"]) == (FileProblem.BAD_XLSX, SHEET)


def test_a_size_over_the_limit_is_refused_before_it_is_unzipped(tmp_path: Path) -> None:
    code, params = problem(declare_large(tmp_path / "x.xlsx"))
    assert code is FileProblem.TOO_LARGE
    assert params["unzipped"] == 1


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    code, params = problem(flip(tmp_path / "x.xlsx"))
    assert (code, params["part"]) == (FileProblem.BAD_XLSX, SHEET)


def test_a_locked_zip_is_encrypted(tmp_path: Path) -> None:
    assert problem(lock(tmp_path / "x.xlsx")) == (FileProblem.ENCRYPTED_XLSX, {})


@pytest.mark.parametrize("keep", [4, 30, 300, -1, -20])
def test_a_file_that_was_cut_is_refused(tmp_path: Path, keep: int) -> None:
    path = build(tmp_path / "x.xlsx", {SHEET: sheet(HEADER)})
    path.write_bytes(path.read_bytes()[:keep])
    assert problem(path) == (FileProblem.BAD_XLSX, {})


def test_a_file_over_the_limit_of_rows(tmp_path: Path) -> None:
    path = build(tmp_path / "x.xlsx", {SHEET: sheet(HEADER + inline("1", "paid") * 11)})
    assert problem(path, max_rows=10) == (FileProblem.TOO_MANY_ROWS, {"limit": 10})
    with open_table(path, name="x.xlsx", max_rows=11) as table:
        assert len(list(table.rows())) == 11


def test_good_rows_before_a_bad_place_are_given_out(tmp_path: Path) -> None:
    path = build(tmp_path / "x.xlsx", {SHEET: sheet(HEADER + inline("1", "paid") * 5_000 + "<row><")})
    seen: list[int] = []
    with open_table(path, name="x.xlsx") as table, pytest.raises(UnreadableFile):
        seen.extend(row.number for row in table.rows())
    assert seen == list(range(1, 5_001))


def test_a_sheet_with_more_than_a_pipe_holds_is_read_whole(tmp_path: Path) -> None:
    path = build(
        tmp_path / "x.xlsx", {SHEET: sheet(HEADER + "".join(inline(f"LP-{n}", "x" * 50) for n in range(20_000)))}
    )
    assert [row.cells[0] for row in read(path)] == [f"LP-{n}" for n in range(20_000)]
    assert [row.number for row in read(path, 19_998)] == [19_999, 20_000]


def test_memory_that_runs_out_is_told(tmp_path: Path) -> None:
    many = "".join(f"<si><t>{n:0300}</t></si>" for n in range(400_000))
    path = build(tmp_path / "x.xlsx", {STRINGS: f"<sst>{many}</sst>", SHEET: sheet(HEADER)})
    limit = 150 * 1024 * 1024
    with pytest.raises(UnreadableFile) as refusal:
        XlsxTable(path, name="x.xlsx", max_rows=10, memory=limit, cpu=XLSX_CPU)
    assert (refusal.value.code, refusal.value.params) == (FileProblem.XLSX_MEMORY, {"limit": limit})
    with open_table(path, name="x.xlsx") as table:
        assert table.header == ["order_number", "status"]


def test_time_that_runs_out_is_told(tmp_path: Path) -> None:
    many = "".join(f"<si><t>{n:0300}</t></si>" for n in range(400_000)) * 3
    path = build(tmp_path / "x.xlsx", {STRINGS: f"<sst>{many}</sst>", SHEET: sheet(HEADER)})
    with pytest.raises(UnreadableFile) as refusal:
        XlsxTable(path, name="x.xlsx", max_rows=10, memory=XLSX_MEMORY, cpu=1)
    assert (refusal.value.code, refusal.value.params) == (FileProblem.XLSX_TIME, {"limit": 1})


WORD = st.text(st.sampled_from("abc 0129김é&<>\"'_x\n"), max_size=8)
VALUE = WORD | st.integers(-(10**14), 10**14) | st.floats(-1e6, 1e6).map(lambda x: round(x, 3)) | st.booleans()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.lists(VALUE, min_size=1, max_size=4), max_size=6), shared=st.booleans())
@example(rows=[["'\n"]], shared=False)
def test_another_reader_sees_the_same(tmp_path: Path, rows: list[list[str | int | float | bool]], shared: bool) -> None:
    path = tmp_path / "x.xlsx"
    with xlsxwriter.Workbook(str(path), {"constant_memory": not shared, "strings_to_numbers": False}) as book:
        page = book.add_worksheet()
        page.write_row(0, 0, ["a", "b", "c", "d"])
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    page.write_string(number, column, value)
                else:
                    page.write(number, column, value)
    other = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False)
    expected = [seen for row in other[1:] if any((seen := [as_seen(cell) for cell in row]) and map(str.strip, seen))]
    # Ours takes the apostrophe away that keeps a formula from being run.
    assert [row.cells for row in read(path)] == [[undefuse(cell) for cell in row] for row in expected]


def as_seen(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value == int(value) else format(value, "f").rstrip("0")
    return str(value)


def test_another_reader_sees_the_same_days(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    days = [
        datetime.fromisoformat(day) for day in ("2024-01-31T13:45:59", "1999-12-31T00:00:00", "2030-02-01T00:00:01")
    ]
    with xlsxwriter.Workbook(str(path)) as book:
        page = book.add_worksheet()
        moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        page.write(0, 0, "ordered_at")
        for number, day in enumerate(days, 1):
            page.write_datetime(number, 0, day, moment)
    assert [row.cells for row in read(path)] == [[day.isoformat()] for day in days]
