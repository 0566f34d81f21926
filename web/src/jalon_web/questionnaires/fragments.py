"""Keep the HTML of questions that have not changed: most of a page is the same at the next reading."""

from __future__ import annotations

from collections import OrderedDict
from typing import Final

from flask import current_app
from flask_babel import get_locale
from markupsafe import Markup

from jalon_web.questionnaires.shown import AxisPage, CriterionShown

_MOST: Final = 4096
"""About 25 MB in each process."""

_Key = tuple[CriterionShown, str, str, str]


class Fragments:
    """Render questions, the last ones once only: their HTML depends on what is shown, and on nothing else."""

    def __init__(self, most: int = _MOST) -> None:
        self._known: OrderedDict[_Key, Markup] = OrderedDict()
        self._most = most

    def criterion(self, criterion: CriterionShown, page: AxisPage) -> Markup:
        """Give the HTML of one question of a page."""
        key = (criterion, page.save_address, page.read_only, str(get_locale()))
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        template = current_app.jinja_env.get_template("questionnaires/_criterion.html")
        html = Markup(template.render(criterion=criterion, page=page))  # noqa: S704 - our own template
        self._known[key] = html
        if len(self._known) > self._most:
            self._known.popitem(last=False)
        return html
