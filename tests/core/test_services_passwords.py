"""Passwords: those that are too weak, and what is compared."""

from __future__ import annotations

import pytest

from jalon.services.passwords import LONGEST, PasswordRefusedError
from support.services import cheap_passwords


@pytest.mark.parametrize(
    "password", ["onze caract", "aaaaaaaaaaaaaaaa", "x" * (LONGEST + 1), "abababababababab"]
)
def test_weak_passwords_are_refused(password: str) -> None:
    """A password too short, too long or of too few characters is not kept."""
    with pytest.raises(PasswordRefusedError):
        cheap_passwords().hashed(password)


def test_the_longest_password_is_compared_whole() -> None:
    """Characters beyond the longest password are no part of it: they do not open."""
    longest = ("abcdefgh" * 40)[:LONGEST]
    passwords = cheap_passwords()
    kept = passwords.hashed(longest)
    assert [True, False] == [passwords.verify(kept, longest), passwords.verify(kept, longest + "x")]
    assert not passwords.verify("no hash at all", longest)
