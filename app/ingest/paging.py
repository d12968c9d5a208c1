"""Which addresses Graph may send us to."""

import re

from yarl import URL

from app.ingest.graph_errors import BadUpstreamAnswer, PagesRefused

PAGES_MAX = 10_000
_PLAIN = re.compile(r"[!-\[\]-~]{1,16384}")
"""Visible ASCII without the backslash: outside of it URL parsers disagree about the host."""

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


class Links:
    """The next links of one listing: each on Graph's own host, each once, at most 10,000 of them."""

    def __init__(self, graph: URL) -> None:
        self._graph = graph
        self._seen: set[str] = set()

    def follow(self, link: object) -> URL:
        """The very address to fetch. Raises PagesRefused rather than send a token to another place."""
        url = _parsed(link)
        if _origin(url) != _origin(self._graph) or "@" in url.raw_authority:
            raise PagesRefused("a next link leads away from Graph")
        if str(url) in self._seen:
            raise PagesRefused("a next link came twice")
        if len(self._seen) >= PAGES_MAX:
            raise PagesRefused(f"more than {PAGES_MAX} pages")
        self._seen.add(str(url))
        return url


def download(location: str | None, graph: URL) -> URL:
    """Where a report lies: any https host, as Graph says; on this machine http, if Graph itself is served so."""
    url = _parsed(location)
    plain = url.scheme == "http" and graph.scheme == "http" and url.raw_host in _LOOPBACK
    if (url.scheme != "https" and not plain) or not url.raw_host or "@" in url.raw_authority:
        raise BadUpstreamAnswer("a report lies at an address that is not https")
    return url


def _origin(url: URL) -> tuple[str, str, int | None]:
    return url.scheme, (url.raw_host or "").lower(), url.port


def _parsed(link: object) -> URL:
    if not isinstance(link, str) or not _PLAIN.fullmatch(link):
        raise PagesRefused("a link is no address")
    try:
        # Taken as it is: signed links break when quoted anew.
        url = URL(link, encoded=True)
        _origin(url)
    except ValueError as error:
        raise PagesRefused("a link is no address") from error
    return url
