"""A TCP proxy that can be cut and restored: how a server looks that goes away and comes back."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit, urlunsplit

_CHUNK = 65_536


@dataclass(slots=True)
class Proxy:
    """Listens on one port for as long as it is not cut."""

    target: tuple[str, int]
    port: int = 0
    _listener: socket.socket | None = None
    _connections: list[socket.socket] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def restore(self) -> None:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", self.port))
        listener.listen(64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def cut(self) -> None:
        """End every connection and take no more."""
        if self._listener is not None:
            _end(self._listener)
            self._listener = None
        with self._lock:
            ending, self._connections = self._connections, []
        for each in ending:
            _end(each)

    def _accept(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _ = listener.accept()
            except OSError:
                return  # cut
            far = socket.create_connection(self.target)
            with self._lock:
                self._connections += [near, far]
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=_forward, args=(source, sink), daemon=True).start()


@contextmanager
def proxied(url: str) -> Iterator[tuple[Proxy, str]]:
    """A proxy before the server of a URL, and the URL that leads through it."""
    parts = urlsplit(url)
    proxy = Proxy((parts.hostname or "127.0.0.1", parts.port or 0))
    proxy.restore()
    try:
        yield proxy, urlunsplit(parts._replace(netloc=_netloc(parts, proxy.port)))
    finally:
        proxy.cut()


def _netloc(parts: SplitResult, port: int) -> str:
    credentials, at, _ = parts.netloc.rpartition("@")
    return f"{credentials}{at}127.0.0.1:{port}"


def _forward(source: socket.socket, sink: socket.socket) -> None:
    try:
        while data := source.recv(_CHUNK):
            sink.sendall(data)
    except OSError:
        pass  # the other end is gone, or we were cut
    finally:
        _end(source)
        _end(sink)


def _end(one: socket.socket) -> None:
    with suppress(OSError):  # never connected, or ended already
        one.shutdown(socket.SHUT_RDWR)
    one.close()
