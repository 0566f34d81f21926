"""Who is signed in, as Flask-Login wants it: its identifier is the token of a session row."""

from __future__ import annotations

from jalon.domain.rights import has_products, why_not_administer
from jalon.services.sign_in import SignedIn


class User:
    """Stand for a signed-in account in templates."""

    is_authenticated = True
    is_active = True
    is_anonymous = False

    def __init__(self, signed_in: SignedIn) -> None:
        self.signed_in = signed_in

    def get_id(self) -> str:
        """Give what the cookie keeps: the token, whose row decides whether it is still good."""
        return self.signed_in.token

    @property
    def account_id(self) -> int:
        """Give the account's number."""
        return self.signed_in.person.account_id

    @property
    def display_name(self) -> str:
        """Give the person's name."""
        return self.signed_in.name

    @property
    def organisation_name(self) -> str:
        """Give the organisation's name."""
        return self.signed_in.organisation

    @property
    def has_products(self) -> bool:
        """Say whether the menu offers pages of products."""
        return has_products(self.signed_in.person)

    @property
    def is_administrator(self) -> bool:
        """Say whether the menu offers the administration."""
        return why_not_administer(self.signed_in.person) is None

    @property
    def session_ends(self) -> int:
        """Give the end of the session, in seconds since 1970."""
        return int(self.signed_in.ends_at.timestamp())
