"""Django's database engine `core.db.backend`."""
