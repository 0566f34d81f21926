"""Find the batch of a line at once, however many there are; seals hold more than those made so far."""

from __future__ import annotations

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_SEALS = ("trace_expiry", "trace_seal")
_OVER = (
    "EXISTS (SELECT 1 FROM trace_expiry WHERE seal_id = (SELECT id FROM trace_seal "
    "WHERE last_id >= OLD.id AND first_id <= OLD.id ORDER BY last_id LIMIT 1))"
)


def upgrade() -> None:
    """Apply. No version was released with the former seals: the worker makes them anew within a minute."""
    op.create_index("ix_trace_seal_last_id", "trace_seal", ["last_id"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER trace_refuses_delete")
        op.execute(
            f"CREATE TRIGGER trace_refuses_delete BEFORE DELETE ON trace WHEN NOT {_OVER} "
            "BEGIN SELECT RAISE(ABORT, 'trace is append-only'); END"
        )
        for table in _SEALS:
            op.execute(f"DROP TRIGGER {table}_refuses_delete")
            op.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of this file
            op.execute(
                f"CREATE TRIGGER {table}_refuses_delete BEFORE DELETE ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            )
        return
    op.execute(
        "CREATE OR REPLACE FUNCTION trace_keeps_lines() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_OVER} THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'trace is append-only'; END $$"
    )
    for table in _SEALS:
        op.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        op.execute(f"DELETE FROM {table}")  # noqa: S608 - a name of this file
        op.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
