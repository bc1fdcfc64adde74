"""alembic's entry: migrate the engine that ``stcore.storage.migrate`` hands over."""

from alembic import context

from stcore.storage.tables import metadata

with context.config.attributes["engine"].execution_options(stcore_write=True).begin() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()
