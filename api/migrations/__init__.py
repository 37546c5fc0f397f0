"""How the tables of one version of Muster become those of the next: Alembic's environment and its steps."""
