"""Read a sheet, CSV or XLSX, as rows of text: measured before it is opened, refused with what was found."""

from __future__ import annotations

import csv
import io
import warnings
import zipfile
from collections.abc import Iterable, Iterator
from importlib import import_module
from typing import Any, Final

from jalon.errors import JalonError

MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 50
MOST_BYTES: Final = 10_000_000
_LONGEST_CELL: Final = 5_000
_WIDEST: Final = 1_000
"""Cells a row may have, empty ones too: each row costs its width."""

_MOST_UNZIPPED: Final = 20_000_000
_MOST_FILES: Final = 1_000
_MOST_TAGS: Final = 500_000
"""Each element of a workbook costs a hundred times its text: they are counted before they are made."""

_FARTHEST: Final = 20_000
"""Rows that are looked at, empty ones too: the rest of a sheet is not read to its end."""

_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCODINGS: Final = ("utf-8-sig", "cp1252")
_WORDS: Final = {None: "", True: "oui", False: "non"}


class SheetRefusedError(JalonError):
    """A sheet cannot be read."""


def read_sheet(data: bytes) -> list[list[str]]:
    """Give the rows of a sheet, each cell as text without spaces around.

    An empty row stays, as an empty list: rows keep the number a spreadsheet gives them.
    """
    if len(data) > MOST_BYTES:
        raise SheetRefusedError(f"Ce fichier dépasse {MOST_BYTES // 1_000_000} Mo. Découpez-le.")
    rows: list[list[str]] = []
    found = _xlsx(data) if data.startswith((b"PK\x03\x04", b"PK\x05\x06")) else _csv(data)
    for number, cells in enumerate(found, 1):
        kept = _trimmed(cells)
        if kept:
            _measure(kept, number)
            rows += [[] for _ in range(number - 1 - len(rows))]
            rows.append(kept)
    if not rows:
        raise SheetRefusedError("Ce fichier est vide. Choisissez un fichier CSV ou XLSX.")
    return rows


def _trimmed(cells: Iterable[str]) -> list[str]:
    kept = [cell.strip() for cell in cells]
    while kept and not kept[-1]:
        kept.pop()
    return kept


def _measure(row: list[str], number: int) -> None:
    if number > MOST_ROWS + 1:  # the first one names the columns
        raise SheetRefusedError(
            f"La ligne {number} est remplie, et {MOST_ROWS} lignes au plus sont lues. Découpez ce fichier."
        )
    if len(row) > MOST_COLUMNS:
        raise SheetRefusedError(
            f"La ligne {number} est remplie au-delà de la colonne {MOST_COLUMNS}. Retirez ce qui est en trop."
        )
    if any(len(cell) > _LONGEST_CELL for cell in row):
        raise SheetRefusedError(
            f"Une cellule de la ligne {number} dépasse {_LONGEST_CELL} caractères. Raccourcissez-la."
        )


def _csv(data: bytes) -> Iterator[list[str]]:
    text = _decoded(data)
    first = text.lstrip("\r\n").partition("\n")[0]
    delimiter = max(";,\t", key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from reader
    except csv.Error:
        raise SheetRefusedError(
            f"Ce fichier CSV est illisible à la ligne {reader.line_num}\u00a0: un guillemet y est mal placé, "
            "ou une cellule n’en finit pas. Corrigez-la."
        ) from None


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
        _weigh(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of features we do not read
            return _opened(data)
    except SheetRefusedError:
        raise
    except Exception:  # noqa: BLE001 - whatever the library meets in a damaged file
        raise SheetRefusedError(
            "Ce classeur est abîmé, ou n’est pas du XLSX. Ouvrez-le dans votre tableur, enregistrez-le de "
            "nouveau en XLSX, puis recommencez."
        ) from None


def _weigh(data: bytes) -> None:
    """Measure a workbook without reading it: what a few bytes unfold into is refused before it is made."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        entries = archive.infolist()
        weight = sum(each.file_size for each in entries)
        known = all(each.compress_type in _METHODS for each in entries)
        if weight > _MOST_UNZIPPED or len(entries) > _MOST_FILES or not known:
            raise SheetRefusedError(_TOO_HEAVY)
        tags = 0
        for each in entries:
            with archive.open(each) as stream:
                while chunk := stream.read(1 << 16):
                    tags += chunk.count(b"<")
        if tags > _MOST_TAGS:
            raise SheetRefusedError(_TOO_HEAVY)


_TOO_HEAVY: Final = (
    "Ce classeur est trop volumineux une fois ouvert. Gardez une seule feuille, sans lignes ni colonnes "
    "vides mises en forme, ou enregistrez-le en CSV."
)


def _opened(data: bytes) -> list[list[str]]:
    openpyxl = import_module("openpyxl")  # heavy: only when a workbook is read
    book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True)
    try:
        return list(_cells(book.worksheets[0]))
    finally:
        book.close()


def _cells(sheet: Any) -> Iterator[list[str]]:
    sheet.reset_dimensions()  # what a file says of its size is often wrong: rows would be left out
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if len(row) > _WIDEST or number > _FARTHEST:
            raise SheetRefusedError(
                f"Cette feuille va au-delà de la ligne {_FARTHEST} ou de la colonne {_WIDEST}. Supprimez ce "
                "qui s’y trouve, lignes et colonnes vides comprises."
            )
        cells = _trimmed(
            _WORDS[cell] if cell is None or isinstance(cell, bool) else str(cell) for cell in row
        )
        if cells:
            _measure(cells, number)
        yield cells
