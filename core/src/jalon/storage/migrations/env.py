"""Run migrations on the connection that `jalon.storage.schema` opened."""

from __future__ import annotations

from alembic import context

from jalon.storage.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=connection.dialect.name == "sqlite",  # SQLite alters a table by copying it
    compare_server_default=True,
)
with context.begin_transaction():
    context.run_migrations()
