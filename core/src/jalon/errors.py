"""The errors a caller can decide about."""

from __future__ import annotations


class JalonError(Exception):
    """Something a person can put right; the message says what was found, expected and to be done."""
