"""Sheets that are damaged, huge or hostile: refused in French, quickly; honest ones are read as they look."""

from __future__ import annotations

import io
import time
import zipfile

import openpyxl
import pytest

from jalon.exchange.sheet import MOST_BYTES, MOST_COLUMNS, MOST_ROWS, SheetRefusedError, read_sheet

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def workbook(*rows: tuple[object, ...]) -> bytes:
    """Make a workbook."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def replaced(xml: bytes, name: str = SHEET) -> bytes:
    """Make a workbook one part of which is another text."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook(("a", "b")))) as source, zipfile.ZipFile(stream, "w") as target:
        for each in source.infolist():
            content = xml if each.filename == name else source.read(each)
            target.writestr(each.filename, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()


def sheet(rows: str, before: str = "") -> bytes:
    """Make a workbook whose sheet holds these rows of XML."""
    return replaced(
        f'{before}<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData></worksheet>'.encode()
    )


def text_cell(place: str, text: str = "x") -> str:
    """Write one cell of XML."""
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def refusal(data: bytes) -> str:
    """Give the sentence of a refusal; it must come soon."""
    begun = time.process_time()
    with pytest.raises(SheetRefusedError) as caught:
        read_sheet(data)
    assert 5 > time.process_time() - begun
    return str(caught.value)


# -- what is read


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\r\n", "\n"])
def test_a_csv_is_read_as_spreadsheets_write_it(encoding: str, delimiter: str, end: str) -> None:
    """Three delimiters, the encodings of spreadsheets, both line ends: the same rows."""
    lines = (("organisation", "nom"), ('"Éditeur ""É"""', " Zoé "))
    data = end.join(delimiter.join(line) for line in lines).encode(encoding)

    assert [["organisation", "nom"], ['Éditeur "É"', "Zoé"]] == read_sheet(data)


def test_rows_keep_the_number_a_spreadsheet_gives_them() -> None:
    """Empty rows stay where they are; those at the end are left out."""
    wanted = [["a"], [], [], ["b"]]

    assert wanted == read_sheet(b"a\n\n;;\nb\n\n\n")
    assert wanted == read_sheet(workbook(("a",), (None,), ("  ",), ("b",), (None,)))


def test_a_workbook_is_read_as_text() -> None:
    """Numbers, booleans and dates become what they look like; a formula is never worked out."""
    read = read_sheet(workbook(("75001", 75001, True, False, None, "=1+1", "fin")))

    assert [["75001", "75001", "oui", "non", "", "", "fin"]] == read
    assert [["=1+1", "@x"]] == read_sheet(b"=1+1;@x")


def test_a_workbook_that_lies_about_its_size_is_read_whole() -> None:
    """The dimension that a file declares does not hide the rows beyond it."""
    rows = "".join(f'<row r="{n}">{text_cell(f"A{n}", str(n))}</row>' for n in (1, 2, 3))
    data = replaced(
        f'<worksheet xmlns="{NAMESPACE}"><dimension ref="A1"/><sheetData>{rows}</sheetData></worksheet>'.encode()
    )

    assert [["1"], ["2"], ["3"]] == read_sheet(data)


def test_the_largest_sheet_is_read() -> None:
    """The names of columns and 2,000 rows are read, in both formats; one row more is refused."""
    most = [("a",)] * (MOST_ROWS + 1)

    assert MOST_ROWS + 1 == len(read_sheet(b"a\n" * len(most))) == len(read_sheet(workbook(*most)))
    for data in (b"a\n" * (len(most) + 1), workbook(*most, ("a",))):
        assert f"La ligne {MOST_ROWS + 2} est remplie" in refusal(data)


# -- what is refused


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "vide"),
        (b"\xef\xbb\xbf", "vide"),
        (b" \n;;\n", "vide"),
        (b"a" * (MOST_BYTES + 1), "dépasse 10 Mo"),
        (b"a;b\n\x81\x8d", "n’est pas en UTF-8"),
        ("a;b".encode("utf-16"), "ni du CSV ni du XLSX"),
        (b"\xd0\xcf\x11\xe0\x00\x00", "ni du CSV ni du XLSX"),
        (b'a;b\n"x" y;z', "guillemet"),
        (b'a;"b', "guillemet"),
        (b'"' + b"x" * 200_000 + b'"', "n’en finit pas"),
        (b"x" * 5_001, "dépasse 5000 caractères"),
        (b";".join([b"x"] * (MOST_COLUMNS + 1)), "au-delà de la colonne 50"),
        (b"PK\x03\x04", "abîmé"),
        (b"PK\x05\x06" + b"\x00" * 18, "abîmé"),
        (b"PK\x03\x04" + b"\xff" * 500, "abîmé"),
        (workbook(("a",))[:-200], "abîmé"),
    ],
    ids=range(16),
)
def test_what_is_no_sheet_is_refused(data: bytes, said: str) -> None:
    """Empty, endless, of another format, damaged: the sentence says which, in French."""
    assert said in refusal(data)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (f'<row r="1048576">{text_cell("A1048576")}</row>', "au-delà de la ligne 20000"),
        (f'<row r="1">{text_cell("XFD1")}</row>', "de la colonne 1000"),
        (f'<row r="1">{text_cell("A1")}{text_cell("AZ1")}</row>', "au-delà de la colonne 50"),
        ("<row>" + "<c/>" * 600_000 + "</row>", "trop volumineux"),
        ("<row/>" * 600_000, "trop volumineux"),
        (f'<row r="1">{text_cell("A1", "x" * 6_000)}</row>', "dépasse 5000"),
        ("<row>" + "<c>" * 100_000 + "</c>" * 100_000 + "</row>", ""),
        ('<row r="9999999999999"><c r="A1"><v>1</v></c></row>', "vide"),
        ('<row r="x"><c r="1A"><v>1</v></c></row>', ""),
        ("<row><c", "abîmé"),
    ],
    ids=range(10),
)
def test_a_far_or_endless_cell_costs_nothing(rows: str, said: str) -> None:
    """A cell at the end of the sheet, a million elements, deep nesting: refused before memory is taken."""
    assert said in refusal(sheet(rows))


def test_a_zip_that_unfolds_is_refused() -> None:
    """A few kilobytes that unfold into gigabytes, or that hold thousands of files, are not unfolded."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b" " * 60_000_000)
    assert 100_000 > len(stream.getvalue())
    assert "trop volumineux" in refusal(stream.getvalue())

    many = io.BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(1_001):
            archive.writestr(f"{number}.xml", b"")
    assert "trop volumineux" in refusal(many.getvalue())


def test_a_zip_in_a_zip_is_no_workbook() -> None:
    """An archive that holds a workbook is not opened twice."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("dedans.xlsx", workbook(("a",)))

    assert "abîmé" in refusal(stream.getvalue())


@pytest.mark.parametrize(
    "before",
    [
        '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]>',
        '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    ],
)
def test_entities_are_never_unfolded(before: str) -> None:
    """Entities, of the file or of elsewhere, are refused."""
    entity = "&b;" if "b " in before else "&a;"

    assert "abîmé" in refusal(sheet(f"<row>{text_cell('A1', entity)}</row>", before))
