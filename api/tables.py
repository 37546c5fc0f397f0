"""The tables under a control room, the same on SQLite and on PostgreSQL. Imports nothing of ours.

What was recorded stands in `entries`, which takes no change; `head` says where it ends. `bookings` is read off the entries and
changes in the same transaction: a row for each piece of a resource's room that an assignment holds. That nobody is
booked twice is thereby a promise of the database: no piece is held twice, and none lies outside the resource's room. `keys`
says who may come in; `drafts` and `acts` are the register of procedures.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    event,
    text,
)

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_name)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
COUNT = BigInteger().with_variant(Integer, "sqlite")
"""A number that may outgrow 32 bits; SQLite's integers are as long as they must be."""

tables = MetaData(naming_convention=NAMING)
entries = Table(
    "entries",
    tables,
    Column("sequence", COUNT, primary_key=True, autoincrement=False),
    Column("batch", COUNT, nullable=False),
    Column("recorded_at", COUNT, nullable=False),
    Column("actor", Text, nullable=False),
    Column("subject", Text, nullable=False, index=True),
    Column("fact", Text, nullable=False),
    Column("previous_hash", Text, nullable=False),
    Column("hash", Text, nullable=False),
)
head = Table(
    "head",
    tables,
    Column("only", Integer, CheckConstraint('"only" = 1', name="one"), primary_key=True, autoincrement=False),
    Column("sequence", COUNT, nullable=False),
    Column("hash", Text, nullable=False),
    Column("centre", Text, nullable=False),
)
documents = Table(
    "documents",
    tables,
    Column("fingerprint", Text, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
)
receipts = Table(
    "receipts",
    tables,
    Column("key", Text, primary_key=True),
    Column("request_hash", Text, nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    Column("recorded_at", COUNT, nullable=False, index=True),
)
bookings = Table(
    "bookings",
    tables,
    Column("resource", Text, primary_key=True),
    Column("piece", Integer, primary_key=True, autoincrement=False),
    Column("room", Integer, nullable=False),
    Column("need", Text, nullable=False, index=True),
    CheckConstraint("piece >= 0 AND piece < room", name="within_room"),
)

keys = Table(
    "keys",
    tables,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("roles", Text, nullable=False),
    Column("issued_at", COUNT, nullable=False),
    Column("issued_by", Text, nullable=False),
    Column("expires_at", COUNT, nullable=False),
    Column("revoked_at", COUNT, nullable=True),
)

drafts = Table(
    "drafts",
    tables,
    Column("fingerprint", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("author", Text, nullable=False),
    Column("written_at", COUNT, nullable=False, index=True),
    Column("follows", Text, ForeignKey("drafts.fingerprint"), nullable=True),
    Column("text", Text, nullable=False),
)
acts = Table(
    "acts",
    tables,
    Column("number", COUNT, primary_key=True, autoincrement=True),
    Column("fingerprint", Text, ForeignKey("drafts.fingerprint"), nullable=False, index=True),
    Column("step", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("at", COUNT, nullable=False),
    Column("said", Text, nullable=False),
    Column("outcome", Text, nullable=True),
    Column("due_at", COUNT, nullable=True),
    CheckConstraint("step <> 'approval' OR who <> author", name="another_approves"),
)
_APPROVAL = text("step = 'approval'")
Index("one_approval", acts.c.fingerprint, unique=True, sqlite_where=_APPROVAL, postgresql_where=_APPROVAL)

_SQLITE_GUARD = (
    "CREATE TRIGGER entries_refuse_{verb} BEFORE {verb} ON entries "
    "BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END"
)
_POSTGRES_REFUSAL = (
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
    "$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$"
)
_POSTGRES_GUARD = (
    "CREATE TRIGGER entries_refuse_{verb} BEFORE {verb} ON entries FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
)


def guards(dialect: str) -> tuple[str, ...]:
    """The statements by which a database of this dialect refuses that entries are altered or removed."""
    if dialect == "sqlite":
        return tuple(_SQLITE_GUARD.format(verb=verb) for verb in ("update", "delete"))
    return (_POSTGRES_REFUSAL, *(_POSTGRES_GUARD.format(verb=verb) for verb in ("update", "delete", "truncate")))


for _dialect in ("sqlite", "postgresql"):
    for _statement in guards(_dialect):
        # SQLAlchemy reads a percent sign as the start of a name; there is none in these.
        event.listen(entries, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
