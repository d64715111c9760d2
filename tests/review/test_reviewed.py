"""Whatever a file holds, it is a plan or it is refused in words (rules R9, R10, R35)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from runner.errors import InvalidConfigError
from runner.plan.plan import Selection
from runner.printable import printable
from runner.render.plan_json import plan_json, plan_value
from runner.review import reviewed as module
from runner.review.reviewed import check_digest, read_plan
from runner.validate.config import Signal
from tests.support.plans import action, command, desired, live, offline, plan_of

if TYPE_CHECKING:
    from runner.problems import Problem

SIGNAL = Signal("signal1", "CI", (("audience", "vip"), ("n", 1)))
CONTENT = (
    action("stop", "A", "B"),
    action("wait", index=2, pause=30.0),
    action("signal", "C", index=3, signal=SIGNAL),
    desired("D", index=1),
)
OFFLINE = offline(*CONTENT)
LIVE = live(OFFLINE, D="finished")
NAME = "plans/plan.json"
AGAIN = "make it again with plan --out, and have it reviewed"


def refusals(data: bytes | str) -> list[Problem]:
    """Give why a file that holds `data` is refused; nothing where it is a plan."""
    path = Path("plan.json")
    path.write_bytes(data.encode("utf-8", "surrogatepass") if isinstance(data, str) else data)
    try:
        read_plan(path, NAME)
    except InvalidConfigError as error:
        problems = list(error.problems)
    else:
        return []
    assert problems
    for problem in problems:
        assert (problem.rule, problem.file, problem.is_error) == ("reviewed-plan", NAME, True)
        for text in (problem.pointer, problem.message, problem.hint):
            assert printable(text) == text
        assert len(problem.pointer) < 300
        assert len(problem.message) < 300
    return problems


def refusal(data: bytes | str) -> str:
    (problem,) = refusals(data)
    return problem.message


def changed(*path: str | int, to: object) -> str:
    """Give a plan in which one thing is another one; `path` may lead to what is not there yet."""
    value = plan_value(LIVE)
    place: Any = value
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = to
    return json.dumps(value)


def without(*path: str | int) -> str:
    value = plan_value(LIVE)
    place: Any = value
    for part in path[:-1]:
        place = place[part]
    del place[path[-1]]
    return json.dumps(value)


class TestPlans:
    """What was written comes back."""

    @pytest.mark.parametrize("plan", [OFFLINE, LIVE, plan_of([])], ids=["files", "live", "none"])
    def test_a_plan_comes_back_as_it_was_written(self, plan: Any) -> None:
        Path("plan.json").write_text(plan_json(plan), encoding="utf-8")
        given = read_plan(Path("plan.json"), NAME)
        assert given.value == plan_value(plan)
        assert given.path == NAME
        assert given.digest == plan.digest
        assert given.environment is None
        assert given.files == tuple(it.path for it in plan.files)
        assert given.is_live is (plan.live is not None)
        assert given.assume_unknown is False

    def test_selection_environment_and_overlooking_come_back(self) -> None:
        value = plan_value(live(OFFLINE, assume_unknown=True, D="started"))
        value["selection"] = {"only": ["a", "b"], "from": "c"}
        value["environment"] = "prod"
        Path("plan.json").write_text(json.dumps(value), encoding="utf-8")
        given = read_plan(Path("plan.json"), NAME)
        assert given.selection == Selection(("a", "b"), "c")
        assert given.environment == "prod"
        assert given.assume_unknown is True

    def test_fields_that_later_versions_add_are_passed_over_r35(self) -> None:
        assert refusals(changed("something", to={"new": [1]})) == []
        assert refusals(changed("commands", 0, "something", to=None)) == []
        assert refusals(without("live")) == []

    def test_any_encoding_of_the_same_json_is_the_same_plan(self) -> None:
        spread = json.dumps(plan_value(LIVE), indent=4, sort_keys=True).replace("\n", "\r\n")
        assert refusals(f"\n\t {spread} \n") == []

    def test_numbers_may_be_as_large_as_they_like(self) -> None:
        assert refusals(changed("commands", 0, "timeout_s", to=10**400)) == []
        assert refusals(changed("totals", "start", to=2**64)) == []
        assert refusals(changed("commands", 0, "line", to=1e308)) == []


class TestFiles:
    """What cannot be read at all."""

    def test_a_missing_file_says_so(self) -> None:
        with pytest.raises(InvalidConfigError) as caught:
            read_plan(Path("gone.json"), "gone.json")
        (problem,) = caught.value.problems
        assert problem.message == "the plan cannot be read: no such file or directory"
        assert problem.hint == "check the path"

    @pytest.mark.parametrize("path", [".", "file/plan.json", "n" * 5_000])
    def test_what_is_no_file_says_so(self, path: str) -> None:
        Path("file").touch()
        with pytest.raises(InvalidConfigError) as caught:
            read_plan(Path(path), "plan.json")
        assert caught.value.problems[0].message.startswith("the plan cannot be read: ")

    def test_the_largest_file_is_read_and_a_larger_one_is_not(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        text = changed("something", to="new")
        monkeypatch.setattr(module, "_PLAN", replace(module._PLAN, largest=len(text)))
        assert refusals(text) == []
        assert refusal(f"{text} ") == f"the plan is larger than {len(text):,} bytes"

    def test_a_plan_of_100_000_commands_is_far_from_too_large(self) -> None:
        one = len(plan_json(plan_of([command(), command()]))) - len(plan_json(plan_of([command()])))
        assert one * 100_000 < module._PLAN.largest


class TestJson:
    """What is no JSON, or none that Python holds."""

    @pytest.mark.parametrize(
        ("text", "line", "column"),
        [
            ("", 1, 1),
            ("plan", 1, 1),
            ("{\n  x", 2, 3),
            ('{"a": 1,\n "b": 2,}', 2, 9),
            ("[1, 2", 1, 6),
            ("{} {}", 1, 4),
            ("\ufeff{}", 1, 1),
            ("version: 1\norganization: acme\n", 1, 1),
        ],
    )
    def test_what_is_not_json_is_told_with_line_and_column(
        self, text: str, line: int, column: int
    ) -> None:
        (problem,) = refusals(text)
        assert (problem.message, problem.line, problem.column) == ("this is not JSON", line, column)
        assert problem.hint == AGAIN

    @pytest.mark.parametrize(
        "data",
        [b"\xff\xfe{\x00}\x00", b'{"a": "\xe9"}', b"\x80", bytes(range(128, 256)), b"\xed\xa0\x80"],
    )
    def test_what_is_not_utf_8_is_told(self, data: bytes) -> None:
        assert refusal(data) == "this is not JSON in UTF-8"

    @pytest.mark.parametrize("data", [b"\x00", b"\x00" * 1000, b"PK\x03\x04", b"\x1f\x8b"[:1]])
    def test_binary_data_is_told(self, data: bytes) -> None:
        assert refusal(data) == "this is not JSON"

    @pytest.mark.parametrize("pair", ["[]", "{}"])
    @pytest.mark.parametrize("depth", [*range(850, 1_000, 7), 5_000, 100_000])
    def test_deep_nesting_is_refused_however_deep(self, depth: int, pair: str) -> None:
        opening = '{"a":' if pair == "{}" else "["
        nested = opening * depth + "1" + pair[1] * depth
        assert refusals(nested)
        assert refusals(f'{{"schema_version": 1, "commands": {nested}}}')
        refusals(changed("something", to=0).replace('"something": 0', f'"something": {nested}'))

    def test_the_depth_is_named_where_it_is_too_much(self) -> None:
        assert refusal("[" * 100_000) == (
            "no plan has a number as long, or lists as deep, as there are here"
        )

    @pytest.mark.parametrize("number", ["1" * 5_000, "-" + "9" * 100_000])
    def test_endless_numbers_are_refused(self, number: str) -> None:
        assert "a number as long" in refusal(f'{{"schema_version": {number}}}')

    @pytest.mark.parametrize(
        ("text", "key"),
        [
            ('{"a": 1, "a": 1}', "`a`"),
            ('{"x": [{"b": 1, "c": 2, "b": {}}]}', "`b`"),
            ('{"": 1, "": 2}', "``"),
            ('{"\\u0061": 1, "a": 2}', "`a`"),
        ],
    )
    def test_a_key_that_stands_twice_is_refused(self, text: str, key: str) -> None:
        assert refusal(text) == f"the key {key} stands twice in one mapping"

    def test_commands_that_stand_twice_are_refused_although_the_last_ones_are_right(self) -> None:
        text = json.dumps(plan_value(LIVE))
        assert refusal(f'{{"commands": [], {text[1:]}') == (
            "the key `commands` stands twice in one mapping"
        )

    def test_many_keys_with_one_twice_among_them_are_refused_at_once(self) -> None:
        pairs = ", ".join(f'"{n}": 0' for n in range(200_000))
        assert "`199999`" in refusal(f'{{{pairs}, "199999": 0}}')


class TestShape:
    """What is JSON and yet no plan of this version."""

    @pytest.mark.parametrize("number", ["2", "0", "-1", "1.5", "2.0", "1e999", "NaN", "9" * 4_000])
    def test_an_unknown_version_is_refused_by_its_number_r35(self, number: str) -> None:
        (problem,) = refusals(f'{{"schema_version": {number}, "anything": "else"}}')
        shown = str(json.loads(number))
        named = shown if len(shown) <= 40 else f"{shown[:40]}..."
        assert problem.hint == "use the campaign-runner that made it, or make it again"
        assert problem.message == (
            f"version {named} of the plan's format is not known to this campaign-runner"
        )

    @pytest.mark.parametrize("version", ["1", None, True, False, [1], {}])
    def test_what_is_no_number_is_no_version_either(self, version: object) -> None:
        (problem,) = refusals(changed("schema_version", to=version))
        assert (problem.pointer, problem.message) == (
            "schema_version",
            "this is no plan (const: 1)",
        )

    def test_the_version_as_json_may_write_it_is_known(self) -> None:
        assert refusals(changed("schema_version", to=1.0)) == []

    @pytest.mark.parametrize("text", ["null", "1", '"plan"', "[]", "true", "NaN"])
    def test_what_is_no_mapping_is_no_plan(self, text: str) -> None:
        assert refusal(text) == 'this is no plan (type: "object")'

    def test_what_is_missing_is_named(self) -> None:
        assert [it.message for it in refusals("{}")][:3] == [
            "this is no plan ('schema_version' is a required property)",
            "this is no plan ('tool' is a required property)",
            "this is no plan ('digest' is a required property)",
        ]

    @pytest.mark.parametrize(
        ("path", "to", "message"),
        [
            (("tool", "name"), "terraform", 'const: "campaign-runner"'),
            (("digest",), "F" * 64, 'pattern: "^[0-9a-f]{64}$"'),
            (("digest",), "f" * 63, 'pattern: "^[0-9a-f]{64}$"'),
            (("environment",), 1, 'type: ["string", "null"]'),
            (("organization",), ["acme"], 'type: ["string", "null"]'),
            (("config",), None, 'type: "object"'),
            (("config", "files", 0, "path"), 7, 'type: "string"'),
            (("config", "files", 0, "sha256"), "", 'pattern: "^[0-9a-f]{64}$"'),
            (("selection", "only"), "all", 'type: "array"'),
            (("selection", "only"), [1], 'type: "string"'),
            (("selection", "from"), 1, 'type: ["string", "null"]'),
            (("live",), True, 'type: ["object", "null"]'),
            (("live", "assume_unknown"), "yes", 'type: "boolean"'),
            (("live", "states"), {}, 'type: "array"'),
            (("live", "states", 0, "workflow"), None, 'type: "string"'),
            (("commands",), {}, 'type: "array"'),
            (("commands", 0), "start", 'type: "object"'),
            (("commands", 0, "id"), None, 'type: "string"'),
            (("commands", 0, "action"), 1, 'type: "string"'),
            (("commands", 0, "workflow"), True, 'type: ["string", "null"]'),
            (("commands", 0, "timeout_s"), -1, "minimum: 0"),
            (("commands", 0, "request", "body"), "x", 'type: ["object", "null"]'),
            (("totals", "start"), 1.5, 'type: "integer"'),
        ],
    )
    def test_what_has_the_wrong_shape_is_told_with_its_place(
        self, path: tuple[str | int, ...], to: object, message: str
    ) -> None:
        (problem,) = refusals(changed(*path, to=to))
        assert problem.message == f"this is no plan ({message})"
        assert problem.pointer.startswith(str(path[0]))
        assert (problem.line, problem.column, problem.hint) == (1, 1, AGAIN)

    @pytest.mark.parametrize("path", [("digest",), ("config", "files", 0, "sha256")])
    def test_half_a_character_is_refused_although_the_quick_validator_cannot_hold_it(
        self, path: tuple[str | int, ...]
    ) -> None:
        assert refusal(changed(*path, to="\ud800" * 64)) == (
            'this is no plan (pattern: "^[0-9a-f]{64}$")'
        )

    def test_the_place_of_a_fault_is_written_as_people_write_it(self) -> None:
        (problem,) = refusals(without("commands", 2, "timeout_s"))
        assert (problem.pointer, problem.message) == (
            "commands[2]",
            "this is no plan ('timeout_s' is a required property)",
        )

    def test_ten_faults_are_told_and_no_more(self) -> None:
        assert len(refusals(changed("commands", to=[0] * 1_000))) == 10

    def test_foreign_keys_are_shown_harmlessly_and_foreign_values_not_at_all(self) -> None:
        evil = "\x1b[2J\n::error::" + "x" * 1_000
        (problem,) = refusals(changed("totals", evil, to=evil))
        assert problem.pointer.startswith("totals.[2J : :error: :x")
        assert problem.message == 'this is no plan (type: "integer")'


class TestNames:
    """The files of a plan are read next, so they have names that files can have."""

    @pytest.mark.parametrize("path", ["-", "", "a\0.yaml", "\ud800.yaml"])
    def test_a_name_that_no_file_can_have_is_refused_r9(self, path: str) -> None:
        (problem,) = refusals(changed("config", "files", 0, "path", to=path))
        assert problem.message == "this is no plan (no file can have this name)"
        assert problem.pointer == "config.files[0].path"

    @pytest.mark.parametrize("path", ["./-", "../a.yaml", "/a b/ü.yaml", "x\udcff.yaml"])
    def test_every_other_name_is_left_to_who_reads_it(self, path: str) -> None:
        assert refusals(changed("config", "files", 0, "path", to=path)) == []


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


def places(value: Any, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items: Any = ()
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
    below = [it for part, item in items for it in places(item, (*path, part))]
    return [path, *below] if path else below


@given(value=JSON)
def test_no_json_ends_in_anything_but_a_refusal(value: Any) -> None:
    assert refusals(json.dumps(value))


@given(path=st.sampled_from(places(plan_value(LIVE))), value=JSON)
def test_no_change_of_a_plan_ends_in_anything_but_a_plan_or_a_refusal(
    path: tuple[str | int, ...], value: Any
) -> None:
    if not refusals(changed(*path, to=value)):
        given_ = read_plan(Path("plan.json"), NAME)
        assert isinstance(given_.selection, Selection)
        assert all(isinstance(it, str) for it in (*given_.files, given_.digest))


@given(path=st.sampled_from(places(plan_value(LIVE))))
def test_nothing_that_is_left_out_ends_in_anything_but_a_plan_or_a_refusal(
    path: tuple[str | int, ...],
) -> None:
    refusals(without(*path))


@given(data=st.binary() | st.text().map(str.encode))
def test_no_bytes_end_in_anything_but_a_refusal(data: bytes) -> None:
    assert refusals(data)


class TestPinned:
    """`--plan-digest` takes the digest of the review, in either case of its letters (R10)."""

    MADE = ("a" * 64, "b" * 64)

    @pytest.mark.parametrize("pinned", ["a" * 64, "b" * 64, "B" * 64])
    def test_each_digest_of_the_plan_will_do_r10(self, pinned: str) -> None:
        check_digest(pinned, self.MADE, NAME)

    @pytest.mark.parametrize("pinned", ["c" * 64, "a" * 63, "", "a" * 65, "\x1b[2J"])
    def test_another_one_is_refused_with_both_r10(self, pinned: str) -> None:
        with pytest.raises(InvalidConfigError) as caught:
            check_digest(pinned, self.MADE, NAME)
        (problem,) = caught.value.problems
        assert problem.message.startswith(f"the digest is {'b' * 64}, and not `")
        assert problem.message.isprintable()
        assert problem.file == NAME
        assert problem.hint == (
            "review the plan as it is now: files, environment, organization or selection differ"
        )
