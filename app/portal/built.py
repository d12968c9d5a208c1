"""The built pages at `/`: one page for every address of the portal, and the files it loads."""

import asyncio
import mimetypes
import re
import secrets
import sysconfig
from hashlib import sha256
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from app.portal import pages
from app.portal.headers import page_policy
from app.portal.terms import SIGNED_OUT_PATH, PortalTerms

ADDRESSES = ("/", "/t/{rest:path}", "/portfolio", "/onboarding")
"""What the page's own router takes from there; anything else is not the portal's."""

_IMMUTABLE = "public, max-age=31536000, immutable"
_ENCODINGS = (("br", ".br"), ("gzip", ".gz"))
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
_HEAD = "<head>"

_IN_REPOSITORY = Path(__file__).resolve().parents[2] / "portal"
_INSTALLED = Path(sysconfig.get_path("data")) / "share" / "sua" / "portal"


def built_pages() -> Path:
    """Where they are in a checkout, once built; else where they come along with an installation."""
    return _IN_REPOSITORY / "dist" if _IN_REPOSITORY.is_dir() else _INSTALLED


class BuiltPages:
    """Reads what is there at each request, so a new build is shown without a restart."""

    def __init__(self, terms: PortalTerms) -> None:
        self._terms = terms

    def routes(self) -> list[BaseRoute]:
        pages_ = [Route(address, self.page) for address in ADDRESSES]
        files = [Route("/assets/{name}", self.asset), Route("/favicon.svg", self.icon)]
        return [*pages_, Route(SIGNED_OUT_PATH, self.signed_out), *files]

    async def page(self, request: Request) -> Response:
        """The page, with a nonce of its own for the styles its scripts make.

        A browser that has it is told 304 without a policy, and goes by the one that came with it.
        """
        text = await asyncio.to_thread(self._index)
        if text is None:
            return pages.not_built()
        tag = f'"{sha256(text.encode()).hexdigest()[:32]}"'
        kept = {"etag": tag, "cache-control": "private, no-cache"}
        if tag in [each.strip() for each in request.headers.get("if-none-match", "").split(",")]:
            return Response(status_code=304, headers=kept)
        nonce = secrets.token_urlsafe(16)
        meta = f'{_HEAD}<meta property="csp-nonce" content="{nonce}" nonce="{nonce}">'
        policy = page_policy(nonce, self._terms.public_url)
        headers = {**kept, "content-security-policy": policy, "cross-origin-embedder-policy": "require-corp"}
        return Response(text.replace(_HEAD, meta, 1), 200, headers, "text/html; charset=utf-8")

    async def signed_out(self, request: Request) -> Response:
        """The page as well: its router shows why. Where there is none, a plain one."""
        if await asyncio.to_thread(self._index) is None:
            return pages.signed_out(request.query_params.get("why"))
        return await self.page(request)

    async def asset(self, request: Request) -> Response:
        """A file with its content's hash in the name, so it is kept for ever."""
        return await asyncio.to_thread(self._file, f"assets/{request.path_params['name']}", request, _IMMUTABLE)

    async def icon(self, request: Request) -> Response:
        return await asyncio.to_thread(self._file, "favicon.svg", request, "public, max-age=86400")

    def _index(self) -> str | None:
        if self._terms.built is None:
            return None
        try:
            return (self._terms.built / "index.html").read_text()
        except OSError:
            return None

    def _file(self, name: str, request: Request, keep: str) -> Response:
        """As the client can take it: made smaller beforehand, where the build did."""
        if self._terms.built is None or not _NAME.fullmatch(name.rpartition("/")[2]):
            return PlainTextResponse("There is no such file.", 404)
        path = self._terms.built / name
        media = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {"cache-control": keep, "vary": "Accept-Encoding"}
        taken = {each.partition(";")[0].strip() for each in request.headers.get("accept-encoding", "").split(",")}
        for encoding, ending in _ENCODINGS:
            smaller = Path(f"{path}{ending}")
            if encoding in taken and smaller.is_file():
                return FileResponse(smaller, headers={**headers, "content-encoding": encoding}, media_type=media)
        if not path.is_file():
            return PlainTextResponse("There is no such file.", 404)
        return FileResponse(path, headers=headers, media_type=media)
