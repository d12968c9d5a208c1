"""Documents known by their SHA-256: those registered when a portal was built, or those a client sent before.

Trusted documents (`SUA_TRUSTED_DOCUMENTS`) are the whole of what runs where they are set. Otherwise a client may send
a document with its hash once and the hash alone from then on (automatic persisted queries): that saves bytes and makes
a GET short. It is no trust: such a document is measured and validated as any other.
"""

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from app.domain.errors import Refused
from app.graphql.http import Asking, BadRequest

REMEMBERED_CHARACTERS_MAX = 1_000_000
"""Of all documents that clients sent with their hash; the longest unused leave first."""

_HASH = re.compile(r"[0-9a-f]{64}")
_SCHEME = "sha256:"


class PersistedQueryNotFound(Refused):
    """No document of this hash is known here: send it with the hash. The message is the word Apollo's clients know."""

    code: ClassVar[str] = "PERSISTED_QUERY_NOT_FOUND"


class PersistedQueryMismatch(Refused):
    """The document sent has another hash than the one beside it."""

    code: ClassVar[str] = "PERSISTED_QUERY_MISMATCH"


class DocumentNotTrusted(Refused):
    """Only registered documents are run here, and this is none of them."""

    code: ClassVar[str] = "DOCUMENT_NOT_TRUSTED"


class TrustedDocumentsUnusable(Refused):
    """The file of trusted documents cannot be read, or holds a document under a hash that is not its own."""

    code: ClassVar[str] = "TRUSTED_DOCUMENTS_UNUSABLE"


def hash_of(text: str) -> str:
    """SHA-256 of the document's UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def trusted_documents(file: Path) -> Mapping[str, str]:
    """The documents of a JSON file `{sha256: document}`, by hash. Raises `TrustedDocumentsUnusable`."""
    try:
        found = msgspec.json.decode(file.read_bytes(), type=dict[str, str])
    except (OSError, UnicodeError, msgspec.MsgspecError) as error:
        raise TrustedDocumentsUnusable("The file of trusted documents must be JSON: {sha256: document}.") from error
    documents = {name.lower().removeprefix(_SCHEME): text for name, text in found.items()}
    for name, text in documents.items():
        if hash_of(text) != name:
            raise TrustedDocumentsUnusable(f"The document under {name} has the hash {hash_of(text)}.")
    return documents


class Persisted:
    """`trusted`: the only documents that run; None: any document runs."""

    def __init__(self, trusted: Mapping[str, str] | None = None) -> None:
        self._trusted = trusted
        self._sent: OrderedDict[str, str] = OrderedDict()
        self._characters = 0

    def text_of(self, asking: Asking) -> str:
        """The document asked for. Raises what is wrong with how it is named."""
        if self._trusted is None and asking.query is not None and not asking.may_name:
            return asking.query
        named = _named(asking)
        if self._trusted is not None:
            text = self._trusted.get(named or hash_of(asking.query or ""))
            if text is None or (asking.query is not None and asking.query != text):
                raise DocumentNotTrusted("Only registered documents are run here.")
            return text
        if asking.query is not None:
            if named is not None and named != hash_of(asking.query):
                raise PersistedQueryMismatch("The hash is not the document's own.")
            return asking.query
        known = self._sent.get(named or "")
        if known is None:
            raise PersistedQueryNotFound("PersistedQueryNotFound")
        self._sent.move_to_end(named or "")
        return known

    def remember(self, asking: Asking) -> None:
        """Keep a document that came with its hash. Only for one that passed every limit and is valid."""
        named = _named(asking)
        if self._trusted is not None or named is None or asking.query is None or named in self._sent:
            return
        self._sent[named] = asking.query
        self._characters += len(asking.query)
        while self._characters > REMEMBERED_CHARACTERS_MAX:
            _, oldest = self._sent.popitem(last=False)
            self._characters -= len(oldest)


def _named(asking: Asking) -> str | None:
    """The hash a request names its document by; None: it names none."""
    if asking.document_id is not None:
        return asking.document_id.lower().removeprefix(_SCHEME)
    given: Any = (asking.extensions or {}).get("persistedQuery")
    if given is None:
        return None
    name = given.get("sha256Hash") if isinstance(given, dict) and given.get("version") == 1 else None
    if not isinstance(name, str) or _HASH.fullmatch(name.lower()) is None:
        raise BadRequest("`extensions.persistedQuery` is {version: 1, sha256Hash: 64 hexadecimal digits}.")
    return name.lower()
