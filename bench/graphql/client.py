"""`python -m bench.graphql.client URL FILE CONNECTIONS SECONDS`: load where there is no wrk, told in the same words.

Each connection sends its next request once the answer before has come whole. `busy`: the share of the time this
process itself was computing: near 1 it was the client that was measured.
"""

import asyncio
import json
import sys
from itertools import cycle
from pathlib import Path
from statistics import quantiles
from time import perf_counter, process_time
from urllib.parse import urlsplit

import httptools


class _Answer:
    """What of an answer matters: its status, and when it is whole."""

    def __init__(self) -> None:
        self.whole = False

    def on_message_complete(self) -> None:
        self.whole = True


async def load(url: str, requests: list[bytes], connections: int, seconds: float) -> dict[str, float]:
    parts = urlsplit(url)
    turns = cycle(requests)
    took: list[float] = []
    failed = 0
    until = perf_counter() + seconds

    async def asking() -> None:
        nonlocal failed
        reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
        try:
            while (began := perf_counter()) < until:
                writer.write(next(turns))
                answer = _Answer()
                parser = httptools.HttpResponseParser(answer)
                while not answer.whole:
                    parser.feed_data(await reader.read(2**18) or _cut_off())
                took.append(perf_counter() - began)
                failed += parser.get_status_code() != 200
        finally:
            writer.close()

    began, computing = perf_counter(), process_time()
    await asyncio.gather(*(asking() for _ in range(connections)))
    whole = perf_counter() - began
    cuts = quantiles(took, n=100)
    return {
        "requests": len(took),
        "seconds": whole,
        "p50_ms": cuts[49] * 1_000,
        "p99_ms": cuts[98] * 1_000,
        "failed": failed,
        "busy": (process_time() - computing) / whole,
    }


def _cut_off() -> bytes:
    raise ConnectionError("the connection was closed in the middle of an answer")


def requests_of(url: str, file: Path) -> list[bytes]:
    """The requests of a file as it is made for wrk: one a line, bearer TAB body."""
    parts = urlsplit(url)
    made = []
    for line in file.read_bytes().splitlines():
        bearer, _, body = line.partition(b"\t")
        head = (
            f"POST {parts.path} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Type: application/json\r\n"
            f"Accept: application/json\r\nContent-Length: {len(body)}\r\nAuthorization: "
        )
        made.append(head.encode() + bearer + b"\r\n\r\n" + body)
    return made


if __name__ == "__main__":
    address, path, at_once, length = sys.argv[1:]
    print(json.dumps(asyncio.run(load(address, requests_of(address, Path(path)), int(at_once), float(length)))))
