"""Every small change of a module's meaning that a test ought to notice, one at a time."""

import ast
import copy
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_REVERSED: dict[type[ast.cmpop], type[ast.cmpop]] = {ast.Lt: ast.GtE, ast.LtE: ast.Gt, ast.Gt: ast.LtE, ast.GtE: ast.Lt}
_COMPUTED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mult,
    ast.Mod: ast.Mult,
    ast.BitOr: ast.BitAnd,
    ast.BitAnd: ast.BitOr,
}
_OPPOSITES = {"min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True, slots=True)
class Mutant:
    """The `place`-th node of a file's tree (in the order of `ast.walk`), changed the `way`-th way it can be."""

    file: str
    place: int
    way: int
    line: int
    change: str

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line} {self.change}"


def mutants_of(root: Path, file: str) -> Iterator[Mutant]:
    """Changes of what functions do, and of constants. What is said to people, and types, stay as they are."""
    tree = ast.parse((root / file).read_text())
    left_out = _left_out(tree)
    for place, node in enumerate(ast.walk(tree)):
        if id(node) in left_out:
            continue
        for way, (change, _) in enumerate(_ways(node)):
            line = node.iter.lineno if isinstance(node, ast.comprehension) else getattr(node, "lineno", 0)
            yield Mutant(file, place, way, line, change)


def mutated(root: Path, mutant: Mutant) -> ast.Module:
    """The whole file's tree with this one change."""
    tree = ast.parse((root / mutant.file).read_text())
    node = list(ast.walk(tree))[mutant.place]
    changed = _ways(node)[mutant.way][1]

    class Exchange(ast.NodeTransformer):
        def visit(self, visited: ast.AST) -> Any:
            return changed if visited is node else super().generic_visit(visited)

    return ast.fix_missing_locations(Exchange().visit(tree))


def _ways(node: ast.AST) -> list[tuple[str, ast.AST]]:
    match node:
        case ast.Compare(ops=[operator]):
            kinds = [kinds[type(operator)] for kinds in (_COMPARED, _REVERSED) if type(operator) in kinds]
            return [(f"{_said(node)} -> {_said(new)}", new) for new in (_with(node, ops=[kind()]) for kind in kinds)]
        case ast.BoolOp():
            operator = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            return [(f"{_said(node)} -> {type(operator).__name__.lower()}", _with(node, op=operator))]
        case ast.BinOp(op=operator) if type(operator) in _COMPUTED:
            new = _with(node, op=_COMPUTED[type(operator)]())
            return [(f"{_said(node)} -> {_said(new)}", new)]
        case ast.UnaryOp(op=ast.Not()):
            return [(f"{_said(node)} -> {_said(node.operand)}", node.operand)]
        case ast.If() | ast.IfExp() | ast.While():
            test = ast.UnaryOp(op=ast.Not(), operand=node.test)
            return [(f"if {_said(node.test)} -> if not", _with(node, test=test))]
        case ast.Constant(value=bool(value)):
            return [(f"{value} -> {not value}", ast.Constant(value=not value))]
        case ast.Constant(value=int(value)):
            return [(f"{value} -> {value + 1}", ast.Constant(value=value + 1))]
        case ast.Return(value=ast.expr() as value) if not isinstance(value, ast.Constant):
            return [(f"return {_said(value)} -> return None", _with(node, value=ast.Constant(value=None)))]
        case ast.Break() | ast.Continue():
            other = ast.Continue() if isinstance(node, ast.Break) else ast.Break()
            return [(f"{_said(node)} -> {_said(other)}", other)]
        case ast.comprehension(ifs=[_, *_]):
            return [(f"no filter {_said(node.ifs[0])}", _with(node, ifs=[]))]
        case ast.Call(func=ast.Name(id=name)) if name in _OPPOSITES:
            opposite = _OPPOSITES[name]
            return [(f"{_said(node)} -> {opposite}", _with(node, func=ast.Name(id=opposite, ctx=ast.Load())))]
        case _:
            return []


def _left_out(tree: ast.Module) -> set[int]:
    """Nodes whose change changes no behaviour, or only words: messages, types, imports, flags of dataclasses."""
    found: set[int] = set()
    for node in ast.walk(tree):
        parts: list[ast.AST | None] = []
        match node:
            case ast.Raise():
                parts = [node]
            case ast.JoinedStr():
                parts = [node]
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
                parts = [node.returns, *node.decorator_list, *(each.annotation for each in arguments)]
                if node.name == "__str__":
                    parts.append(node)
            case ast.ClassDef():
                parts = [*node.decorator_list, *node.bases]
            case ast.AnnAssign():
                parts = [node.annotation]
            case ast.Assign(value=value) if _is_type(value):
                parts = [value]
        for part in parts:
            found |= {id(each) for each in ast.walk(part)} if part is not None else set()
    return found


def _is_type(value: ast.expr) -> bool:
    """`Name = A | B` of classes, or a TypeAdapter: types, not values."""
    names = [each.id for each in ast.walk(value) if isinstance(each, ast.Name)]
    return isinstance(value, ast.BinOp) and bool(names) and all(name[:1].isupper() for name in names)


def _with(node: Any, **changed: Any) -> Any:
    new = copy.copy(node)
    for name, value in changed.items():
        setattr(new, name, value)
    return new


def _said(node: ast.AST) -> str:
    text = " ".join(ast.unparse(node).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
