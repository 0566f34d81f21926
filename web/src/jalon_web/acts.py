"""Do an act on accounts from a route: one transaction, who acts, from where, and what it refused."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import render_template, request

from jalon.errors import JalonError
from jalon.services.acting import Acting
from jalon.services.managing import Invited
from jalon.services.trace import Actor
from jalon_web.portal import portal, signed_in
from jalon_web.typed import typeset


def actor() -> Actor:
    """Give who is signed in, and from where."""
    who = signed_in()
    return Actor(who.person.account_id, who.name, request.remote_addr or "")


@contextmanager
def acting() -> Iterator[Acting]:
    """Act in one transaction: kept with its trace when the block ends, undone when it raises."""
    held = portal()
    with held.database.writing() as session:
        yield Acting(session, signed_in().person, actor(), held.clock())


def link_page(made: Invited, back: str) -> str:
    """Show a link once; it is nowhere else. The worker is told, where it is sent as well."""
    held = portal()
    held.wake()
    address = held.link_address(made.token) if made.token else ""
    return render_template("accounts/link.html", made=made, address=address, mails=held.mails, back=back)


def refused(form: Any, error: JalonError) -> None:
    """Show what a service refused beside the field it names, or above the form."""
    field = getattr(error, "field", "")
    if field and field in form:
        form[field].errors = [*form[field].errors, typeset(str(error))]
    else:
        form.form_errors.append(typeset(str(error)))
