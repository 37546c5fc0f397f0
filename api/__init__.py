"""The live shell: the only floor with a wall clock, sockets and a database."""
