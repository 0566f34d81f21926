"""Passwords: hashed with argon2id, compared in the same time whether the login exists or not."""

from __future__ import annotations

import unicodedata
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from jalon.errors import JalonError
from jalon.services.strength import ENOUGH, bits, is_common

SHORTEST: Final = 12
LONGEST: Final = 256


class PasswordRefusedError(JalonError):
    """A password is too weak to be kept."""


class Passwords:
    """Hash and verify; costs are parameters, so that tests need not wait."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()  # argon2id, RFC 9106's low-memory parameters
        self._nobody = self._hasher.hash("the password of nobody")

    def hashed(self, password: str, *words: str) -> str:
        """Hash a new password; raise PasswordRefusedError when it is too weak, or made from these words."""
        if len(password) < SHORTEST:
            raise PasswordRefusedError(
                f"Ce mot de passe compte {len(password)} caractères ; il en faut au moins {SHORTEST}."
            )
        if len(password) > LONGEST:
            raise PasswordRefusedError(f"Ce mot de passe dépasse {LONGEST} caractères. Raccourcissez-le.")
        if is_common(password, words):
            raise PasswordRefusedError(
                "Ce mot de passe est trop courant, ou tiré de votre nom, de votre adresse ou de votre "
                "organisation. Choisissez-en un que personne ne devinera, par exemple quatre mots sans lien "
                "entre eux."
            )
        if bits(password) < ENOUGH:
            raise PasswordRefusedError(
                "Ce mot de passe est trop facile à deviner : allongez-le, ou répétez moins de caractères."
            )
        return self._hasher.hash(_encoded(password))

    def rehashed(self, password: str) -> str:
        """Hash a password that was kept already, however weak it is found today."""
        return self._hasher.hash(_encoded(password))

    def verify(self, hashed: str | None, password: str) -> bool:
        """Compare a password; for an unknown login (None) the same work is done and the answer is no."""
        try:
            self._hasher.verify(hashed or self._nobody, _encoded(password[:LONGEST]))
        except (VerificationError, InvalidHashError):
            return False
        return bool(hashed) and len(password) <= LONGEST  # an empty hash: not invited yet

    def is_outdated(self, hashed: str) -> bool:
        """Say whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(hashed)


def _encoded(password: str) -> bytes:
    """Encode what was typed, the same from every keyboard; half characters are wrong, not a fault."""
    return unicodedata.normalize("NFC", password).encode(errors="surrogatepass")
