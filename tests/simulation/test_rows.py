"""Hostile logs are refused where they become so, within named limits, and never held in memory first."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from pathlib import Path

import pytest

from incidents.refusals import Refusal
from simulation.fitting.mapping import LogMapping
from simulation.fitting.rows import LIMITS, Broken, LogLimits, Row, read_rows
from tests.simulation.small_log import small_mapping

HEADER = "number,opened\n"


def rows(path: Path, mapping: LogMapping | None = None, limits: LogLimits = LIMITS) -> list[Row | Broken]:
    """Every row of a log with two columns."""
    meant = mapping or small_mapping()
    return list(read_rows(path, meant.files[0], meant, limits))


def log_of(folder: Path, data: bytes) -> Path:
    """A log of these bytes."""
    path = folder / "log.csv"
    path.write_bytes(data)
    return path


def test_a_row_is_read_by_the_names_of_the_mapping(tmp_path: Path) -> None:
    """Quoted line ends inside a field are text, and lines are counted as an editor counts them."""
    path = log_of(tmp_path, b'number,opened\n"1","2020-01-01 00:00"\n2,2020-01-02 00:00\n')
    found = rows(path)
    assert [(each.line, each.text["incident"]) for each in found if isinstance(each, Row)] == [(2, "1"), (3, "2")]


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (HEADER.encode() + b"x" * (LIMITS.line_bytes + 10), "the line is too long"),
        (b"," * (LIMITS.columns + 5) + b"\n", "columns"),
        (HEADER.encode() + b"1,\xff\xfe\n", "is not utf-8"),
        (HEADER.encode() + b"1,\x00\x01\x02\n", "bytes that no text has"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "is not utf-8"),
        (b"", "the file is empty"),
        (b"number\n1\n", "columns are missing: opened"),
        (b"number,opened,number\n1,2,3\n", "stand there twice"),
        (HEADER.encode() + b'1,"2\n', "not CSV"),
        (HEADER.encode() + b'1,"' + b"y" * 200_000 + b'"\n', "not CSV"),
        (gzip.compress(HEADER.encode() * 100)[:-20], "cannot be unfolded"),
        (b"\x1f\x8bnot gzip at all, however it begins", "cannot be unfolded"),
    ],
    ids=[
        "long line",
        "columns",
        "encoding",
        "nul",
        "picture",
        "empty",
        "missing",
        "twice",
        "quote",
        "field",
        "cut",
        "no gzip",
    ],
)
def test_a_hostile_log_is_refused(tmp_path: Path, data: bytes, says: str) -> None:
    """Each names the file, and most the line."""
    with pytest.raises(Refusal, match=says) as refused:
        rows(log_of(tmp_path, data))
    assert "log.csv" in str(refused.value)


def test_a_file_that_unfolds_without_end_stops_at_the_limit_and_takes_no_memory(tmp_path: Path) -> None:
    """A hundred megabytes of rows in a hundred kilobytes: refused at ten, with a fraction of that in memory."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    with (tmp_path / "log.csv").open("wb") as file:
        file.write(packer.compress(HEADER.encode()))
        for _ in range(100):
            file.write(packer.compress(b"1,2020-01-01 00:00\n" * 55_000))
        file.write(packer.flush())
    tracemalloc.start()
    with pytest.raises(Refusal, match="the file is too large"):
        for _ in read_rows(
            tmp_path / "log.csv", small_mapping().files[0], small_mapping(), LogLimits(file_bytes=10_000_000)
        ):
            pass
    assert tracemalloc.get_traced_memory()[1] < 5_000_000
    tracemalloc.stop()


def test_one_line_of_a_hundred_megabytes_takes_no_more_memory_than_a_line_may(tmp_path: Path) -> None:
    """It is refused after the first megabyte, whether or not it was folded."""
    with gzip.open(tmp_path / "log.csv", "wb", compresslevel=1) as file:
        file.write(HEADER.encode())
        for _ in range(100):
            file.write(b"9" * 1_000_000)
    tracemalloc.start()
    with pytest.raises(Refusal, match="the line is too long"):
        rows(tmp_path / "log.csv")
    assert tracemalloc.get_traced_memory()[1] < 20_000_000
    tracemalloc.stop()


def test_more_rows_than_a_log_may_have_are_refused(tmp_path: Path) -> None:
    """The limit lets its own number pass."""
    path = log_of(tmp_path, HEADER.encode() + b"1,2020-01-01 00:00\n" * 10)
    assert len(rows(path, limits=LogLimits(rows=10))) == 10
    with pytest.raises(Refusal, match="more rows"):
        rows(path, limits=LogLimits(rows=9))


def test_a_row_of_another_width_is_told_apart_and_the_rest_is_read(tmp_path: Path) -> None:
    """One broken row in a year should cost that row."""
    found = rows(log_of(tmp_path, HEADER.encode() + b"1,2020-01-01 00:00,more\n2,2020-01-01 00:00\n"))
    assert [type(each) for each in found] == [Broken, Row]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16"])
def test_every_encoding_that_a_mapping_may_name_is_read(tmp_path: Path, encoding: str) -> None:
    """A station called Dún Laoghaire."""
    path = tmp_path / "log.csv"
    path.write_text("number,opened\nDún,2020-01-01 00:00\n", encoding=encoding)
    mapping = small_mapping(files=[{"name": "log.csv", "encoding": encoding}])
    assert [each.text["incident"] for each in rows(path, mapping) if isinstance(each, Row)] == ["Dún"]


def test_parquet_is_read_like_the_rest(tmp_path: Path) -> None:
    """Where pyarrow is installed; times come out as ISO 8601, what is null as missing."""
    pyarrow = pytest.importorskip("pyarrow")
    parquet = pytest.importorskip("pyarrow.parquet")
    table = pyarrow.table({"number": [1, 2], "opened": [None, "2020-01-01 00:00"]})
    parquet.write_table(table, tmp_path / "log.parquet")
    mapping = small_mapping(files=[{"name": "log.parquet", "format": "parquet"}])
    found = rows(tmp_path / "log.parquet", mapping)
    assert [each.text["@received"] for each in found if isinstance(each, Row)] == ["", "2020-01-01 00:00"]
    (tmp_path / "log.parquet").write_bytes(b"PAR1 but not really")
    with pytest.raises(Refusal, match="cannot be read as parquet"):
        rows(tmp_path / "log.parquet", mapping)
