from __future__ import annotations

import codecs
import csv
import gc
import random
import sys
import tracemalloc
from pathlib import Path

import pytest

from webapp.spreadsheets import FileFormat, FileProblem, Row, UnreadableFile, open_table
from webapp.spreadsheets.limits import MAX_LINE

HEADER = "order_number,status,comment"


def write(tmp_path: Path, content: str | bytes, encoding: str = "utf-8") -> Path:
    path = tmp_path / "upload.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))
    return path


def read(path: Path, start: int = 0) -> list[Row]:
    with open_table(path, name=path.name) as table:
        return list(table.rows(start))


def problem(path: Path, **limits: int) -> tuple[FileProblem, dict[str, object]]:
    with pytest.raises(UnreadableFile) as refusal, open_table(path, name=path.name, **limits) as table:
        for _ in table.rows():
            pass
    return refusal.value.code, dict(refusal.value.params)


KOREAN = "order_number,status,comment\r\n001,배송중,김민준 고객님\r\n002,paid,서울특별시 강남구 테헤란로\r\n"
WESTERN = "order_number,status,comment\r\n001,paid,José Müller à Genève – 5 €\r\n002,paid,Curaçao\r\n"
ASCII = "order_number,status,comment\r\n001,paid,Budi Santoso\r\n002,shipped,Jl. Sudirman 1\r\n"


@pytest.mark.parametrize(
    ("text", "encoding", "mark", "found"),
    [
        (ASCII, "utf-8", b"", "utf-8"),
        (ASCII, "utf-8", codecs.BOM_UTF8, "utf-8"),
        (KOREAN, "utf-8", b"", "utf-8"),
        (KOREAN, "utf-8", codecs.BOM_UTF8, "utf-8"),
        (KOREAN, "cp949", b"", "cp949"),
        (KOREAN, "utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        (KOREAN, "utf-16-be", codecs.BOM_UTF16_BE, "utf-16-be"),
        (KOREAN, "utf-16-le", b"", "utf-16-le"),
        (KOREAN, "utf-16-be", b"", "utf-16-be"),
        (ASCII, "utf-16-le", b"", "utf-16-le"),
        (ASCII, "utf-16-be", b"", "utf-16-be"),
        (WESTERN, "utf-8", b"", "utf-8"),
        (WESTERN, "cp1252", b"", "cp1252"),
        (WESTERN, "utf-16-le", codecs.BOM_UTF16_LE, "utf-16-le"),
        (WESTERN, "utf-16-be", b"", "utf-16-be"),
    ],
)
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\r\n", "\n", "\r"])
def test_every_encoding_delimiter_and_line_end(
    tmp_path: Path, text: str, encoding: str, mark: bytes, found: str, delimiter: str, line_end: str
) -> None:
    typed = text.replace(",", delimiter).replace("\r\n", line_end)
    path = write(tmp_path, mark + typed.encode(encoding))
    with open_table(path, name="upload.csv") as table:
        assert (table.format, table.encoding, table.delimiter) == (FileFormat.CSV, found, delimiter)
        assert table.header == ["order_number", "status", "comment"]
        expected = [line.split(",") for line in text.split("\r\n")[1:3]]
        assert list(table.rows()) == [Row(1, 2, expected[0]), Row(2, 3, expected[1])]


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (HEADER, []),
        (HEADER + "\n", []),
        (HEADER + "\n\n\n", []),
        (HEADER + "\n1,paid,x", [(1, 2, ["1", "paid", "x"])]),
        (HEADER + "\n\n1,paid,x\n\n\n2,paid,y\n", [(1, 3, ["1", "paid", "x"]), (2, 6, ["2", "paid", "y"])]),
        (HEADER + "\n,,\n , ,\n1,paid,x\n,,,,,\n", [(1, 4, ["1", "paid", "x"])]),
        (HEADER + "\n,paid,\n", [(1, 2, ["", "paid", ""])]),
        (HEADER + "\n1\n2,paid\n", [(1, 2, ["1", "", ""]), (2, 3, ["2", "paid", ""])]),
        (HEADER + "\n1,paid,x,more,,\n", [(1, 2, ["1", "paid", "x", "more", "", ""])]),
        (HEADER + "\n000123,paid,\n", [(1, 2, ["000123", "paid", ""])]),
        (HEADER + "\n 1 ,paid ,\n", [(1, 2, [" 1 ", "paid ", ""])]),
        (HEADER + '\n1,paid,"a, b"\n', [(1, 2, ["1", "paid", "a, b"])]),
        (HEADER + '\n1,paid,"say ""hi"""\n', [(1, 2, ["1", "paid", 'say "hi"'])]),
        (HEADER + '\n1,paid,12" pipe\n', [(1, 2, ["1", "paid", '12" pipe'])]),
        (
            HEADER + '\n1,paid,"a\nb\r\n\nc"\n2,paid,d\n',
            [(1, 2, ["1", "paid", "a\nb\r\n\nc"]), (2, 6, ["2", "paid", "d"])],
        ),
        (
            '"order\nnumber",status,comment\n1,paid,x\n',
            [(1, 3, ["1", "paid", "x"])],
        ),
        ("\n\n" + HEADER + "\n1,paid,x\n", [(1, 4, ["1", "paid", "x"])]),
        ("sep=;\n" + HEADER.replace(",", ";") + "\n1;paid;x,y\n", [(1, 3, ["1", "paid", "x,y"])]),
        (HEADER + ",,\n1,paid,x,,\n", [(1, 2, ["1", "paid", "x", "", ""])]),
        (
            HEADER + "\n1,paid,'=1+1\n2,paid,'quoted'\n",
            [(1, 2, ["1", "paid", "=1+1"]), (2, 3, ["2", "paid", "'quoted'"])],
        ),
        (HEADER + "\n1,paid,=1+1\n", [(1, 2, ["1", "paid", "=1+1"])]),
        (HEADER + "\n1,paid,a\u2028b\x85c\x0bd\n", [(1, 2, ["1", "paid", "a\u2028b\x85c\x0bd"])]),
        (HEADER + "\n1,paid," + "x" * 900_000 + "\n", [(1, 2, ["1", "paid", "x" * 900_000])]),
    ],
)
def test_rows_as_people_write_them(tmp_path: Path, content: str, rows: list[tuple[int, int, list[str]]]) -> None:
    assert read(write(tmp_path, content)) == [Row(*row) for row in rows]


def test_the_header_is_trimmed_and_quoted_headers_behind_a_mark_are_read(tmp_path: Path) -> None:
    path = write(tmp_path, '"order_number" , Status ,"a ""b"""\n1,2,3\n', "utf-8-sig")
    with open_table(path, name="x.csv") as table:
        assert table.header == ["order_number", "Status", 'a "b"']


@pytest.mark.parametrize(
    ("content", "delimiter"),
    [
        ("order_number;status\n1;paid, and more\n2;a, b, c\n", ";"),
        ('"order,number";status;note\n1;paid;x\n', ";"),
        ("sku;name, colour;price\nA;B, red;1,5\nC;D;2,5\n", ";"),
        ("order_number,status,note;internal\n1,paid,x\n2,paid,y\n", ","),
        ("order_number\tstatus, code\n1\tpaid\n", "\t"),
        ("order_number\n1\n2\n", ","),
        ("order_number;status\n", ";"),
        ("a;b,c;d\n1;2;3\n4;5;6\n", ";"),
        ("order_number|status\n1|paid, and more\n2|a, b\n", "|"),
        ("size S|M,status\n1|2,paid\n", ","),
        ("Report November\norder_number;status\n1;paid\n", ";"),
        ("Report November, all shops\n\norder_number|status\n1|paid\n2|paid\n", "|"),
        ("sku;name;price;note\nA;B;1,5\nC;D;2,5\nE;F;3,5\n", ";"),
        ("order_number\n1\n2; and more\n3\n", ","),
        ("order_number,status\n1,paid,a|b\n2,paid,c|d\n3,paid,e|f\n", ","),
        ("name;address\nAni;Jl. A; no 3, RT 2, RW 3\nBudi;Jl. B; no 4, RT 2, RW 3\n", ";"),
        ("Report: Rona, November\na;b;c\n1;2;x\n2;3;y, z\n3;4;z\n", ";"),
    ],
)
def test_the_delimiter_is_the_one_that_fits_header_and_rows(tmp_path: Path, content: str, delimiter: str) -> None:
    with open_table(write(tmp_path, content), name="x.csv") as table:
        assert table.delimiter == delimiter


def test_fifty_extra_columns(tmp_path: Path) -> None:
    extra = [f"extra {n}" for n in range(50)]
    path = write(tmp_path, ",".join([HEADER, *extra]) + "\n1,paid,x" + ",y" * 50 + "\n")
    with open_table(path, name="x.csv") as table:
        assert table.header == ["order_number", "status", "comment", *extra]
        assert [len(row.cells) for row in table.rows()] == [53]


def test_reading_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "\n" + "".join(f'{n},paid,"a\nb"\n\n' for n in range(1, 101)))
    whole = read(path)
    assert len(whole) == 100
    for start in (0, 1, 57, 99, 100, 101):
        assert read(path, start) == whole[start:]


def test_a_table_can_be_read_twice_at_once(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "\n1,a,\n2,b,\n")
    with open_table(path, name="x.csv") as table:
        assert [(one.number, two.number) for one, two in zip(table.rows(), table.rows(1), strict=False)] == [(1, 2)]


def test_a_closed_table_gives_no_more_rows(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "\n" + "1,paid,x\n" * 100_000)
    with open_table(path, name="x.csv") as table:
        rows = table.rows()
        next(rows)
    with pytest.raises(ValueError, match="closed"):
        for _ in rows:
            pass


@pytest.mark.parametrize("encoding", ["cp949", "cp1252"])
def test_the_first_foreign_letter_may_come_late(tmp_path: Path, encoding: str) -> None:
    last = "900001,paid,홍길동\n" if encoding == "cp949" else "900001,paid,José\n"
    content = HEADER + "\n" + "".join(f"{n},paid,Budi Santoso\n" for n in range(120_000)) + last
    path = write(tmp_path, content, encoding)
    with open_table(path, name="x.csv") as table:
        assert table.encoding == encoding
        assert next(table.rows(120_000)).cells == last.strip().split(",")


@pytest.mark.parametrize(
    ("text", "encoding", "found"),
    [
        ("이름\n가", "cp949", "cp949"),
        ("주문번호;상태\n1;발송\n", "cp949", "cp949"),
        ("order,name\n1,똠방각하\n2,펲시콜라\n3,홍길동\n", "cp949", "cp949"),  # syllables that only CP949 has
        ("order,name\n1,漢字 서울특별시 大韓民國\n2,한국\n", "cp949", "cp949"),
        ("order,name\n1,ÀÉ\n2,Ärger\n3,Œuvre\n4,naïve\n", "cp1252", "cp1252"),
        ("order,temp\n1,20 °C\n", "cp1252", "cp1252"),
        ("order,price\n1,€ 5\n2,£5\n", "cp1252", "cp1252"),
    ],
)
def test_korean_and_western_files_are_told_apart(tmp_path: Path, text: str, encoding: str, found: str) -> None:
    with open_table(write(tmp_path, text, encoding), name="x.csv") as table:
        assert table.encoding == found


def test_python_does_not_forget_that_csv_cells_may_be_large(tmp_path: Path) -> None:
    read(write(tmp_path, HEADER + "\n1,paid,x\n"))
    assert csv.field_size_limit() == 1_000_000


UTF8_ROWS = "".join(f"{n},paid,김민준 고객님\n" for n in range(1000))


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        (b"", FileProblem.EMPTY_FILE, {}),
        (b"\n\r\n \t\n", FileProblem.EMPTY_FILE, {}),
        (codecs.BOM_UTF8, FileProblem.EMPTY_FILE, {}),
        (codecs.BOM_UTF16_LE + "\r\n ".encode("utf-16-le"), FileProblem.EMPTY_FILE, {}),
        (b",,,\n,,\n", FileProblem.EMPTY_FILE, {}),
        (b"\0" * 1000, FileProblem.NOT_A_TABLE, {"kind": "binary", "line": 1}),
        (random.Random(1).randbytes(5000), FileProblem.NOT_A_TABLE, {"kind": "binary", "line": 1}),
        (b"\x05\x06\x07abc\x01", FileProblem.NOT_A_TABLE, {"kind": "binary", "line": 1}),
        (HEADER.encode() + b"\n1,paid,x\n2,pa\0id,y\n", FileProblem.NUL_CHARACTER, {"line": 3}),
        (HEADER.encode() + b"\n1,paid\0,x\n", FileProblem.NUL_CHARACTER, {"line": 2}),
        (b"a,b\n1,\0\n", FileProblem.NUL_CHARACTER, {"line": 2}),
        (codecs.BOM_UTF8 + HEADER.encode() + b"\n1,pa\0id,\n", FileProblem.NUL_CHARACTER, {"line": 2}),
        ((HEADER + "\n1,paid,김민\0준\n").encode(), FileProblem.NUL_CHARACTER, {"line": 2}),
        ((HEADER + "\n1,paid,김민\0준\n").encode("cp949"), FileProblem.NUL_CHARACTER, {"line": 2}),
        (HEADER.encode() + b"\n1,paid,x" * 40_000 + b"\n\0,paid,x\n", FileProblem.NUL_CHARACTER, {"line": 40_002}),
        (HEADER.encode() + b"\n1,paid,x\n" + b"\0" * 500, FileProblem.NOT_A_TABLE, {"kind": "binary", "line": 3}),
        (
            HEADER.encode() + b"\n1,\x01\x02\x03\x04\x05\x06,x" * 9,
            FileProblem.NOT_A_TABLE,
            {"kind": "binary", "line": 2},
        ),
        (b"%PDF-1.7\n...", FileProblem.NOT_A_TABLE, {"kind": "pdf"}),
        (b"\x89PNG\r\n\x1a\n...", FileProblem.NOT_A_TABLE, {"kind": "image"}),
        (b"\x1f\x8b\x08...", FileProblem.NOT_A_TABLE, {"kind": "archive"}),
        (b"<html><table><tr><td>1</td></tr></table>", FileProblem.NOT_A_TABLE, {"kind": "html"}),
        (b'\r\n<?xml version="1.0"?><a/>', FileProblem.NOT_A_TABLE, {"kind": "xml"}),
        (b'[{"order_number": 1}]', FileProblem.NOT_A_TABLE, {"kind": "json"}),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, FileProblem.OLD_EXCEL, {"kind": "xls"}),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600_000 + "EncryptedPackage".encode("utf-16-le"),
            FileProblem.ENCRYPTED_XLSX,
            {},
        ),
        (
            (HEADER + "\n" + UTF8_ROWS).encode() + b"1001,paid,\xff\n",
            FileProblem.BAD_ENCODING,
            {"encoding": "utf-8", "byte": len((HEADER + "\n" + UTF8_ROWS).encode()) + 10, "line": 1002},
        ),
        (
            (HEADER + "\n" + UTF8_ROWS).encode()[:-3],  # cut within a letter
            FileProblem.BAD_ENCODING,
            {"encoding": "utf-8", "byte": len((HEADER + "\n" + UTF8_ROWS).encode()) - 4, "line": 1001},
        ),
        (
            codecs.BOM_UTF8 + b"a,b\r\n1,2\r\n3,\xe9\r\n",
            FileProblem.BAD_ENCODING,
            {"encoding": "utf-8", "byte": 3 + 12, "line": 3},
        ),
        (
            codecs.BOM_UTF16_LE + "a,b\r\n1,2\r\n3,".encode("utf-16-le") + b"\x00\xdc" + "x".encode("utf-16-le"),
            FileProblem.BAD_ENCODING,
            {"encoding": "utf-16-le", "byte": 2 + 24, "line": 3},
        ),
        (
            "a,b\n1,\0\n".encode("utf-16"),
            FileProblem.NUL_CHARACTER,
            {"line": 2},
        ),
        (
            (HEADER + "\n" + UTF8_ROWS).encode("cp949") + b"1001,paid,\xff\n",
            FileProblem.BAD_ENCODING,
            {"encoding": "cp949", "byte": len((HEADER + "\n" + UTF8_ROWS).encode("cp949")) + 10, "line": 1002},
        ),
        (
            "order,name\n1,Иванов Иван\n".encode("cp1251"),
            FileProblem.BAD_ENCODING,
            {"encoding": "", "byte": 13, "line": 2},
        ),
        (
            "order,name\n1,注文番号\n".encode("shift_jis"),
            FileProblem.BAD_ENCODING,
            {"encoding": "", "byte": 13, "line": 2},
        ),
        (
            (HEADER + "\n1,2,3\n").encode("utf-32"),
            FileProblem.BAD_ENCODING,
            {"encoding": "utf-32", "byte": 0, "line": 1},
        ),
        (
            HEADER.encode() + b"\n1,paid,x\n2,paid," + b"x" * 1_000_001 + b"\n",
            FileProblem.CELL_TOO_LARGE,
            {"limit": 1_000_000, "line": 3},
        ),
        (
            HEADER.encode() + b'\n1,paid,"x\n' + b"2,paid,y\n" * 200_000,
            FileProblem.CELL_TOO_LARGE,
            {"limit": 1_000_000, "line": 2},
        ),
        (HEADER.encode() + b'\n1,paid,x\n2,paid,"y\n3,paid,z\n', FileProblem.UNCLOSED_QUOTE, {"line": 3}),
        (HEADER.encode() + b'\n1,paid,"', FileProblem.UNCLOSED_QUOTE, {"line": 2}),
        (b'"order_number,status\n1,2\n', FileProblem.UNCLOSED_QUOTE, {"line": 1}),
        (
            HEADER.encode() + b"\n1,paid," + b"x," * (5 * 1024 * 1024) + b"\n",
            FileProblem.LINE_TOO_LONG,
            {"limit": MAX_LINE, "line": 2},
        ),
        (
            HEADER.encode() + b"\n1,paid,x\n2" + b"," * 16_384 + b"x\n",
            FileProblem.TOO_MANY_COLUMNS,
            {"limit": 16_384, "line": 3},
        ),
    ],
)
def test_bad_files_are_refused_with_the_reason_and_the_place(
    tmp_path: Path, content: bytes, code: FileProblem, params: dict[str, object]
) -> None:
    assert problem(write(tmp_path, content)) == (code, params)


def test_a_file_over_the_limit_of_bytes(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "\n1,paid,x\n")
    size = path.stat().st_size
    assert problem(path, max_bytes=size - 1) == (FileProblem.TOO_LARGE, {"limit": size - 1, "size": size})
    with open_table(path, name="x.csv", max_bytes=size) as table:
        assert len(list(table.rows())) == 1


def test_a_file_over_the_limit_of_rows(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + "\n" + "1,paid,x\n\n" * 11)
    assert problem(path, max_rows=10) == (FileProblem.TOO_MANY_ROWS, {"limit": 10})
    with open_table(path, name="x.csv", max_rows=11) as table:
        assert len(list(table.rows())) == 11


def test_no_such_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        open_table(tmp_path / "none.csv", name="none.csv")


def test_good_rows_before_a_bad_place_are_given_out(tmp_path: Path) -> None:
    path = write(tmp_path, HEADER + '\n1,paid,x\n2,paid,"y\n')
    seen: list[int] = []
    with open_table(path, name="x.csv") as table, pytest.raises(UnreadableFile):
        seen.extend(row.number for row in table.rows())
    assert seen == [1]


def test_memory_stays_flat(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        file.write("order_number,status\n")
        file.writelines(f"LP-{number:08},배송중 {number:040}\n" for number in range(300_000))
    gc.collect()
    tracemalloc.start()
    try:
        with open_table(path, name="large.csv") as table:
            assert sum(1 for _ in table.rows()) == 300_000
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000  # the file is 19 MB; one chunk of it and its decoded text are held at a time


def test_a_row_is_read_in_a_handful_of_calls(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"

    def calls_of(row_count: int) -> int:
        lines = (f"LP-{number:08},shipped,Budi,JNE\n" for number in range(row_count))
        path.write_text("order_number,status,name,courier\n" + "".join(lines), encoding="utf-8")
        calls = 0

        def count(_frame: object, event: str, _argument: object) -> None:
            nonlocal calls
            calls += event in ("call", "c_call")

        sys.setprofile(count)
        try:
            with open_table(path, name="large.csv") as table:
                assert sum(1 for _ in table.rows()) == row_count
        finally:
            sys.setprofile(None)
        return calls

    assert calls_of(20_000) - calls_of(10_000) <= 7 * 10_000  # it takes 2.1 times as long as csv.reader, measured
