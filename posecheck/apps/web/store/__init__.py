"""What the review room keeps in its database: SQLite by itself, PostgreSQL for a practice."""
