"""Say how long to wait after too many tries."""

from __future__ import annotations

from typing import Final

from flask import Response

from jalon.services.sign_in import TooManyTriesError
from jalon_web.errors import error_page
from jalon_web.translation import gettext as _
from jalon_web.wording import counted

_MINUTE: Final = 60


def too_many(error: TooManyTriesError) -> Response:
    """Ask to wait, in words and for machines."""
    return error_page(429, what_to_do=_wait(error.seconds), headers={"Retry-After": str(error.seconds)})


def _wait(seconds: int) -> str:
    if seconds < _MINUTE:
        return _("Réessayez dans %(duree)s.", duree=counted(seconds, _("seconde"), _("secondes")))
    minutes = -(-seconds // _MINUTE)
    return _("Réessayez dans %(duree)s.", duree=counted(minutes, _("minute"), _("minutes")))
