"""What a document defers or streams, and the same document without."""

from typing import Any

from graphql import REMOVE, DirectiveNode, DocumentNode, Visitor, visit

_DIRECTIVES = ("defer", "stream")


def whole(document: DocumentNode, text: str) -> DocumentNode:
    """The document with nothing deferred: the very same one, where nothing is."""
    return visit(document, _Whole()) if _may_defer(text) else document


def _may_defer(text: str) -> bool:
    """Quicker than walking the document; there may be anything between `@` and the name."""
    return any(name in text for name in _DIRECTIVES)


class _Whole(Visitor):
    def enter_directive(self, node: DirectiveNode, *_: Any) -> Any:
        return REMOVE if node.name.value in _DIRECTIVES else None
