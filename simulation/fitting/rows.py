"""Files of a log into rows of text under the mapping's names, within limits: the only place where a fit opens a log.

A log comes from outside, so nothing of it is trusted: a line, a field, a header, a number of rows or bytes beyond its limit is
refused with the file and the line before it is held in memory, and so is what is not text in the stated encoding. A compressed
file is read as it unfolds, so a small file that unfolds without end stops at the same limits. Parquet needs pyarrow, which is an
extra; without it the log can be converted to CSV. Imports `mapping` and refusals.
"""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from optimiser.refusals import Flaw, Refusal
from simulation.fitting.mapping import LogFile, LogMapping

GZIP = b"\x1f\x8b"
BATCH = 10_000


@dataclass(frozen=True, slots=True)
class LogLimits:
    """How large a log may be; whatever is larger is refused where it becomes so."""

    line_bytes: int = 1_000_000
    columns: int = 1_000
    rows: int = 5_000_000
    file_bytes: int = 2_000_000_000
    """Bytes of a file once it is unfolded."""


LIMITS = LogLimits()


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its line in the file, and its text by field."""

    line: int
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Broken:
    """A row that cannot be read as one, and why."""

    line: int
    because: str


def log_path(log: Path, file: LogFile, mapping: LogMapping) -> Path:
    """Where a file of the log is: in the folder `log`, or `log` itself where the mapping names only one such file."""
    if log.is_file():
        others = [each.name for each in mapping.files if each.use == "all"]
        if len(others) == 1 and file.use == "all":
            return log
        return log.parent / file.name
    return log / file.name


def read_rows(path: Path, file: LogFile, mapping: LogMapping, limits: LogLimits = LIMITS) -> Iterator[Row | Broken]:
    """Yield the rows of a file; refuse one that is not there, not text, too large, or lacks a column."""
    if not path.is_file():
        raise Refusal.of(str(path), "there is no such file", f"the log, {file.name}, in the folder given")
    columns = _columns(file, mapping)
    found = _parquet(path, columns, limits) if file.format == "parquet" else _csv(path, file, columns, limits)
    for line, values in found:
        if isinstance(values, str):
            yield Broken(line, values)
        else:
            text = {field: next((v for name in names if (v := values[name])), "") for field, names in columns.items()}
            yield Row(line, text)


def _columns(file: LogFile, mapping: LogMapping) -> Mapping[str, Sequence[str]]:
    """The columns of each field and stage that the file has to have; the shape of the week needs only the receipt."""
    stages = {f"@{stage}": columns for stage, columns in mapping.stages.items()}
    if file.use == "shape":
        return {"incident": mapping.fields["incident"], "@received": stages["@received"]}
    return {**mapping.fields, **stages}


def _csv(
    path: Path, file: LogFile, columns: Mapping[str, Sequence[str]], limits: LogLimits
) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    with path.open("rb") as raw:
        is_folded = raw.read(2) == GZIP
        raw.seek(0)
        lines = _Lines(path, gzip.GzipFile(fileobj=raw) if is_folded else raw, file.encoding, limits)
        # A field is never longer than the line it stands in, and Python's own limit is for the whole process.
        reader = csv.reader(lines, delimiter=file.delimiter, quotechar=file.quote, strict=True)
        header = _next(reader, lines)
        if header is None:
            raise Refusal.of(str(path), "the file is empty", "a header and rows")
        if len(header) > limits.columns:
            raise lines.refusal(f"{len(header):,} columns", f"at most {limits.columns:,}")
        where = _places(path, [name.strip() for name in header], columns)
        wanted = len(header)
        count = 0
        while (cells := _next(reader, lines)) is not None:
            if not cells:
                continue
            count += 1
            if count > limits.rows:
                raise lines.refusal("more rows than a log may have", f"at most {limits.rows:,}")
            if len(cells) != wanted:
                yield lines.number, "rows with another number of columns than the header"
            else:
                yield lines.number, {name: cells[index].strip() for name, index in where.items()}


def _next(reader: Iterator[list[str]], lines: _Lines) -> list[str] | None:
    try:
        return next(reader, None)
    except csv.Error as error:
        raise lines.refusal(f"not CSV: {error}", "fields parted and quoted as the mapping says") from None
    except UnicodeDecodeError as error:
        what = f"byte 0x{error.object[error.start]:02x} is not {lines.encoding}"
        raise lines.refusal(what, "the encoding of the file, as `encoding` in the mapping") from None
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise lines.refusal(f"cannot be unfolded: {error}", "a whole gzip file") from None


class _Lines:
    """Lines of text, each within its limit; `number` is the last one read."""

    def __init__(self, path: Path, data: IO[bytes] | gzip.GzipFile, encoding: str, limits: LogLimits) -> None:
        self.number = 0
        self.encoding = encoding
        self._path, self._data, self._limits = path, data, limits
        self._bytes = 0
        # What needs more than one byte for a line end is decoded as a stream; the limit then counts characters.
        self._wide = io.TextIOWrapper(data, encoding, newline="\n") if encoding == "utf-16" else None

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self.number += 1
        limit = self._limits.line_bytes
        text = self._wide.readline(limit + 1) if self._wide is not None else self._decoded(limit)
        if not text:
            raise StopIteration
        if len(text) > limit:
            raise self.refusal("the line is too long", f"at most {limit:,} bytes")
        self._bytes += len(text)
        if self._bytes > self._limits.file_bytes:
            raise self.refusal("the file is too large", f"at most {self._limits.file_bytes:,} bytes once unfolded")
        if "\0" in text:
            raise self.refusal("the file holds bytes that no text has", "a text file: CSV, or CSV in gzip")
        return text

    def _decoded(self, limit: int) -> str:
        line = self._data.readline(limit + 1)
        if len(line) > limit:
            raise self.refusal("the line is too long", f"at most {limit:,} bytes")
        if self.number > 1 and self.encoding == "utf-8-sig":
            return line.decode("utf-8")
        return line.decode(self.encoding)

    def refusal(self, what: str, accepted: str) -> Refusal:
        return Refusal.of(f"{self._path}:{self.number}", what, accepted)


def _places(path: Path, header: Sequence[str], columns: Mapping[str, Sequence[str]]) -> Mapping[str, int]:
    wanted = list(dict.fromkeys(name for names in columns.values() for name in names))
    index = {name: place for place, name in reversed(list(enumerate(header)))}
    twice = sorted(name for name in wanted if header.count(name) > 1)
    missing = [name for name in wanted if name not in index]
    flaws = []
    if missing:
        flaws.append(Flaw(str(path), f"columns are missing: {', '.join(missing[:20])}", _shown(header)))
    if twice:
        flaws.append(Flaw(str(path), f"columns stand there twice: {', '.join(twice[:20])}", "one column of each name"))
    if flaws:
        raise Refusal(flaws)
    return {name: index[name] for name in wanted}


def _shown(header: Sequence[str]) -> str:
    names = [name[:40] for name in header[:40]]
    return "what it has: " + ", ".join(names) + (", ..." if len(header) > len(names) else "")


def _parquet(
    path: Path, columns: Mapping[str, Sequence[str]], limits: LogLimits
) -> Iterator[tuple[int, Mapping[str, str] | str]]:
    try:
        import pyarrow
        import pyarrow.parquet as parquet
    except ImportError:
        accepted = "CSV, or `pip install muster[parquet]`"
        raise Refusal.of(str(path), "parquet needs pyarrow, which is not installed", accepted) from None
    try:
        opened = parquet.ParquetFile(path)
    except (pyarrow.ArrowException, OSError, ValueError) as error:
        raise Refusal.of(str(path), f"cannot be read as parquet: {str(error)[:200]}", "a parquet file") from None
    about = opened.metadata
    unfolded = sum(about.row_group(group).total_byte_size for group in range(about.num_row_groups))
    for value, limit, what in (
        (about.num_columns, limits.columns, "columns"),
        (about.num_rows, limits.rows, "rows"),
        (unfolded, limits.file_bytes, "bytes once unfolded"),
    ):
        if value > limit:
            raise Refusal.of(str(path), f"{value:,} {what}", f"at most {limit:,}")
    wanted = list(_places(path, list(opened.schema_arrow.names), columns))
    line = 0
    try:
        for batch in opened.iter_batches(batch_size=BATCH, columns=wanted):
            cells = [batch.column(name).to_pylist() for name in wanted]
            for values in zip(*cells, strict=True):
                line += 1
                yield line, {name: _text(value) for name, value in zip(wanted, values, strict=True)}
    except pyarrow.ArrowException as error:
        raise Refusal.of(f"{path}:{line}", f"cannot be read: {str(error)[:200]}", "a whole parquet file") from None


def _text(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "isoformat"):
        return str(value.isoformat(sep=" "))
    return str(value).strip()
