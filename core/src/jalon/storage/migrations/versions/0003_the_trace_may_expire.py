"""Let go of lines of the trace, but only of a sealed batch whose retention is over."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_OVER = (
    "EXISTS (SELECT 1 FROM trace_seal JOIN trace_expiry ON trace_expiry.seal_id = trace_seal.id "
    "WHERE OLD.id BETWEEN trace_seal.first_id AND trace_seal.last_id)"
)


def upgrade() -> None:
    """Apply."""
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER trace_refuses_delete")
        op.execute(
            f"CREATE TRIGGER trace_refuses_delete BEFORE DELETE ON trace WHEN NOT {_OVER} "
            "BEGIN SELECT RAISE(ABORT, 'trace is append-only'); END"
        )
        for change in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER trace_expiry_refuses_{change.lower()} BEFORE {change} ON trace_expiry "
                "BEGIN SELECT RAISE(ABORT, 'trace_expiry is append-only'); END"
            )
        return
    op.execute("DROP TRIGGER trace_refuses_changes ON trace")
    op.execute(
        "CREATE TRIGGER trace_refuses_changes BEFORE UPDATE OR TRUNCATE ON trace "
        "FOR EACH STATEMENT EXECUTE FUNCTION trace_is_append_only()"
    )
    op.execute(
        "CREATE FUNCTION trace_keeps_lines() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {_OVER} THEN RETURN OLD; END IF; "
        "RAISE EXCEPTION 'trace is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER trace_refuses_delete BEFORE DELETE ON trace "
        "FOR EACH ROW EXECUTE FUNCTION trace_keeps_lines()"
    )
    op.execute(
        "CREATE FUNCTION trace_expiry_is_append_only() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'trace_expiry is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER trace_expiry_refuses_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON trace_expiry "
        "FOR EACH STATEMENT EXECUTE FUNCTION trace_expiry_is_append_only()"
    )
