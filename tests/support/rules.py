"""Every rule that a problem in the source can name, found without running it.

A class with a field called `rule` is made with a rule, and whatever passes one of its arguments on
to such a place takes a rule, too; the rules are what is passed there. An argument that is not
understood raises, and so cannot be overlooked.
"""

from __future__ import annotations

import ast
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[2]
FIELD = "rule"
METHOD = "any object: "
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Definition = ast.ClassDef | _Function


class Module:
    """One module, with what is asked of it again and again."""

    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name = name
        self.tree = tree
        nodes = list(ast.walk(tree))
        self.calls = [it for it in nodes if isinstance(it, ast.Call)]
        self.homes = {
            alias.asname or alias.name: it.module or ""
            for it in nodes
            if isinstance(it, ast.ImportFrom)
            for alias in it.names
        }
        self.definitions = [
            (it, METHOD if isinstance(node, ast.ClassDef) else f"{name}.")
            for node in nodes
            for it in ast.iter_child_nodes(node)
            if isinstance(it, _Definition) and it.name != "__init__"
        ]
        self.around: dict[ast.Call, _Function] = {}
        for node in nodes:  # from the outside to the inside: the innermost function wins
            if isinstance(node, _Function):
                self.around |= {it: node for it in ast.walk(node) if isinstance(it, ast.Call)}


class Source:
    """The modules of a program, by name."""

    def __init__(self, trees: dict[str, ast.Module]) -> None:
        self.modules = {name: Module(name, tree) for name, tree in trees.items()}
        self._takers: dict[str, set[int]] = {}  # with the places among the arguments
        for module in self.modules.values():
            for node, before in module.definitions:
                if isinstance(node, ast.ClassDef) and FIELD in _parameters(node):
                    self._takers[before + node.name] = {_parameters(node).index(FIELD)}
        while self._grows():
            pass

    @cached_property
    def rules(self) -> dict[str, set[str]]:
        """Each rule with the places that name it."""
        found: dict[str, set[str]] = {}
        for module in self.modules.values():
            for call in module.calls:
                for argument in self._arguments(call, module):
                    for rule in self._values(argument, module, module.around.get(call)):
                        found.setdefault(rule, set()).add(f"{module.name}:{call.lineno}")
        return found

    def _grows(self) -> bool:
        """Find what passes on its own arguments to what is known by now."""
        before = sum(map(len, self._takers.values()))
        for module in self.modules.values():
            for node, prefix in module.definitions:
                for at in list(self._passed_on(node, module)):
                    self._takers.setdefault(prefix + node.name, set()).add(at)
        return sum(map(len, self._takers.values())) > before

    def _passed_on(self, node: _Definition, module: Module) -> Iterator[int]:
        names = _parameters(node)
        of_class = isinstance(node, ast.ClassDef)
        for call in ast.walk(node) if names else ():
            for it in self._arguments(call, module) if isinstance(call, ast.Call) else ():
                match it:
                    case ast.Attribute(value=ast.Name(id="self"), attr=name) if of_class:
                        own = name
                    case ast.Name(id=name) if not of_class:
                        own = name
                    case _:
                        continue
                if own in names:
                    yield names.index(own)

    def _arguments(self, call: ast.Call, module: Module) -> Iterator[ast.expr]:
        match call.func:
            case ast.Attribute(attr=name):
                places = self._takers.get(f"{METHOD}{name}")
            case ast.Name(id=name):
                places = self._takers.get(f"{module.homes.get(name, module.name)}.{name}")
            case _:
                places = None
        if places is None:
            return
        for at in places:
            if at < len(call.args) and not isinstance(call.args[at], ast.Starred):
                yield call.args[at]
        yield from (it.value for it in call.keywords if it.arg == FIELD)

    def _values(self, node: ast.expr, module: Module, around: _Function | None) -> set[str]:
        parts: list[ast.expr] = []
        match node:
            case ast.Constant(value=str(text)):
                return {text}
            case ast.Name(id=name):
                return self._of_name(name, module, around)
            case ast.Attribute(attr="rule") | ast.Attribute(value=ast.Name(id="self")):
                pass  # found where that problem or object is made
            case _ if f"{FIELD!r}" in ast.unparse(node):
                pass  # read from where a problem was written down
            case ast.IfExp(body=one, orelse=other):
                parts = [one, other]
            case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Dict(values=elements):
                parts = elements
            case ast.Subscript(value=table):
                parts = [table]
            case _:
                place = f"{module.name}:{node.lineno}"
                raise AssertionError(f"{place}: which rule is `{ast.unparse(node)}`?")
        return {it for part in parts for it in self._values(part, module, around)}

    def _of_name(self, name: str, module: Module, around: _Function | None) -> set[str]:
        if around is not None:
            if name in _parameters(around):
                return set()  # found where this is called
            given = list(_assigned(name, around))
            if given:
                return {it for one in given for it in self._values(one, module, around)}
        for statement in module.tree.body:
            if isinstance(statement, ast.Assign | ast.AnnAssign):
                for one in _assigned(name, statement):
                    return self._values(one, module, None)
        if name not in module.homes:
            raise AssertionError(f"{module.name}: which rule is `{name}`?")
        return self._of_name(name, self.modules[module.homes[name]], None)


def of_the_program() -> dict[str, set[str]]:
    """Give every rule in `runner`; the sandbox has rules of another kind, for faults."""
    trees = {}
    for file in sorted((ROOT / "runner").rglob("*.py")):
        name = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        if not name.startswith("runner.sandbox"):
            trees[name] = ast.parse(file.read_text(encoding="utf-8"))
    return Source(trees).rules


def _parameters(node: ast.AST) -> list[str]:
    """Give what a call of a function or a class with fields takes, but for `self`."""
    if isinstance(node, _Function):
        return [it.arg for it in node.args.args if it.arg not in ("self", "cls")]
    if isinstance(node, ast.ClassDef):
        made = [it for it in node.body if isinstance(it, _Function) and it.name == "__init__"]
        if made:
            return _parameters(made[0])
        fields = [it.target for it in node.body if isinstance(it, ast.AnnAssign)]
        return [it.id for it in fields if isinstance(it, ast.Name)]
    return []


def _assigned(name: str, scope: ast.AST) -> Iterator[ast.expr]:
    """Give what a name is set to, one of several names at once and that of a loop included."""
    for node in ast.walk(scope):
        pairs: list[tuple[ast.expr, ast.expr]] = []
        if isinstance(node, ast.Assign):
            pairs = [(target, node.value) for target in node.targets]
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            pairs = [(node.target, node.value)]
        elif isinstance(node, ast.For | ast.comprehension):
            pairs = [(node.target, node.iter)]
        for target, value in pairs:
            if isinstance(target, ast.Name) and target.id == name:
                yield value
            elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
                for one, its in zip(target.elts, value.elts, strict=True):
                    if isinstance(one, ast.Name) and one.id == name:
                        yield its
