"""Passwords: those that are too weak, and what is compared."""

from __future__ import annotations

from importlib.resources import files

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.services.passwords import LONGEST, SHORTEST, PasswordRefusedError
from jalon.services.strength import ENOUGH, bits, is_common
from support.services import cheap_passwords

LONG = "".join(chr(33 + (7 * n * n + 3 * n) % 90) for n in range(LONGEST))


@pytest.mark.parametrize(
    "password",
    [
        "onze caract",
        "aaaaaaaaaaaaaaaa",
        LONG + "x",
        "abababababababab",
        "abcdefghijklmnopqrst",
        "12345678901234567890",
        "azertyuiopqsdfghjklm",
        "motdepasse2026!",
        "M0tDeP@sse2026",
        "passwordpassword",
        "  password-2026 ",
        "claire.morel2026",
        "Lirène Santé 2026",
        "lirenesante2026",
        "1789-Morel-1515",
        "Morel-morel-morel",
        "kzpkzpkzpkzpkzp",
        "xkzpkzpkzpkzpky",
        "abcabdabcabdabcabd",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    """One too short, too long, of few characters, common, or made from one or from one's name is not kept."""
    with pytest.raises(PasswordRefusedError):
        cheap_passwords().hashed(password, "claire.morel", "Lirène Santé")


@pytest.mark.parametrize(
    "password",
    [
        "une phrase de passe",
        "Convergence-2026",
        "quatre mots sans lien",
        "zq8%vP2!kd0u",
        "словарь и зебра",
        LONG,
    ],
)
def test_no_composition_is_asked_for(password: str) -> None:
    """Words, figures, other alphabets, 128 characters and more: what is hard to guess is accepted."""
    passwords = cheap_passwords()
    assert passwords.verify(passwords.hashed(password), password)


def test_the_list_of_common_passwords_is_long() -> None:
    """At least ten thousand common passwords are shipped, with their licence."""
    folder = files("jalon.services.common")
    assert 10_000 <= len(folder.joinpath("passwords.txt").read_text("ascii").splitlines())
    assert "Permission is hereby granted" in folder.joinpath("LICENSE.txt").read_text("utf-8")


@settings(deadline=None)
@given(st.text(min_size=1, max_size=40), st.integers(1, 5))
def test_repeating_tells_nothing_more(text: str, times: int) -> None:
    """Writing a password several times makes it no stronger."""
    assert bits(text * times) <= bits(text) + 1e-9


@settings(deadline=None)  # the first one reads the list of common passwords
@given(st.text(max_size=LONGEST + 20))
def test_whatever_is_typed_is_kept_or_told(password: str) -> None:
    """Any text is hashed or refused with a sentence; what is kept is long, strong and not common."""
    refused = ""
    try:
        cheap_passwords().hashed(password)
    except PasswordRefusedError as error:
        refused = str(error)
    good = SHORTEST <= len(password) <= LONGEST and bits(password) >= ENOUGH and not is_common(password)
    assert good == (not refused)
    assert good or refused.endswith(".")


def test_the_longest_password_is_compared_whole() -> None:
    """Characters beyond the longest password are no part of it: they do not open."""
    passwords = cheap_passwords()
    kept = passwords.hashed(LONG)
    assert [True, False] == [passwords.verify(kept, LONG), passwords.verify(kept, LONG + "x")]
    assert not passwords.verify("no hash at all", LONG)


def test_an_account_without_password_opens_to_nobody() -> None:
    """An account that has not chosen a password yet has none that is right, ours for nobody included."""
    passwords = cheap_passwords()
    assert not passwords.verify("", "the password of nobody")
    assert not passwords.verify(None, "the password of nobody")


def test_one_keyboard_or_another_types_the_same() -> None:
    """An accent typed as one character or as two is the same password."""
    passwords = cheap_passwords()
    hashed = passwords.hashed("une idée très secrète")
    assert passwords.verify(hashed, "une ide\u0301e tre\u0300s secre\u0300te")
    assert not passwords.verify(hashed, "une idee tres secrete")


@pytest.mark.parametrize("word", ["Li", "ann", "", "--", "1234"])
def test_short_words_refuse_nothing(word: str) -> None:
    """A name of three letters, or none, forbids no password that has it."""
    assert not is_common("Li-ann-girafe-lampe", [word])
