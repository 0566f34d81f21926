"""Malformed referential files: the text itself."""

from __future__ import annotations

from jalon.plugins.files.tree import MAX_DEPTH, MAX_NODES
from support.malformed import NOTS, TINY, Expected, added, case, whole

_TOO_MANY = "[" + "a," * MAX_NODES + "a]"

DEADLY = (
    case("30 000 brackets", "title: Un parcours", "title: " + "[" * 30_000 + " #! too-deep"),
    case("100 000 flow groups", "rank: 10", "rank: " + "{a: " * 100_000 + " #! too-deep"),
    case("30 000 closed brackets", "rank: 10", f"rank: {'[' * 30_000}{']' * 30_000} #! too-deep"),
    case(
        "blocks too deep",
        "    applies_when: {stocke: oui}",
        f"    applies_when:\n{NOTS}{' ' * (6 + MAX_DEPTH)}not: #! too-deep\n{' ' * (9 + MAX_DEPTH)}a: b",
    ),
    case("dashes too deep", "touches: [voisin]", f"touches:\n {'- ' * 5_000}a #! too-deep"),
    whole("3 MB", TINY.encode() + b"# bourrage\n" * 280_000, Expected(0, "too-large")),
    case("too many nodes", "touches: [voisin]", f"touches: {_TOO_MANY} #! too-many-nodes"),
    added(
        "a billion laughs",
        "x1: &x1 [lol, lol] #! anchor unknown-key\n"
        + "".join(f"x{n}: &x{n} [*x{n - 1}, *x{n - 1}] #! anchor alias unknown-key\n" for n in range(2, 40)),
    ),
    case(
        "an alias inside itself",
        "rank: 10",
        "rank: 10\ntouched: &t [*t] #! alias anchor unknown-key(touches)",
    ),
)

TEXT = (
    *DEADLY,
    case("top key repeated", "rank: 10", "rank: 10\nkey: autre #! duplicate-key"),
    case("quoted key repeated", "rank: 10", 'rank: 10\n"title": Autre #! duplicate-key'),
    case("key thrice", "rank: 10", "rank: 10\nrank: 11 #! duplicate-key\nrank: 12 #! duplicate-key"),
    case("nested key repeated", "official: non}", "official: non, name: B} #! duplicate-key"),
    case(
        "fact repeated in a condition",
        "when: {profils: lecture}",
        "when: {profils: lecture, profils: alimentation} #! duplicate-key",
    ),
    case("level repeated", "{0: jamais,", "{0: jamais, 0: encore, #! duplicate-key\n             "),
    case(
        "a repeated key hides no other fault",
        "rank: 10",
        "rank: dix #! wrong-number\nrank: 11 #! duplicate-key",
    ),
    case("python object", "title: Un parcours", 'title: !!python/object/apply:os.system "true" #! tag'),
    case("integer tag", "rank: 10", "rank: !!int 10 #! tag"),
    case("local tag", "title: Un parcours", "title: !parcours Un parcours #! tag"),
    case("tag without name", "title: Un parcours", "title: ! Un parcours #! tag"),
    case("tagged group", "publisher: {", "publisher: !!map { #! tag\n "),
    whole("TAG directive", f"%TAG ! tag:example.org,2000: #! tag\n---\n{TINY}"),
    whole("another YAML", f"%YAML 3.0 #! yaml-syntax\n---\n{TINY}"),
    case("anchor", "title: Un parcours", "title: &t Un parcours #! anchor"),
    case("anchor on a key", "rank: 10", "&r rank: 10 #! anchor"),
    case("alias", "title: Un parcours", "title: *t #! alias"),
    case("alias of a compulsory key", "title: Référentiel d’essai", "title: *t #! alias"),
    case("alias in a list", "touches: [voisin]", "touches: [voisin, *t] #! alias"),
    case("alias as a key", "rank: 10", "*t : dix #! alias\nrank: 10"),
    case(
        "alias as a nested key", "{stocke: oui}\n    reason", "{*t : oui, stocke: oui} #! alias\n    reason"
    ),
    case(
        "merge key", "    title: Un parcours", "    <<: {title: Autre} #! merge-key\n    title: Un parcours"
    ),
    case("merged alias", "    title: Un parcours", "    <<: *t #! alias merge-key\n    title: Un parcours"),
    added("two documents", "--- #! several-documents\njalon: 1\n"),
    added("a document after the end", "...\n--- #! several-documents\na: 1\n"),
    added("list as a key", "? [a, b] #! complex-key\n: c\n"),
    added("group as a key", "? {a: b} #! complex-key\n: c\n"),
    case("list as a nested key", "rank: 10", "rank: {[a]: b} #! complex-key"),
    case("tab", "    title: Un parcours", "\ttitle: Un parcours #! yaml-syntax"),
    case("colon in a text", "title: Un parcours", "title: Un parcours : le mien #! yaml-syntax"),
    case("reserved sign", "title: Un parcours", "title: @parcours #! yaml-syntax"),
    case("no colon", "rank: 10\n", "rank 10\n", "sources:\n", "sources: #! yaml-syntax\n"),
    case("bracket left open", "touches: [voisin]", "touches: [voisin", "rank: 10", "rank: 10 #! yaml-syntax"),
    case(
        "brace left open",
        "official: non}",
        "official: non",
        "requires: {socle",
        "requires: #! yaml-syntax\n {socle",
    ),
    case("quote left open", "reason: Le volume est élevé.", 'reason: "Le volume est élevé. #! yaml-syntax'),
    case("bad indent", "    type: boolean", "   type: boolean #! yaml-syntax"),
    case("unknown escape", "title: Un parcours", 'title: "\\q" #! yaml-syntax'),
    case("lone surrogate", "title: Un parcours", 'title: "\\ud800" #! yaml-syntax'),
    case("NUL", "title: Un parcours", "title: Un\0parcours #! yaml-syntax"),
    case("bell", "title: Un parcours", "title: Un\x07parcours #! yaml-syntax"),
    case("delete", "reason: Le volume est élevé.", "reason: \x7f #! yaml-syntax"),
    whole("Latin-1", TINY.encode("latin-1", "replace"), Expected(3, "not-utf8")),
    whole("cut in a letter", TINY.encode() + "# é".encode()[:-1], Expected(TINY.count("\n") + 1, "not-utf8")),
    whole("encoded surrogate", b"title: \xed\xa0\x80\n", Expected(1, "not-utf8")),
    whole("UTF-16", TINY.encode("utf-16"), Expected(1, "not-utf8")),
    whole("UTF-16 without mark", "jalon: 1\n".encode("utf-16-be"), Expected(1, "yaml-syntax")),
    whole("empty", b"", Expected(0, "empty-file")),
    whole("only a mark", b"\xef\xbb\xbf", Expected(0, "empty-file")),
    whole("only comments", b"# rien\n\n# rien non plus\n", Expected(0, "empty-file")),
    whole("a document of nothing", b"---\n", Expected(0, "empty-file")),
    whole("list as root", "- jalon: 1 #! wrong-kind\n"),
    whole("text as root", "jalon #! wrong-kind\n"),
    whole("null as root", "null #! wrong-kind\n"),
    whole("alias as root", "*a #! alias\n"),
    whole(
        "windows line ends",
        TINY.replace("rank: 10", "rank: dix").replace("\n", "\r\n").encode(),
        Expected(9, "wrong-number"),
    ),
)
