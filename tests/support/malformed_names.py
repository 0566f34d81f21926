"""Malformed referential files: their meaning, that is names reserved, given twice or unknown."""

from __future__ import annotations

from support.malformed import LEVELS, case, proposing, reading, rule

NAMES = (
    case("reserved key", "key: essai", "key: jalon #! reserved-key"),
    *(
        case(f"fact called {word}", "key: ouverture", f"key: {word} #! reserved-name")
        for word in ("all", "any", "not", "answer", "min", "max", "is")
    ),
    case(
        "scale called maturity",
        "  conformite:",
        "  maturity: {levels: {0: a, 1: b}} #! reserved-name\n  conformite:",
    ),
    *(
        case(f"edition {text}", 'edition: "2021.12"', f"edition: {text} #! wrong-edition")
        for text in ("décembre", "2021-12", "v1", "1..2", "1.2.3.4.5", "٢٠٢١")
    ),
    *(
        case(f"range {text}", '{socle: ">=1"}', f'{{socle: "{text}"}} #! wrong-range')
        for text in ("1", "=>1", ">=1 <2", ">=", "~=1", ">=1,", "latest")
    ),
    case("requires itself", '{socle: ">=1"}', '{essai: ">=1"} #! requires-itself'),
    # twice the same name
    case("fact twice", "key: ouverture", "key: stocke #! duplicate"),
    case(
        "choice twice",
        "{value: alimentation, label: Alimentation}",
        "{value: lecture, label: L}, #! duplicate\n              {value: alimentation, label: A}",
    ),
    case("questionnaire twice", "key: pilotage", "key: interop #! duplicate", "[pilotage]", "[interop]"),
    case(
        "axis twice",
        "      - key: A1\n",
        f"      - {{key: A1, title: T, criteria: [{{code: A0, title: T, question: Q, levels: {LEVELS}}}]}}\n"
        "      - key: A1 #! duplicate\n",
    ),
    case("criterion twice, of two questionnaires", "code: B1.1", "code: A1.1 #! duplicate"),
    case("path twice", "rules:", "  - {key: parcours, title: T} #! duplicate\nrules:"),
    case(
        "rule twice", "  - key: volume\n    title: Volume", "  - key: lecture #! duplicate\n    title: Volume"
    ),
    proposing("criterion twice in a rule", "{A1.1: 1, essai/A1.1: 2} #! duplicate"),
    case(
        "fact twice in a rule", "facts: {stocke: oui}", "facts: {stocke: oui, essai/stocke: oui} #! duplicate"
    ),
    case(
        "criterion twice in a path", "required: {A1.1: 2}", "required: {A1.1: 2, essai/A1.1: 2} #! duplicate"
    ),
    # unknown names
    case("unknown source of a fact", "sources: [faq]", "sources: [fak] #! unknown-source(faq)"),
    case("unknown source of a criterion", "na: no", "sources: [faqs] #! unknown-source(faq)"),
    rule(
        "unknown source of a rule",
        "when: {stocke: oui}",
        "levels: {A1.1: 1}",
        "sources:",
        "  - faq",
        "  - foire #! unknown-source",
    ),
    case("unknown scale", "scale: conformite", "scale: conformitee #! unknown-scale(conformite)"),
    case(
        "unknown scale of a criterion with levels",
        "scale: conformite",
        "scale: conformitee #! unknown-scale(conformite)",
        "question: Se réunit-il ?",
        "question: Q ?\n            levels: {0: a, 1: b, 2: c}\n            target: 2",
    ),
    case(
        "unknown fact in the condition of a fact",
        "applies_when: {stocke: oui}",
        "applies_when: {stoke: oui} #! unknown-fact(essai/stocke)",
    ),
    case(
        "unknown fact in the condition of a criterion",
        "{profils: alimentation}",
        "{profil: alimentation} #! unknown-fact(essai/profils)",
    ),
    case(
        "unknown fact in the condition of a questionnaire",
        "    kind: maturity",
        "    kind: maturity\n    applies_when: {volum: {min: 1}} #! unknown-fact(essai/volume)",
    ),
    case(
        "unknown fact in the condition of an axis",
        "        title: Identité",
        "        title: Identité\n        applies_when: {volum: {min: 1}} #! unknown-fact(essai/volume)",
    ),
    case(
        "unknown fact in a rule",
        "when: {profils: lecture}",
        "when: {profiles: lecture} #! unknown-fact(essai/profils)",
    ),
    case(
        "unknown fact of the core",
        "{profils: alimentation}",
        "{jalon/kinds: base} #! unknown-fact(jalon/kind)",
    ),
    case(
        "unknown fact in a required level",
        "{A1.1: 2}",
        "{A1.1: {level: 2, when: {stoke: oui}}} #! unknown-fact(essai/stocke)",
    ),
    case("unknown derived fact", "facts: {stocke: oui}", "facts: {stoke: oui} #! unknown-fact(essai/stocke)"),
    case("a criterion is no fact", "{profils: alimentation}", "{A1.2: oui} #! unknown-fact"),
    reading("two unknown facts", "{stoke: oui, profil: lecture} #! unknown-fact unknown-fact"),
    rule(
        "unknown fact inside a condition of several lines",
        "when:",
        "  all:",
        "    - stocke: oui",
        "    - stoke: oui #! unknown-fact(essai/stocke)",
        "levels: {A1.1: 1}",
    ),
    reading("unknown criterion read", "{answer: A1.3, min: 1} #! unknown-criterion(essai/A1.2)"),
    proposing("unknown criterion set", "{A11: 1} #! unknown-criterion(essai/A1.1)"),
    proposing("a fact is no criterion", "{stocke: 1} #! unknown-criterion"),
    case(
        "unknown criterion required",
        "required: {A1.1: 2}",
        "required: {A1.11: 2} #! unknown-criterion(essai/A1.1)",
    ),
    case("unknown questionnaire", "[pilotage]", "[pilotages] #! unknown-questionnaire(essai/pilotage)"),
    case("main questionnaire of a path", "[pilotage]", "[interop] #! wrong-questionnaire"),
    reading("unknown path", "{jalon/paths: essai/parcour} #! unknown-path(essai/parcours)"),
    reading(
        "path of a referential not required", "{jalon/paths: [essai/parcours, ailleurs/p]} #! not-required"
    ),
    reading("selection of a referential not required", "{jalon/referentials: ailleurs} #! not-required"),
    reading("bounds of selected paths", "{jalon/paths: {min: 1}} #! wrong-value"),
)
