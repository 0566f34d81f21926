"""The stored form of a referential: it comes back equal, always the same text, and refuses what it cannot read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.domain.catalogue import assemble
from jalon.domain.conditions import ALWAYS, AllOf, AnyOf, Clause, Condition, FactValue, Not
from jalon.domain.evaluation import Evaluation, evaluate_product
from jalon.domain.facts import FactDefinition, FactType
from jalon.domain.levels import NA
from jalon.domain.referential import AtLeast, Exactly, Referential, Rule
from jalon.domain.texts import Publisher
from jalon.exchange.referential_json import StoredReferentialError, as_canonical, digest, from_canonical
from jalon.plugins.registry import Plugins

INSTALLED = Plugins.load().referentials
TINY = Referential("tiny", "Tout petit", "1", date(2021, 12, 23), Publisher("Jalon"))


def _ruled(when: Condition = ALWAYS, **fields: Any) -> Referential:
    return replace(TINY, rules=(Rule("r", "R", when, "parce que", **fields),))


def _back(referential: Referential) -> Referential:
    return from_canonical(as_canonical(referential))


@pytest.mark.parametrize("referential", INSTALLED, ids=lambda each: each.key)
def test_an_installed_referential_comes_back_equal(referential: Referential) -> None:
    """Each referential installed is rebuilt equal, and writes the same text again."""
    text = as_canonical(referential)

    assert referential == from_canonical(text)
    assert text == as_canonical(from_canonical(text))


@pytest.mark.parametrize("name", ["base", "full", "path"])
def test_a_file_with_every_key_comes_back_equal(name: str, load: Callable[..., Plugins]) -> None:
    """Each key of the file format survives."""
    found = [each for plugin in load(name).all for each in plugin.referentials]

    assert found
    assert found == [_back(each) for each in found]


def test_the_form_is_the_one_stored_yesterday() -> None:
    """The text is pinned: what was stored by an older version must stay readable, under the same digest."""
    when = AllOf((Clause("fact", "tiny/d", minimum=date(2021, 1, 1)), Not(AnyOf(()))))
    referential = _ruled(when, levels={"b/2": AtLeast(2), "b/1": Exactly(NA)}, facts={"tiny/f": ["p"]})
    text = (
        '{"format":1,"referential":{"edition":"1","effective":"2021-12-23","key":"tiny",'
        '"publisher":{"name":"Jalon","official":false},"rank":100,"rules":[{"facts":{"tiny/f":["p"]},"key":"r",'
        '"levels":{"b/1":{"exactly":{"level":"NA"}},"b/2":{"at_least":{"level":2}}},"reason":"parce que",'
        '"status":"illustrative","title":"R","when":{"all":{"parts":['
        '{"clause":{"minimum":{"date":"2021-01-01"},"name":"tiny/d","source":"fact"}},'
        '{"not":{"part":{"any":{"parts":[]}}}}]}}}],"title":"Tout petit"}}'
    )

    assert text == as_canonical(referential)
    assert referential == from_canonical(text)
    assert "1100" == digest(text)[:4]


def test_the_places_of_a_file_are_not_stored() -> None:
    """Where things were written is known while loading only: it changes nothing to what is stored."""
    placed = replace(TINY, locate=lambda path, name: (f"{path}{name}", 1))

    assert as_canonical(TINY) == as_canonical(placed)
    assert _back(placed).locate is None


_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
_values: st.SearchStrategy[FactValue] = st.one_of(
    st.booleans(),
    _texts,
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.frozensets(_texts, max_size=3),
)
_clauses = st.builds(
    Clause,
    st.sampled_from(["fact", "answer"]),
    _texts,
    st.lists(_values, max_size=3).map(tuple),
    st.none() | _values,
    st.none() | _values,
)
_conditions: st.SearchStrategy[Condition] = st.recursive(
    _clauses,
    lambda below: st.one_of(
        st.lists(below, max_size=3).map(lambda parts: AllOf(tuple(parts))),
        st.lists(below, max_size=3).map(lambda parts: AnyOf(tuple(parts))),
        below.map(Not),
    ),
    max_leaves=8,
)


@settings(deadline=None)
@given(_conditions)
def test_any_condition_comes_back_the_same(condition: Condition) -> None:
    """A tree of any shape keeps its shape, and its values their types (True is not 1, 1.0 is not 1)."""
    (rule,) = _back(_ruled(condition)).rules

    assert condition == rule.when
    assert sorted(repr(condition)) == sorted(repr(rule.when))


_raw: st.SearchStrategy[Any] = st.recursive(
    st.none() | _values, lambda below: st.lists(below, max_size=3) | st.lists(below, max_size=3).map(tuple)
)


@settings(deadline=None)
@given(st.dictionaries(_texts, _raw, max_size=4))
def test_raw_values_come_back_the_same(facts: dict[str, Any]) -> None:
    """What a rule says of facts, before it is linked, keeps its types."""
    (rule,) = _back(_ruled(facts=facts)).rules

    assert facts == rule.facts
    assert sorted(repr(facts)) == sorted(repr(dict(rule.facts)))


@pytest.mark.parametrize(
    ("low", "high"),
    [(0, 99.5), (0.0, 99), (date(2021, 1, 1), None), (None, -1), (None, None)],
)
def test_bounds_keep_their_types(low: FactValue | None, high: FactValue | None) -> None:
    """Numbers stay whole or decimal, dates stay dates, and no bound stays none."""
    fact = FactDefinition("n", "?", FactType.NUMBER, minimum=low, maximum=high)
    (back,) = _back(replace(TINY, facts=(fact,))).facts

    assert (low, type(low), high, type(high)) == (
        back.minimum,
        type(back.minimum),
        back.maximum,
        type(back.maximum),
    )


def test_rebuilt_referentials_evaluate_the_same() -> None:
    """A catalogue assembled from stored forms says the same of every profile."""
    first, second = assemble(INSTALLED), assemble(map(_back, INSTALLED))
    assert first.product.entries
    booleans = [name for name, fact in first.names.facts.items() if fact.type is FactType.BOOLEAN]
    answers: dict[str, Any] = {}

    for count in range(0, len(booleans) + 1, 4):
        profile: dict[str, FactValue] = {name: i < count for i, name in enumerate(booleans)}
        one, other = (evaluate_product(each, profile, answers) for each in (first, second))
        assert list(_said(one)) == list(_said(other))


def _said(evaluation: Evaluation) -> Iterator[object]:
    yield from sorted(evaluation.criteria.items())
    yield from sorted(evaluation.facts.values.items(), key=lambda item: item[0])
    yield evaluation.questionnaires
    yield evaluation.problems


def test_the_text_does_not_depend_on_the_order_of_mappings() -> None:
    """Equal referentials give one text, hence one digest, whatever order their mappings were written in."""
    first = replace(TINY, requires={"a": ">=1", "b": ">=2"})
    second = replace(TINY, requires=MappingProxyType({"b": ">=2", "a": ">=1"}))

    assert first == second
    assert as_canonical(first) == as_canonical(second)


@pytest.mark.parametrize("referential", INSTALLED, ids=lambda each: each.key)
def test_the_digest_does_not_depend_on_the_order_of_keys(referential: Referential) -> None:
    """A stored text whose keys were shuffled or spaced out still reads, and becomes canonical again."""
    text = as_canonical(referential)
    shuffled = json.dumps(_reversed(json.loads(text)), indent=1)

    assert text != shuffled
    assert digest(text) == digest(as_canonical(from_canonical(shuffled)))


def _reversed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _reversed(value[key]) for key in reversed(value)}
    return [_reversed(each) for each in value] if isinstance(value, list) else value


def test_a_field_added_since_reads_as_its_default() -> None:
    """What an older version did not know may be missing."""
    content = json.loads(as_canonical(TINY))
    del content["referential"]["rank"]

    assert TINY == from_canonical(json.dumps(content))


MALFORMED = "texte mal formé, ou groupes trop imbriqués"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", MALFORMED),
        ("{", MALFORMED),
        ("[" * 100_000, MALFORMED),
        ("[]", "trouvé une liste, attendu un groupe de clés format, referential."),
        ("null", "trouvé rien, attendu un groupe"),
        ('{"format":1}', "trouvé un groupe, attendu un groupe de clés format, referential."),
        ('{"format":2,"referential":{}}', "trouvé « 2 », attendu le format 1."),
        ('{"format":1,"referential":3}', "trouvé « 3 », attendu un groupe."),
        (
            '{"format":1,"referential":{}}',
            "trouvé rien, attendu les clés edition, effective, key, publisher, title.",
        ),
    ],
)
def test_what_is_no_stored_form_is_refused(text: str, told: str) -> None:
    """Text that is no JSON, too deep, or something else: one sentence, never a trace."""
    with pytest.raises(StoredReferentialError) as refused:
        from_canonical(text)

    assert str(refused.value).startswith("Le référentiel enregistré est illisible : ")
    assert told in str(refused.value)
    assert str(refused.value).endswith("Installez de nouveau le module qui l’apporte.")


CLAUSE = {"source": "fact", "name": "a"}


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"surprise": 1}, "trouvé « surprise », attendu les clés"),
        ({"rank": "7"}, "à « rank », trouvé « 7 », attendu un nombre entier."),
        ({"rank": True}, "à « rank », trouvé « True », attendu un nombre entier."),
        ({"title": None}, "à « title », trouvé rien, attendu un texte."),
        ({"title": "\ud800"}, MALFORMED),
        ({"effective": "20211223"}, "à « effective », trouvé « 20211223 », attendu une date AAAA-MM-JJ."),
        ({"effective": "2021-02-30"}, "attendu une date AAAA-MM-JJ."),
        ({"publisher": {"name": "x", "official": 1}}, "à « publisher.official », trouvé « 1 », attendu oui"),
        ({"touches": "base"}, "à « touches », trouvé « base », attendu une liste."),
        ({"touches": {"0": "base"}}, "à « touches », trouvé un groupe, attendu une liste."),
        ({"requires": []}, "à « requires », trouvé une liste, attendu un groupe."),
        ({"requires": {"a": 1}}, "à « requires », trouvé « 1 », attendu un texte."),
        ({"introduction": {"source": "x"}}, "à « introduction », trouvé rien, attendu les clés html."),
    ],
)
def test_a_wrong_field_is_named(changed: dict[str, Any], told: str) -> None:
    """What is found where is said, and what was expected."""
    _refuses(changed, told)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (
            {"when": {}},
            "à « rules.when », trouvé un groupe, attendu un groupe d’une clé : clause, all, any, not",
        ),
        ({"when": {"some": {}}}, "attendu un groupe d’une clé : clause, all, any, not."),
        ({"when": {"clause": CLAUSE, "all": {}}}, "attendu un groupe d’une clé : clause, all, any, not."),
        (
            {"when": {"clause": {**CLAUSE, "source": "file"}}},
            "à « rules.when.source », trouvé « file », attendu une valeur parmi fact, answer.",
        ),
        (
            {"when": {"clause": {**CLAUSE, "minimum": []}}},
            "attendu un texte, un nombre, un booléen, une date",
        ),
        ({"when": {"clause": {**CLAUSE, "values": [{"date": 3}]}}}, "à « rules.when.values », trouvé « 3 »"),
        ({"when": {"clause": {**CLAUSE, "values": [{"set": [[]]}]}}}, "trouvé une liste, attendu un texte."),
        ({"when": {"clause": {**CLAUSE, "values": [None]}}}, "trouvé rien, attendu un texte, un nombre"),
        (
            {"levels": {"b/1": {"exactly": {"level": "na"}}}},
            "trouvé « na », attendu un niveau entier, ou NA.",
        ),
        ({"levels": {"b/1": {"exactly": {"level": True}}}}, "attendu un niveau entier, ou NA."),
        ({"levels": {"b/1": {"at_least": {"level": "NA"}}}}, "trouvé « NA », attendu un nombre entier."),
        ({"facts": {"a": {"object": 1}}}, "attendu un groupe d’une clé : date, set, tuple."),
        ({"facts": {"a": float("inf")}}, "trouvé « inf », attendu un nombre fini."),
        ({"status": "secret"}, "attendu une valeur parmi official, derived, illustrative."),
    ],
)
def test_a_wrong_rule_is_named(changed: dict[str, Any], told: str) -> None:
    """Tags, levels and values of rules are checked as strictly as the rest."""
    _refuses(
        {"rules": [{"key": "r", "title": "R", "reason": "x", "when": {"all": {"parts": []}}, **changed}]},
        told,
    )


def _refuses(changed: dict[str, Any], told: str) -> None:
    content = json.loads(as_canonical(TINY))
    content["referential"] |= changed
    with pytest.raises(StoredReferentialError) as refused:
        from_canonical(json.dumps(content))
    assert told in str(refused.value)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\ud800", object(), {"a": 1}, {1}])
def test_what_json_cannot_hold_is_not_stored(value: object) -> None:
    """A plugin may build anything in Python: what could not come back equal is refused before it is stored."""
    with pytest.raises(StoredReferentialError, match="Ce référentiel ne peut pas être enregistré"):
        as_canonical(_ruled(facts={"tiny/f": value}))


def test_a_list_that_holds_itself_is_not_stored() -> None:
    """Endless values are refused like any other."""
    endless: list[Any] = []
    endless.append(endless)

    with pytest.raises(StoredReferentialError, match="trop imbriqués"):
        as_canonical(_ruled(facts={"tiny/f": endless}))


@given(
    st.text(max_size=60)
    | st.recursive(st.none() | st.integers() | st.text(max_size=5), st.lists).map(json.dumps)
)
def test_no_text_ever_breaks_the_reader(text: str) -> None:
    """Whatever is read, it is refused by a sentence."""
    with pytest.raises(StoredReferentialError):
        from_canonical(text)


def test_bits_of_a_stored_form_never_break_the_reader() -> None:
    """A form cut anywhere is refused by a sentence."""
    text = as_canonical(INSTALLED[0])
    for end in range(0, len(text), 97):
        with pytest.raises(StoredReferentialError):
            from_canonical(text[:end])
