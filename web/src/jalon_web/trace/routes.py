"""Read the trace with filters, and export it."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template, request, url_for

from jalon.domain.facts import read_date
from jalon.exchange.cells import as_text
from jalon.services.reading_trace import Wanted, every_line, lines, names, seal_state
from jalon.services.trace import record
from jalon_web.access import Access, allow
from jalon_web.acts import acting
from jalon_web.portal import portal
from jalon_web.trace.words import ACTIONS, KINDS, action_text, detail_text, object_text
from jalon_web.tree.lists import ZONE
from jalon_web.tree.shown import instant
from jalon_web.typed import number

blueprint = Blueprint("trace", __name__, url_prefix="/administration")
_FILTERS: Final = ("qui", "quoi", "objet", "numero", "depuis", "jusque")


@blueprint.get("/trace")
@allow(Access.ADMINISTRATORS)
def index() -> Any:
    """Show the lines of the trace, the newest first."""
    wanted, before, after = _wanted(), _number("avant"), _number("apres")
    with portal().database.reading() as session:
        found = lines(session, wanted, before=before, after=after)
        named = names(session, found.rows)
        sealed = seal_state(session)
    kept = _kept()
    rows = found.rows
    return render_template(
        "trace/index.html",
        rows=[_shown(row, named.get((row.object_kind, row.object_id), "")) for row in rows],
        actions=sorted(((key, str(text)) for key, text in ACTIONS.items()), key=lambda each: each[1]),
        kinds=[(key, str(text)) for key, text in KINDS.items()],
        asked=kept,
        newer=_link("trace.index", kept, apres=rows[0].id) if found.has_newer else "",
        older=_link("trace.index", kept, avant=rows[-1].id) if found.has_older else "",
        export=_link("trace.export", kept),
        sealed=instant(sealed.sealed_at, ZONE),
        waiting=sealed.waiting,
    )


@blueprint.get("/trace.csv")
@allow(Access.ADMINISTRATORS)
def export() -> Any:
    """Give the lines as a file; that it was taken is in the trace before its first byte."""
    wanted = _wanted()
    with acting() as act:
        record(act.session, act.at, act.actor, "trace-exported", ("trace", ""), **_kept())
    words = {key: str(text) for key, text in ACTIONS.items()}
    database = portal(current_app).database  # the request is over when the rows are read

    def written() -> Iterator[str]:
        yield "\ufeff" + _line(
            ("numero", "date", "qui", "compte", "quoi", "action", "objet", "n_objet", "adresse", "detail")
        )
        with database.reading() as session:
            for row in every_line(session, wanted):
                detail = json.dumps(row.detail, ensure_ascii=False) if row.detail else ""
                yield _line(
                    (
                        row.id,
                        row.at.isoformat(),
                        row.account_name,
                        row.account_id,
                        row.action,
                        words.get(row.action, row.action),
                        row.object_kind,
                        row.object_id,
                        row.address,
                        detail,
                    )
                )

    headers = {"Content-Disposition": 'attachment; filename="trace.csv"'}
    return Response(written(), 200, headers, content_type="text/csv; charset=utf-8")


def _link(endpoint: str, kept: Mapping[str, str], **place: int) -> str:
    values: dict[str, Any] = {**kept, **place}
    return url_for(endpoint, **values)


def _shown(row: Any, name: str) -> tuple[str, ...]:
    about = object_text(row.object_kind, row.object_id, name)
    said = action_text(row.action), about, row.address, detail_text(row.detail)
    return instant(row.at, ZONE), row.account_name, *said


def _wanted() -> Wanted:
    kept = _kept()
    return Wanted(
        person=kept.get("qui", ""),
        action=kept.get("quoi", ""),
        object_kind=kept.get("objet", ""),
        object_id=kept.get("numero", ""),
        since=_midnight(kept.get("depuis", "")),
        until=_midnight(kept.get("jusque", ""), days=1),
    )


def _kept() -> dict[str, str]:
    """Give the filters that were filled in; a character no text holds matches nothing."""
    asked = {name: request.args.get(name, "").strip()[:200].replace("\x00", "\ufffd") for name in _FILTERS}
    clean = {name: value.encode(errors="replace").decode() for name, value in asked.items()}
    return {name: value for name, value in clean.items() if value}


def _midnight(text: str, *, days: int = 0) -> datetime | None:
    day = read_date(text)
    if day is None or not 1900 < day.year < 9000:  # noqa: PLR2004 - days that a zone can be put on
        return None
    return datetime(day.year, day.month, day.day, tzinfo=ZONE) + timedelta(days=days)


def _number(name: str) -> int:
    return number(request.args.get(name))


def _line(cells: tuple[Any, ...]) -> str:
    stream = io.StringIO()
    csv.writer(stream, delimiter=";", lineterminator="\r\n").writerow([as_text(each) for each in cells])
    return stream.getvalue()
