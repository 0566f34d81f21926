"""The texts of a catalogue, worded once and for all while it stays the same."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from typing import Final

from markupsafe import Markup, escape

from jalon.domain.catalogue import Catalogue, Entry
from jalon.domain.levels import NA
from jalon.domain.names import referential_of
from jalon.domain.referential import Axis, NaPolicy, Obligation, Questionnaire, Referential
from jalon.domain.texts import Status
from jalon_web.memory import Memory
from jalon_web.questionnaires.shown import CriterionShown, CriterionText, LevelShown
from jalon_web.translation import gettext as _

_MOST: Final = 4096
"""Questions of which what is shown is remembered, for each catalogue."""

_NOT_IN_IDS: Final = re.compile(r"[^A-Za-z0-9]+")


class Texts:
    """Hold what the pages of one catalogue say, by criterion, axis and rule."""

    def __init__(self, catalogue: Catalogue) -> None:
        self.catalogue = catalogue
        self.shown: Memory[Hashable, CriterionShown] = Memory(_MOST)
        self.rules = {
            referential.qualified(rule.key): rule.title
            for referential in catalogue.referentials.values()
            for rule in referential.rules
        }
        self.axes: Mapping[str, tuple[Axis, ...]] = {
            name: each.axes for name, each in catalogue.names.questionnaires.items()
        }
        self.by_axis: dict[tuple[str, str], list[Entry]] = {}
        self.criteria: dict[str, CriterionText] = {}
        for subject in (catalogue.product, catalogue.organisation):
            anchors: set[tuple[int, str]] = set()
            for entry in subject.entries:
                axis = subject.axes[entry.axis]
                self.by_axis.setdefault((axis.questionnaire_name, axis.key), []).append(entry)
                anchor = _anchor(entry.criterion.code)
                while (entry.axis, anchor) in anchors:  # two codes that differ by a sign only
                    anchor += "x"
                anchors.add((entry.axis, anchor))
                self.criteria[entry.name] = _text(entry, anchor, catalogue)

    def questionnaire(self, name: str) -> Questionnaire:
        """Give a questionnaire by its full name."""
        return self.catalogue.names.questionnaires[name]

    def referential(self, name: str) -> Referential:
        """Give the referential of anything named in full."""
        return self.catalogue.referentials[referential_of(name)]

    def rule(self, key: str) -> str:
        """Give the title of a rule; one that a hook named has none but its name."""
        return self.rules.get(key, key.partition("/")[2] or key)


def _anchor(code: str) -> str:
    slug = _NOT_IN_IDS.sub("-", code).strip("-")
    return slug if slug[:1].isalpha() else f"c-{slug}"


def _text(entry: Entry, anchor: str, catalogue: Catalogue) -> CriterionText:
    criterion, scale = entry.criterion, entry.questionnaire.scale
    titles = {
        source.key: source.title for source in catalogue.referentials[referential_of(entry.name)].sources
    }
    sources = tuple(titles.get(key, key) for key in criterion.sources)
    levels = tuple(
        LevelShown(str(number), name, escape(text), is_target=number == criterion.target)
        for number, (name, text) in enumerate(zip(scale.names, criterion.levels, strict=True))
    )
    return CriterionText(
        name=entry.name,
        code=criterion.code,
        anchor=anchor,
        title=criterion.title,
        question=criterion.question,
        help=Markup(criterion.help.html),  # noqa: S704 - made safe when the file was loaded
        proof=Markup(criterion.proof.html),  # noqa: S704
        levels=levels,
        na=None if criterion.na is NaPolicy.NO else LevelShown(NA, scale.na_name, Markup("")),
        na_needs_reason=criterion.na is NaPolicy.WITH_REASON,
        target=f"{criterion.target} {scale.names[criterion.target].lower()}",
        obligation=_obligation(criterion.obligation),
        status=_status(criterion.status, sources),
        sources=sources,
    )


def _obligation(obligation: Obligation | None) -> str:
    if obligation is None:
        return ""
    return {
        Obligation.MANDATORY: _("Exigence obligatoire"),
        Obligation.RECOMMENDED: _("Exigence recommandée"),
        Obligation.OPTIONAL: _("Exigence facultative"),
    }[obligation]


def _status(status: Status, sources: tuple[str, ...]) -> str:
    if status is Status.DERIVED and sources:
        return _("Dérivé de %(texte)s", texte=sources[0])
    return {
        Status.OFFICIAL: _("Officiel"),
        Status.DERIVED: _("Dérivé d’un texte publié"),
        Status.ILLUSTRATIVE: _("Illustratif (rédigé par le projet, sans valeur officielle)"),
    }[status]
