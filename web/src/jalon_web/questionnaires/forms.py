"""Read the fields of criteria: one check of each value against the catalogue, no form object per question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Final

from jalon.domain.catalogue import Entry
from jalon.domain.levels import NA, LevelValue
from jalon.services.answering import Act, Change
from jalon.services.drafts import Kept
from jalon_web.typed import number, showable

_OFF_SCALE: Final = -1
"""What no scale holds: the save refuses it and says so."""


def changes_of(form: Mapping[str, str], entries: Iterable[Entry], kept: Mapping[str, Kept]) -> list[Change]:
    """Read every question posted that differs from what the page showed."""
    changes = []
    for entry in entries:
        if f"version.{entry.criterion.code}" not in form:
            continue
        change, stands = change_of(form, entry, kept.get(entry.name)), kept.get(entry.name)
        if change.act is not Act.ANSWERED or (_touched(form, change) and _differs(change, stands)):
            changes.append(change)
    return changes


def change_of(form: Mapping[str, str], entry: Entry, stands: Kept | None) -> Change:
    """Read one question.

    A radio that only shows a pre-fill is posted like any other: it is no answer until one confirms.
    """
    code = entry.criterion.code
    level, shown = _level(form.get(f"level.{code}", "")), _level(form.get(f"prefill.{code}", ""))
    version = number(form.get(f"version.{code}", ""))
    comment = showable(form.get(f"comment.{code}"))
    investigates = bool(stands and stands.to_investigate)
    if form.get("clear") == code:
        return Change(entry.name, version, None, comment, Act.CLEARED)
    confirms = form.get("confirm") == code or ("confirm_all" in form and shown is not None)
    if confirms and shown in {None, level}:  # another level chosen meanwhile is an answer
        return Change(entry.name, version, level, comment, Act.CONFIRMED)
    if shown is not None and level == shown:
        level = None
    answered = level is not None and not (stands and level == stands.level)
    return Change(entry.name, version, level, comment, Act.ANSWERED, investigates and not answered)


def mark(level: str, comment: str) -> str:
    """Sum up what a page shows of an answer: sent back with it, it tells an answer nobody touched."""
    return sha256(f"{level}\n{comment}".encode(errors="replace")).hexdigest()[:12]


def _touched(form: Mapping[str, str], change: Change) -> bool:
    """Say whether an answer is sent otherwise than it was shown, whatever others made of it since."""
    code = change.criterion.partition("/")[2]
    sent = mark(form.get(f"level.{code}", ""), _one_line_end(change.comment or ""))
    return sent != form.get(f"seen.{code}")


def _one_line_end(comment: str) -> str:
    return comment.replace("\r\n", "\n").strip()


def _differs(change: Change, stands: Kept | None) -> bool:
    level, comment = (stands.level, stands.comment) if stands else (None, "")
    typed = comment if change.comment is None else _one_line_end(change.comment)
    return (change.level, typed) != (level, comment)


def _level(raw: str) -> LevelValue | None:
    if raw == "":
        return None
    if raw == NA:
        return NA
    return number(raw, _OFF_SCALE)
