"""One error of the schema, with what its wording needs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from runner.load.document import pointer
from runner.load.scalars import STR, implicit_tag
from runner.problems import Problem
from runner.schemas import schema
from runner.validate.references import is_under_auth, may_be_literal

if TYPE_CHECKING:
    from jsonschema import ValidationError

    from runner.load.document import Document, PathPart

_CHOICE = re.compile(r"\^\(([a-z]+(?:\|[a-z]+)*)\)\$\(\?!\\n\)")
_CLOCK = re.compile(r"\d+:\d")  # a number to the base of 60, which 08:00 is in no version of YAML


class Finding:
    """One error, where it lies, and what the schema itself says about the place.

    Attributes:
        path: in the whole document.
        value: what stands there.
        schema: the part of the schema that refuses it.
        expected: the value of the keyword that does.
        names_a_key: whether `value` is not what stands at `path`, but a key in it.
        secret: whether a secret may stand there, which no message may quote.
        whole: the whole schema.
    """

    def __init__(
        self, document: Document, error: ValidationError, path: list[PathPart], name: str
    ) -> None:
        self.document = document
        self.whole = schema(name)
        self.path = path
        self.value: Any = error.instance
        self.schema: Any = error.schema
        self.keyword = str(error.validator)
        self.expected: Any = error.validator_value
        self.names_a_key = "propertyNames" in error.absolute_schema_path
        self.own = _property(self.whole, list(error.absolute_schema_path))
        self.secret = is_under_auth(path) and not may_be_literal(path)

    @property
    def noun(self) -> str:
        """What a person calls a value of this kind."""
        return str(self.schema["title"])

    @property
    def example(self) -> str:
        """What could stand there, as YAML in its flow style writes it."""
        return shown(self.own.get("examples", self.schema.get("examples"))[0])

    @property
    def choices(self) -> list[str]:
        """The only texts that may stand there, where the pattern is a mere choice of words."""
        match = _CHOICE.fullmatch(self.schema.get("pattern", ""))
        return match[1].split("|") if match else []

    @property
    def what_to_write(self) -> str:
        """The schema's own words: what may stand here, and one example."""
        description = str(self.schema["description"]).rstrip(".")
        return f"write {description[0].lower()}{description[1:]}, such as {self.example}"

    def problem(self, rule: str, message: str, hint: str) -> Problem:
        """Give a problem at the value, or at the key where it is the key that is refused."""
        if self.names_a_key:
            place = self.document.key_place([*self.path, self.value])
        else:
            place = self.document.place(self.path)
        return self.problem_at(place, rule, message, hint)

    def problem_at(self, place: tuple[int, int], rule: str, message: str, hint: str) -> Problem:
        """Give a problem of the value at another place, such as a key in it."""
        return Problem(rule, self.document.file, *place, pointer(self.path), message, hint)


def shown(example: object) -> str:
    """Give an example on one line, as YAML in its flow style writes it."""
    if isinstance(example, dict):
        return "{" + ", ".join(f"{shown(key)}: {shown(it)}" for key, it in example.items()) + "}"
    if isinstance(example, list):
        return "[" + ", ".join(map(shown, example)) + "]"
    if isinstance(example, bool):
        return "true" if example else "false"
    text = str(example)
    return f'"{text}"' if isinstance(example, str) and _is_read_otherwise(text) else text


def _is_read_otherwise(text: str) -> bool:
    """Whether some YAML reads `text` without quotes as a number, a date or the like."""
    return _CLOCK.match(text) is not None or implicit_tag(text) != STR


def _property(whole: dict[str, Any], path: list[str | int]) -> dict[str, Any]:
    """Give the part of a schema that refers to the broken one, if one does: it knows better.

    A property has examples of its own, where what it refers to has those of its kind.
    """
    node: Any = whole
    for part in path[:-1]:
        if "$ref" in node:
            node = whole["$defs"][node["$ref"].removeprefix("#/$defs/")]
        node = node[part]
    return node if "$ref" in node else {}
