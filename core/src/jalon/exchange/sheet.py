"""Read a sheet, CSV or XLSX, as rows of text: measured before it is opened, refused with what was found."""

from __future__ import annotations

import csv
import io
import zipfile
from importlib import import_module
from typing import Any, Final

from jalon.errors import JalonError

MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 50
MOST_BYTES: Final = 10_000_000
_LONGEST_CELL: Final = 5_000
_MOST_UNZIPPED: Final = 50_000_000
_ENCODINGS: Final = ("utf-8-sig", "cp1252")


class SheetRefusedError(JalonError):
    """A sheet cannot be read."""


def read_sheet(data: bytes) -> list[list[str]]:
    """Give the rows of a sheet, each cell as text without spaces around; empty rows are left out."""
    if len(data) > MOST_BYTES:
        raise SheetRefusedError(f"Ce fichier dépasse {MOST_BYTES // 1_000_000} Mo. Découpez-le.")
    if not data.strip():
        raise SheetRefusedError("Ce fichier est vide. Choisissez un fichier CSV ou XLSX.")
    rows = _xlsx(data) if data.startswith(b"PK") else _csv(data)
    kept = [[cell.strip() for cell in row] for row in rows]
    return [row for row in kept if any(row)]


def _csv(data: bytes) -> list[list[str]]:
    text = _decoded(data)
    first = text.partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        for row in reader:
            rows.append(_measured(row, len(rows)))
    except csv.Error as error:
        raise SheetRefusedError(
            f"Ce fichier CSV est illisible à la ligne {reader.line_num} ({error}). Enregistrez-le de nouveau."
        ) from None
    return rows


def _decoded(data: bytes) -> str:
    if b"\x00" in data:
        raise SheetRefusedError("Ce fichier n’est ni du CSV ni du XLSX. Enregistrez-le dans l’un des deux.")
    for encoding in _ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SheetRefusedError("Ce fichier CSV n’est pas en UTF-8. Enregistrez-le de nouveau, en UTF-8.")


def _xlsx(data: bytes) -> list[list[str]]:
    try:
        unzipped = _unzipped(data)
        rows = _opened(data) if unzipped <= _MOST_UNZIPPED else []
    except SheetRefusedError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever the library meets in a damaged file
        raise SheetRefusedError(
            f"Ce classeur est illisible ({type(error).__name__}). Enregistrez-le de nouveau en XLSX."
        ) from None
    if unzipped > _MOST_UNZIPPED:
        raise SheetRefusedError("Ce classeur est trop volumineux une fois ouvert. Découpez-le.")
    return rows


def _unzipped(data: bytes) -> int:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(each.file_size for each in archive.infolist())


def _opened(data: bytes) -> list[list[str]]:
    openpyxl = import_module("openpyxl")  # heavy: only when a workbook is read
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        return _cells(book.worksheets[0])
    finally:
        book.close()


def _cells(sheet: Any) -> list[list[str]]:
    rows: list[list[str]] = []
    for row in sheet.iter_rows(max_col=MOST_COLUMNS + 1, values_only=True):
        if not any(row):  # a stray cell far below brings a million of these
            continue
        cells = ["" if cell is None else str(cell) for cell in row]
        while cells and not cells[-1]:
            cells.pop()
        rows.append(_measured(cells, len(rows)))
    return rows


def _measured(row: list[str], before: int) -> list[str]:
    if before > MOST_ROWS:
        raise SheetRefusedError(f"Ce fichier compte plus de {MOST_ROWS} lignes. Découpez-le.")
    if len(row) > MOST_COLUMNS:
        raise SheetRefusedError(f"La ligne {before + 1} compte plus de {MOST_COLUMNS} colonnes.")
    if any(len(cell) > _LONGEST_CELL for cell in row):
        raise SheetRefusedError(f"Une cellule de la ligne {before + 1} dépasse {_LONGEST_CELL} caractères.")
    return row
