"""`schema/config.schema.json` itself: complete, true to its own examples, and worded."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from jsonschema import Draft202012Validator

from runner.schemas import NAMES, schema
from runner.validate.wording import WORDINGS

if TYPE_CHECKING:
    from collections.abc import Iterator

USED = ("config", "policy")  # those that files are held against
ANNOTATIONS = {"title", "description", "examples", "defaultSnippets"}
ANNOTATIONS |= {"$schema", "$id", "$defs", "$ref"}
APPLICATORS = {"properties", "items"}  # what is wrong inside of them has a keyword of its own


def nodes(node: Any, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Give every part of a schema that is a schema."""
    yield path, node
    for key in ("properties", "$defs"):
        for name, below in node.get(key, {}).items():
            yield from nodes(below, f"{path}/{key}/{name}")
    for key in ("items", "additionalProperties", "propertyNames", "not"):
        if isinstance(node.get(key), dict):
            yield from nodes(node[key], f"{path}/{key}")
    for key in ("oneOf", "anyOf"):
        for index, below in enumerate(node.get(key, [])):
            yield from nodes(below, f"{path}/{key}/{index}")


NODES = {path: node for name in USED for path, node in nodes(schema(name), f"{name}#")}
# Branches only choose among what is described and closed elsewhere.
WHOLE = {path: node for path, node in NODES.items() if not re.search(r"/(oneOf|anyOf)/", path)}
DESCRIBED = {
    path: node
    for path, node in WHOLE.items()
    if re.search(r"/(properties|\$defs)/[^/]+$", path) or path.endswith("#")
}
PATTERNS = {path: node["pattern"] for path, node in NODES.items() if "pattern" in node}


@pytest.mark.parametrize("name", NAMES)
def test_a_published_schema_is_valid_draft_2020_12(name: str) -> None:
    assert schema(name)["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    Draft202012Validator.check_schema(schema(name))


@pytest.mark.parametrize("path", DESCRIBED)
def test_every_part_has_what_editors_and_messages_show(path: str) -> None:
    node = DESCRIBED[path]
    assert node["title"]
    assert node["description"].endswith(".")
    assert node["examples"]


@pytest.mark.parametrize("path", DESCRIBED)
def test_every_example_is_valid_against_its_own_part(path: str) -> None:
    definitions = schema(path.partition("#")[0])["$defs"]
    part = Draft202012Validator({**DESCRIBED[path], "$defs": definitions})
    for example in DESCRIBED[path]["examples"]:
        part.validate(example)


@pytest.mark.parametrize("path", PATTERNS)
def test_every_pattern_ends_so_that_editors_and_python_read_it_alike(path: str) -> None:
    assert PATTERNS[path].startswith("^")
    assert PATTERNS[path].endswith(r"$(?!\n)")


@pytest.mark.parametrize("path", PATTERNS)
def test_no_pattern_accepts_a_trailing_newline(path: str) -> None:
    node = NODES[path]
    for example in node["examples"]:
        if isinstance(example, str):
            assert re.search(node["pattern"], example)
            assert not re.search(node["pattern"], example + "\n")
            assert not re.search(node["pattern"], "\n" + example)


@pytest.mark.parametrize("path", [path for path, node in WHOLE.items() if "properties" in node])
def test_every_mapping_refuses_unknown_keys(path: str) -> None:
    assert NODES[path]["additionalProperties"] is False


def test_every_keyword_has_its_wording() -> None:
    used = {key for node in NODES.values() for key in node}
    assert used - ANNOTATIONS - APPLICATORS - {"propertyNames"} == set(WORDINGS)


def test_every_key_is_described_in_lower_case_under_its_definition() -> None:
    nouns = [
        node["title"] for path, node in NODES.items() if re.fullmatch(r"\w+#/\$defs/\w+", path)
    ]
    assert [it for it in nouns if not (it[0].islower() or it.startswith("OAuth"))] == []


def test_what_both_schemas_define_is_the_same_in_both() -> None:
    config, policy = (schema(name)["$defs"] for name in USED)
    shared = set(config) & set(policy)
    assert {name: policy[name] for name in shared} == {name: config[name] for name in shared}
    assert set(policy) - shared == {"organizationGlob"}
    assert "guardrails" in shared
    assert schema("policy")["properties"]["version"] == schema("config")["properties"]["version"]


@pytest.mark.parametrize("path", NODES)
def test_no_keyword_is_used_that_pruning_would_break(path: str) -> None:
    counting = {"uniqueItems", "contains", "maxItems", "prefixItems", "dependentSchemas", "if"}
    assert not counting & set(NODES[path])
    assert NODES[path].get("minItems", 1) == NODES[path].get("minProperties", 1) == 1
    assert "maxProperties" not in NODES[path]
