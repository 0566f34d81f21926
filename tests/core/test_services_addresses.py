"""Logins and addresses: what is refused says which character it was; what is kept compares folded."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jalon.services.accounts import AccountRefusedError, checked_email, checked_login


def refused(email: str) -> str:
    """Give why an address is refused."""
    with pytest.raises(AccountRefusedError) as error:
        checked_email(email)
    assert "email" == error.value.field
    return str(error.value)


@pytest.mark.parametrize(
    ("email", "named"),
    [
        ("marie\u200b@exemple.fr", "U+200B"),
        ("marie@exem\u202eple.fr", "U+202E"),
        ("mari\u0435@exemple.fr", "U+0435"),
        ("\uff20marie@exemple.fr", "U+FF20"),
        ("marie\x00@exemple.fr", "U+0000"),
        ("marie curie@exemple.fr", "une espace"),
        ("marie<x>@exemple.fr", "U+003C"),
    ],
)
def test_a_refused_address_names_the_character(email: str, named: str) -> None:
    """Invisible, of another alphabet, or of no address: the sentence says which."""
    assert named in refused(email)


@pytest.mark.parametrize(
    "email",
    ["", " ", "marie", "@", "marie@", "@exemple.fr", "a@b@c.fr", ".a@b.fr", "a.@b.fr", "a..b@c.fr", "a@b..fr",
     "a@.fr", "=?utf-8?q?x?=@b.fr", "a" * 200 + "@b.fr"],
)  # fmt: skip
def test_what_no_server_takes_is_refused(email: str) -> None:
    """An address nobody can write to is told when it is typed, not when a message fails."""
    assert refused(email)


@pytest.mark.parametrize(
    ("one", "other"), [("Marie@Exemple.FR", "marie@exemple.fr"), ("\ufb01n@x.fr", "fin@x.fr"), (" a@b.fr ", "a@b.fr")]
)  # fmt: skip
def test_two_spellings_are_one_address(one: str, other: str) -> None:
    """Case and compatible letters make no second address; what was typed is kept."""
    assert checked_email(one)[1] == checked_email(other)[1]
    assert one.strip() == checked_email(one)[0]


@settings(deadline=None)
@given(st.text(max_size=80))
def test_whatever_is_typed_is_a_login_or_is_told(text: str) -> None:
    """A login that is kept has small letters, digits and three marks, and folds to itself."""
    try:
        kept = checked_login(text)
    except AccountRefusedError:
        return
    assert set(kept) <= set("abcdefghijklmnopqrstuvwxyz0123456789._-")
    assert kept == checked_login(kept)
