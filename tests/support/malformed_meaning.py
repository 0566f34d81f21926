"""Malformed referential files: their meaning, that is values, levels, what may be read or set, cycles."""

from __future__ import annotations

from support.malformed import FACT, LEVELS, PLAIN, SCALE, SINCE_2023, added, case, proposing, reading

_DERIVES = "  - {key: %s, title: T, reason: R, when: {%s: oui}, facts: {%s: oui}}"

MEANING = (
    # facts
    case(
        "choice question without choices",
        "  - key: ouverture",
        "  - key: ouverture #! missing-choices",
        "type: date",
        "type: choice",
    ),
    case(
        "choices of a boolean",
        "    type: boolean",
        "    type: boolean\n    choices: [{value: a, label: A}] #! needless-choices",
    ),
    case(
        "bounds of a text",
        "  - key: ouverture",
        "  - key: ouverture #! needless-bounds",
        "type: date",
        "type: text\n    min: 1",
    ),
    case(
        "crossed bounds",
        "  - key: volume\n    question",
        "  - key: volume #! crossed-bounds\n    question",
        "min: 0",
        "min: 101",
    ),
    case(
        "crossed dates",
        "  - key: ouverture",
        "  - key: ouverture #! crossed-bounds",
        "type: date",
        "type: date\n    min: 2022-01-01\n    max: 2021-12-31",
    ),
    # values
    case(
        "value of a boolean",
        "applies_when: {stocke: oui}",
        "applies_when: {stocke: ouii} #! wrong-value(oui)",
    ),
    case(
        "value of a choice",
        "{profils: alimentation}",
        "{profils: [lecture, alimentations]} #! wrong-value(alimentation)",
    ),
    reading("value of a number", "{volume: beaucoup} #! wrong-value"),
    reading("value of a number out of bounds", "{volume: 101} #! wrong-value"),
    reading("value of a date", "{ouverture: 2021-02-30} #! wrong-value"),
    reading("value of a fact of the core", "{jalon/kind: socle} #! wrong-value"),
    reading("bounds of a boolean", "{stocke: {min: 1}} #! wrong-value"),
    reading("bounds of a choice", "{profils: {max: lecture}} #! wrong-value"),
    reading("bound of a date", "{ouverture: {min: hier}} #! wrong-value"),
    case("derived value of a boolean", "facts: {stocke: oui}", "facts: {stocke: si} #! wrong-value"),
    case(
        "derived value of a choice",
        "facts: {stocke: oui}",
        "facts: {profils: [lectures]} #! wrong-value(lecture)",
        "when: {profils: lecture}",
        "when: {stocke: oui}",
    ),
    case("derived list for one value", "facts: {stocke: oui}", "facts: {stocke: [oui]} #! wrong-value"),
    # levels
    case(
        "levels with a hole in a scale",
        "1: Partiel, 2: Conforme}}",
        "2: Partiel, 3: Conforme}} #! wrong-levels",
    ),
    case("a scale of one level", SCALE, "{levels: {0: Conforme}} #! wrong-levels"),
    case("a scale of no level", SCALE, "{levels: {}} #! wrong-levels"),
    case("a level missing", "2: souvent, 3: toujours}", "2: souvent} #! wrong-levels"),
    case("a level too many", "3: toujours}", "3: toujours, 4: encore} #! wrong-levels"),
    case("levels from 1", LEVELS, "{1: a, 2: b, 3: c, 4: d} #! wrong-levels"),
    case("no level at all", LEVELS, "{} #! wrong-levels"),
    case(
        "a negative level",
        "{0: jamais, 1: parfois,",
        "{-1: jamais, 1: parfois, #! wrong-levels\n            ",
    ),
    case("target off scale", "na: no", "target: 4 #! level-off-scale"),
    case("target below the scale", "na: no", "target: -1 #! level-off-scale"),
    case(
        "expected level off scale",
        SINCE_2023,
        "{since: 2023-01-01, level: 4} #! level-off-scale\n           ",
    ),
    case("bare expected level off scale", "na: no", "expected: 9 #! level-off-scale"),
    case("required level off scale", "required: {A1.1: 2}", "required: {A1.1: 4} #! level-off-scale"),
    case(
        "required level off a scale of its own",
        "required: {A1.1: 2}",
        "required: {B1.1: 3} #! level-off-scale",
    ),
    proposing("effect off scale", "{A1.1: 4} #! level-off-scale"),
    proposing("floor off scale", "{A1.1: {at_least: -1}} #! level-off-scale"),
    reading("read level off scale", "{answer: A1.1, min: 4} #! level-off-scale"),
    reading("read levels off scale", "{answer: A1.1, is: [1, 7, NA]} #! level-off-scale"),
    proposing("NA refused", "{A1.2: NA} #! na-refused"),
    case("dates out of order", SINCE_2023, "{since: 2020-01-01, level: 2} #! unordered-dates\n           "),
    case("same date twice", SINCE_2023, "{since: 2021-12-23, level: 2} #! unordered-dates\n           "),
    case("bare levels twice", "na: no", "expected: [1, 2] #! unordered-dates"),
    # other referentials
    case(
        "fact of a referential not required", "{profils: alimentation}", "{ailleurs/x: oui} #! not-required"
    ),
    reading("criterion of a referential not required", "{answer: ailleurs/A1, min: 1} #! not-required"),
    case("questionnaire of a referential not required", "[pilotage]", "[ailleurs/q] #! not-required"),
    case(
        "required level of a referential not required",
        "required: {A1.1: 2}",
        "required: {ailleurs/A1: 2} #! not-required",
    ),
    proposing("criterion not touched", "{socle/A1: 1} #! not-touched"),
    case("derived fact not touched", "facts: {stocke: oui}", "facts: {socle/x: oui} #! not-touched"),
    # facts of the core, answers
    case("derived fact of the core", "facts: {stocke: oui}", "facts: {jalon/kind: base} #! core-fact"),
    case(
        "answer read by a fact",
        "applies_when: {stocke: oui}",
        "applies_when: {answer: A1.1, min: 1} #! answer-not-readable",
    ),
    case(
        "answer read by a criterion",
        "{profils: alimentation}",
        "{answer: A1.2, is: NA} #! answer-not-readable",
    ),
    case(
        "answer read by a rule on facts",
        "when: {profils: lecture}",
        "when: {answer: A1.1, min: 1} #! answer-not-readable",
    ),
    case(
        "answer read by a required level",
        "{A1.1: 2}",
        "{A1.1: {level: 2, when: {answer: A1.2, min: 1}}} #! answer-not-readable",
    ),
    # cycles
    case(
        "a fact depends on itself",
        "    applies_when: {stocke: oui}",
        "    applies_when: {volume: 3} #! fact-cycle",
    ),
    case(
        "a rule reads what it derives",
        "when: {profils: lecture}",
        "when: {stocke: non}",
        "key: lecture\n",
        "key: lecture #! fact-cycle\n",
    ),
    case(
        "two facts by their conditions",
        "questionnaires:\n",
        f"{FACT % ('a', 'b')} #! fact-cycle\n{FACT % ('b', 'a')}\nquestionnaires:\n",
    ),
    case(
        "two facts by rules",
        "questionnaires:\n",
        f"{PLAIN % 'a'}\n{PLAIN % 'b'}\nquestionnaires:\n",
        "rules:\n",
        f"rules:\n{_DERIVES % ('un', 'a', 'b')}\n{_DERIVES % ('deux', 'b', 'a')} #! fact-cycle\n",
    ),
    case(
        "three facts",
        "questionnaires:\n",
        f"{FACT % ('a', 'b')} #! fact-cycle\n{FACT % ('b', 'c')}\n{FACT % ('c', 'a')}\nquestionnaires:\n",
    ),
    case(
        "a condition and a rule",
        "questionnaires:\n",
        f"{FACT % ('a', 'b')} #! fact-cycle\n{FACT % ('b', 'stocke')}\nquestionnaires:\n",
        "rules:\n",
        f"rules:\n{_DERIVES % ('en_rond', 'a', 'stocke')}\n",
    ),
    # organisation
    case(
        "condition of an organisation questionnaire",
        "    scale: conformite",
        "    scale: conformite\n    applies_when: {stocke: oui} #! organisation-condition",
    ),
    case(
        "condition of an organisation axis",
        "        title: Gouvernance",
        "        title: Gouvernance\n        applies_when: {stocke: oui} #! organisation-condition",
    ),
    case(
        "condition of an organisation criterion",
        "question: Se réunit-il ?",
        "question: Q ?\n            applies_when: {stocke: oui} #! organisation-condition",
    ),
    added(
        "facts set a level of the organisation",
        "  - {key: plus, title: T, reason: R, when: {stocke: oui}, levels: {B1.1: 1}} #! organisation-rule\n",
    ),
    added(
        "a product sets a level of the organisation",
        "  - {key: plus, title: T, reason: R, #! organisation-rule\n"
        "     when: {answer: A1.1, min: 1}, levels: {B1.1: 1}}\n",
    ),
    added(
        "the organisation sets a level of a product",
        "  - {key: plus, title: T, reason: R, #! organisation-rule\n"
        "     when: {answer: B1.1, min: 1}, levels: {A1.1: 1}}\n",
    ),
)
