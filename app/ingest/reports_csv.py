"""A usage report on its way: a file without a name, then rows by column name."""

import csv
import io
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from app.ingest.graph_errors import BadUpstreamAnswer

REPORT_MAX_BYTES = 512 * 1024 * 1024


class ReportFile:
    """Holds one report while it arrives. It names people, so the file has no name and ends with the process."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 (closed in __exit__)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def begin(self) -> None:
        """Empty again: another attempt begins."""
        self._file.seek(0)
        self._file.truncate()

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        if self._file.tell() > REPORT_MAX_BYTES:
            raise BadUpstreamAnswer(f"a report of more than {REPORT_MAX_BYTES} bytes")

    def rows(self) -> Iterator[dict[str, str]]:
        self._file.seek(0)
        return rows_of(self._file)


def rows_of(file: io.BufferedRandom | io.BytesIO) -> Iterator[dict[str, str]]:
    """Rows by column name. A byte order mark and CRLF are the normal case; quoted fields may hold line ends.

    Raises BadUpstreamAnswer where the file is no UTF-8 CSV or a row has more or fewer fields than the header.
    """
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    try:
        reader = csv.reader(text, strict=True)
        header = [name.strip() for name in next(reader, [])]
        for fields in reader:
            if not fields:
                continue
            if len(fields) != len(header):
                raise BadUpstreamAnswer(f"line {reader.line_num} of a report has {len(fields)} of {len(header)} fields")
            yield dict(zip(header, fields, strict=True))
    except UnicodeDecodeError as error:
        raise BadUpstreamAnswer("a report is not UTF-8") from error
    except csv.Error as error:
        raise BadUpstreamAnswer(f"a report is no CSV: {error}") from error
    finally:
        text.detach()
