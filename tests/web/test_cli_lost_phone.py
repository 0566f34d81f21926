"""A lost phone: the machine that runs the portal switches a second factor off."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import select, update

from jalon.storage.database import Database
from jalon.storage.tables import Account, Trace, table_of
from support.command import Run


def test_a_lost_phone_is_reset_on_request_only(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`account reset` keeps the second factor; with --second-factor it is off, and the trace says so."""
    for name in ("JALON_DATABASE_URL", "JALON_SECRET", "JALON_PUBLIC_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("INSTANCE", str(tmp_path / "instance"))
    monkeypatch.setenv("JALON_PASSWORD", "girafe lampe orage tiroir")
    run("migrate")
    run("admin", "create", "--login", "ada", "--name", "Ada", "--email", "ada@exemple.fr")
    account, trace = table_of(Account), table_of(Trace)
    with closing(Database(f"sqlite:///{tmp_path / 'instance' / 'jalon.db'}")) as database:
        with database.writing() as session:
            session.execute(update(account).values(totp_secret="A" * 32))
        assert 0 == run("account", "reset", "ada").exit_code
        with database.reading() as session:
            assert session.scalar(select(account.c.totp_secret))
        assert 0 == run("account", "reset", "ada", "--second-factor").exit_code
        with database.reading() as session:
            assert "" == session.scalar(select(account.c.totp_secret))
            assert "second-factor-off" in session.scalars(select(trace.c.action)).all()
