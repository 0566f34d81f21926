"""Keep the HTML of questions that have not changed: most of a page is the same at the next reading."""

from __future__ import annotations

from typing import Final

from flask import current_app
from markupsafe import Markup

from jalon_web.memory import Memory
from jalon_web.questionnaires.shown import AxisPage, CriterionShown

MOST: Final = 4096
"""Questions remembered: about 25 MB in each process."""


class Fragments:
    """Render questions, the last ones once only: their HTML depends on what is shown, and on nothing else.

    What is shown is itself remembered (`view.criterion_shown`), so that being the same object is enough.
    """

    def __init__(self) -> None:
        self._memory: Memory[tuple[CriterionShown, str, str], Markup] = Memory(MOST)

    def criterion(self, criterion: CriterionShown, page: AxisPage) -> Markup:
        """Give the HTML of one question of a page."""

        def rendered() -> Markup:
            template = current_app.jinja_env.get_template("questionnaires/_criterion.html")
            return Markup(template.render(criterion=criterion, page=page))  # noqa: S704 - our own template

        return self._memory.get((criterion, page.save_address, page.read_only), rendered)
