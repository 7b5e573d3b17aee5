"""SQLite: schema, migrations, writing and reading records."""
