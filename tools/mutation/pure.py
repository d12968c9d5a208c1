"""Which lines of a module are pure: those of functions that reach no database and write no SQL.

Told by the source alone, so that nobody has to keep a list: a function counts unless it, or one around it, is async,
manages a context, takes something that reaches a database, is a method of a class that keeps one, returns statements,
or has SQL in a string. Constants of the module count where such a function reads them.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

REACHES = frozenset(
    {"AsyncConnection", "Broker", "Connection", "ConnectionPool", "Cursor", "Log", "Pool", "Reader", "Side"}
)
"""Types of parameters and fields by which a function gets at a database, a log in one, or a broker."""

STATEMENTS = frozenset({"Question", "Rest", "Statement"})
"""What is returned by those that put SQL together."""

_SQL = re.compile(r"\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|FROM|WHERE|ORDER BY|IS NULL)\b|%\(\w+\)s|\{\w+\}\.\w")


def pure_lines(path: Path) -> frozenset[int]:
    """Lines of the pure functions' bodies, and of the constants they read."""
    tree = ast.parse(path.read_text())
    functions = list(_pure(tree, reaches=False))
    lines = {line for each in functions for line in _lines_of(each)}
    read = {node.id for each in functions for node in ast.walk(each) if isinstance(node, ast.Name)}
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and _assigned(node) & read:
            lines |= set(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    return frozenset(lines)


def pure_functions(path: Path) -> list[str]:
    """Their names, for people."""
    return [each.name for each in _pure(ast.parse(path.read_text()), reaches=False)]


def _pure(tree: ast.AST, *, reaches: bool) -> Iterator[ast.FunctionDef]:
    for node in ast.iter_child_nodes(tree):
        match node:
            case ast.ClassDef():
                yield from _pure(node, reaches=reaches or _keeps_one(node))
            case ast.FunctionDef() if not reaches and not _reaches(node):
                yield node
            case ast.AsyncFunctionDef() | ast.FunctionDef():
                continue
            case _:
                yield from _pure(node, reaches=reaches)


def _reaches(function: ast.FunctionDef) -> bool:
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    taken = {name for each in arguments for name in _names(each.annotation)}
    managing = any("contextmanager" in _names(each) for each in function.decorator_list)
    inner = any(isinstance(node, ast.FunctionDef) and _reaches(node) for node in function.body)
    return bool(taken & REACHES or _names(function.returns) & STATEMENTS) or managing or inner or _writes_sql(function)


def _keeps_one(node: ast.ClassDef) -> bool:
    fields = {name for each in node.body if isinstance(each, ast.AnnAssign) for name in _names(each.annotation)}
    makers = [each for each in node.body if isinstance(each, ast.FunctionDef) and each.name == "__init__"]
    taken = {name for each in makers for argument in each.args.args for name in _names(argument.annotation)}
    return bool((fields | taken) & REACHES)


def _writes_sql(function: ast.FunctionDef) -> bool:
    docstring = ast.get_docstring(function, clean=False)
    texts = [_text(node) for node in ast.walk(function) if isinstance(node, ast.Constant | ast.JoinedStr)]
    return any(_SQL.search(text) for text in texts if text != docstring)


def _text(node: ast.Constant | ast.JoinedStr) -> str:
    if isinstance(node, ast.JoinedStr):
        return ast.unparse(node)
    return node.value if isinstance(node.value, str) else ""


def _lines_of(function: ast.FunctionDef) -> range:
    return range(function.lineno, (function.end_lineno or function.lineno) + 1)


def _names(annotation: ast.AST | None) -> set[str]:
    if annotation is None:
        return set()
    nodes = list(ast.walk(annotation))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    return names | {node.attr for node in nodes if isinstance(node, ast.Attribute)}


def _assigned(node: ast.Assign | ast.AnnAssign) -> set[str]:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}
