"""Read a backup, believing nothing of it: bounded sizes, known names, every digest and every row."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import IO, Any, Final
from zipfile import BadZipFile, ZipFile

from alembic.script import ScriptDirectory
from pydantic import ValidationError
from pydantic_core import from_json
from sqlalchemy import Table

from jalon.storage import schema
from jalon.storage.backup.form import (
    FORMAT,
    LONGEST_LINE,
    LONGEST_MANIFEST,
    MANIFEST,
    BackupError,
    Manifest,
    Row,
    decoded,
    kept_tables,
    member_of,
)

_ANOTHER: Final = "Rien n’a été changé ; prenez une autre sauvegarde."
_MOST_EXPANSION: Final = 1040
"""What deflate cannot exceed: rows that are all alike come near, only a trap goes beyond."""
_ALWAYS_BEARABLE: Final = 2**20

_UNREADABLE: Final = (
    BadZipFile,
    EOFError,
    NotImplementedError,  # another compression, or a newer form of zip
    OSError,
    RuntimeError,  # encrypted
    ValueError,
    struct.error,
    zlib.error,
)


@contextmanager
def opened_backup(path: Path) -> Iterator[BackupFile]:
    """Open a backup and verify all of it; raise BackupError when it cannot be restored here."""
    try:
        stream = path.open("rb")
    except OSError as error:
        raise BackupError(
            f"La sauvegarde {path} est illisible : {error.strerror}. Vérifiez son nom et vos droits."
        ) from None
    with stream:
        backup = BackupFile(stream, str(path))
        backup.require_restorable()
        yield backup


class BackupFile:
    """Give what a backup holds; each reading of a table verifies its digest again."""

    def __init__(self, stream: IO[bytes], name: str) -> None:
        self._name = name
        with self._readable("ce n’est pas un fichier zip entier"):
            size = stream.seek(0, os.SEEK_END)
            self._archive = ZipFile(stream)
        self.size = sum(member.file_size for member in self._archive.infolist())
        self._require_bounded(size)
        self.manifest = self._manifest()
        self._require_members()

    def require_whole(self) -> None:
        """Read every line; raise BackupError unless each table holds what the manifest says."""
        for table in self.manifest.tables:
            for _line in self._lines(table):
                pass

    def require_restorable(self) -> None:
        """Read every row; raise BackupError unless this version of Jalon can load all of them."""
        self._require_revision()
        tables = {table.name: table for table in kept_tables()}
        if others := self.manifest.tables.keys() ^ tables.keys():
            raise self._refused(f"ses tables ne sont pas celles attendues ({_listed(others)})")
        for table in tables.values():
            for _row in self.rows(table):
                pass

    def rows(self, table: Table) -> Iterator[tuple[Row, int]]:
        """Yield the rows of a table, each with its length; raise BackupError if any was altered."""
        for number, line in enumerate(self._lines(table.name), 1):
            try:
                row = decoded(table, line)
            except ValueError as error:
                raise self._refused(
                    f"la ligne {number} de {member_of(table.name)} n’est pas lisible ({error})"
                ) from None
            yield row, len(line)

    def _lines(self, table: str) -> Iterator[bytes]:
        entry, digest, count = self.manifest.tables[table], sha256(), 0
        member = member_of(table)
        with self._readable(f"le contenu de {member} est abîmé"), self._archive.open(member) as stream:
            while line := stream.readline(LONGEST_LINE + 1):
                if len(line) > LONGEST_LINE:
                    raise self._refused(f"la ligne {count + 1} de {member} est trop longue")
                digest.update(line)
                count += 1
                yield line
        if count != entry.rows:
            raise self._refused(f"{member} compte {count} lignes ; attendu : {entry.rows}")
        if digest.hexdigest() != entry.sha256:
            raise self._refused(f"le contenu de {member} a été modifié : son empreinte n’est plus la même")

    def _require_bounded(self, size: int) -> None:
        """Refuse a small file that would unfold without end, before anything is unfolded."""
        if self.size > max(_ALWAYS_BEARABLE, _MOST_EXPANSION * size):
            raise self._refused(
                f"ses {size} octets en contiendraient {self.size}, ce qu’aucune sauvegarde n’atteint"
            )

    def _manifest(self) -> Manifest:
        with self._readable(f"{MANIFEST} manque ou est abîmé"):
            try:
                member = self._archive.getinfo(MANIFEST)
            except KeyError:
                raise self._refused(f"{MANIFEST} manque") from None
            if member.file_size > LONGEST_MANIFEST:
                raise self._refused(f"{MANIFEST} est trop long")
            content = self._archive.read(member)
        try:
            found: Any = from_json(content)
            if isinstance(found, dict) and found.get("format", FORMAT) != FORMAT:
                raise self._refused(
                    f"son format est {found['format']} ; cette version de Jalon lit le format {FORMAT}",
                    "Rien n’a été changé ; installez la version de Jalon qui l’a écrite.",
                )
            return Manifest.model_validate_json(content)
        except (ValidationError, ValueError):
            raise self._refused(f"{MANIFEST} n’a pas la forme attendue") from None

    def _require_members(self) -> None:
        expected = {MANIFEST, *map(member_of, self.manifest.tables)}
        names = self._archive.namelist()
        if len(names) != len(set(names)):
            raise self._refused("un même fichier s’y trouve deux fois")
        if unknown := set(names) - expected:
            raise self._refused(f"elle contient des fichiers inconnus ({_listed(unknown)})")
        if missing := expected - set(names):
            raise self._refused(f"il y manque {_listed(missing)}")

    def _require_revision(self) -> None:
        revision, expected = self.manifest.revision, schema.head()
        if revision == expected:
            return
        written_by = f"Jalon {self.manifest.jalon}"
        migrations = ScriptDirectory(str(Path(schema.__file__).parent / "migrations"))
        if revision in {each.revision for each in migrations.walk_revisions()}:
            advice = (
                f"Installez {written_by}, restaurez-la, puis revenez à cette version et tapez : jalon migrate"
            )
        else:
            advice = f"Installez {written_by} ou une version plus récente, puis restaurez-la."
        raise self._refused(
            f"elle vient de {written_by} (base {revision}) ; cette version attend la base {expected}",
            f"Rien n’a été changé. {advice}",
        )

    @contextmanager
    def _readable(self, otherwise: str) -> Iterator[None]:
        try:
            yield
        except _UNREADABLE:
            raise self._refused(otherwise) from None

    def _refused(self, found: str, advice: str = _ANOTHER) -> BackupError:
        return BackupError(f"La sauvegarde {self._name} est refusée : {found}. {advice}")


def _listed(names: Any) -> str:
    shown = sorted(names)
    return ", ".join(shown[:5]) + ("…" if len(shown) > 5 else "")  # noqa: PLR2004 - enough to understand
