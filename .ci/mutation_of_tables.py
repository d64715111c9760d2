"""Changes single values of tables and constants, which mutmut passes over, as `mutation.py` does.

Of what stands outside all functions, each number is made one more, each text another one, and each
member of an enumeration the next one; in a copy, with the tests of the part.
"""

from __future__ import annotations

import ast
import copy
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from mutation import PARTS, prepare

if TYPE_CHECKING:
    from collections.abc import Iterator

LIMIT = 120  # seconds for one change


def main(names: list[str]) -> None:
    """Try the parts that are named, or all, and print what no test notices."""
    tried = noticed = 0
    for name in names or list(PARTS):
        part = PARTS[name]
        with tempfile.TemporaryDirectory() as folder:
            prepare(name, Path(folder))
            tests = [sys.executable, "-m", "pytest", "-qx", "-pno:cacheprovider", *part.tests]
            if _is_noticed(tests, folder):
                sys.exit(f"the tests of {name} fail without any change")
            for module in [it for pattern in part.modules for it in Path(folder).glob(pattern)]:
                text = module.read_text("utf-8")
                for told, changed in _changes(text):
                    module.write_text(changed, "utf-8")
                    tried += 1
                    if _is_noticed(tests, folder):
                        noticed += 1
                    else:
                        print(f"{module.relative_to(folder)}:{told}: survived", flush=True)
                module.write_text(text, "utf-8")
        print(f"{name}: so far {tried} values changed, {noticed} noticed", flush=True)


def _is_noticed(command: list[str], folder: str) -> bool:
    try:
        ran = subprocess.run(command, cwd=folder, check=False, capture_output=True, timeout=LIMIT)
    except subprocess.TimeoutExpired:
        return True
    return ran.returncode != 0


def _changes(text: str) -> Iterator[tuple[str, str]]:
    """Give the module with one value changed at a time, and what was changed."""
    tree = ast.parse(text)
    for place, node in enumerate(_values(tree)):
        other = copy.deepcopy(tree)
        told = _change(list(_values(other))[place])
        if told:
            yield f"{node.lineno}: {told}", ast.unparse(other)


def _values(tree: ast.Module) -> Iterator[ast.Attribute | ast.Constant]:
    """Give the values in what is assigned outside all functions.

    But for the texts that only describe the members of an enumeration, which nothing shows.
    """
    classes = [it for it in tree.body if isinstance(it, ast.ClassDef)]
    bodies = [
        tree.body,
        *(it.body for it in classes if [ast.unparse(base) for base in it.bases] != ["Enum"]),
    ]
    for statement in [it for body in bodies for it in body]:
        if isinstance(statement, (ast.Assign, ast.AnnAssign)) and statement.value is not None:
            for node in ast.walk(statement.value):
                if isinstance(node, (ast.Attribute, ast.Constant)):
                    yield node


def _change(node: ast.Attribute | ast.Constant) -> str:
    """Change one value, and say how; nothing where there is nothing to change."""
    before = ast.unparse(node)
    if isinstance(node, ast.Attribute):
        members = _members().get(ast.unparse(node.value), [])
        if node.attr not in members:
            return ""
        node.attr = members[(members.index(node.attr) + 1) % len(members)]
    elif isinstance(node.value, bool) or node.value is None:
        node.value = not node.value
    elif isinstance(node.value, (int, float)):
        node.value += 1
    elif isinstance(node.value, str):
        node.value = f"{node.value}XX"
    return f"{before} became {ast.unparse(node)}"


def _members() -> dict[str, list[str]]:
    """Give the members of each enumeration that the tables are made of."""
    from runner.execute.results import Outcome
    from runner.execute.settling import Doubt, Settlement
    from runner.execute.verdicts import Verdict
    from runner.execute.waits import WaitVerdict
    from runner.states import State

    found = (Doubt, Outcome, Settlement, State, Verdict, WaitVerdict)
    return {it.__name__: [member.name for member in it] for it in found}


if __name__ == "__main__":
    main(sys.argv[1:])
