"""Where everything is kept: tables, the two ways to open a transaction, migrations, backups."""
