"""Promise 4: a Secret never shows."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from runner.secrets.resolve import Credentials, OAuthCredential
from runner.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Callable

VALUE = "hidden-value-7f3a"


@pytest.mark.parametrize(
    "show",
    [
        str,
        repr,
        ascii,
        format,
        "{}".format,
        "{0!s} {0!r} {0!a}".format,
        lambda it: f"{it}",
        lambda it: f"{it:>40}",
        lambda it: f"{it!r:.3}",
        lambda it: "%s %r" % (it, it),  # noqa: UP031 - that this hides it too is the point
        lambda it: repr([it, {"a": it}, (it,)]),
        lambda it: repr(Credentials(it, it, OAuthCredential(it, it, "openid"))),
        lambda it: repr(vars(logging.makeLogRecord({"args": (it,), "msg": "%s"}))),
        lambda it: logging.makeLogRecord({"args": (it, it), "msg": "%s %r"}).getMessage(),
        lambda it: str(ValueError(it)) + repr(ValueError(it)),
        lambda it: json.dumps({"a": it}, default=str),
    ],
)
def test_no_text_of_it_shows_its_value(show: Callable[[Any], str]) -> None:
    shown = show(Secret(VALUE))
    assert VALUE not in shown
    assert "*" in shown


@pytest.mark.parametrize(
    "write",
    [
        json.dumps,
        pickle.dumps,
        copy.copy,
        copy.deepcopy,
        lambda it: msgspec.json.encode(Credentials(it, None, None)),
        lambda it: msgspec.to_builtins(Credentials(it, None, None)),
        vars,
        len,
        list,
    ],
)
def test_it_is_never_written_copied_or_taken_apart(write: Callable[[Any], object]) -> None:
    with pytest.raises(TypeError) as caught:
        write(Secret(VALUE))
    assert VALUE not in str(caught.value)


def test_whoever_writes_it_is_told_that_it_is_not_done() -> None:
    with pytest.raises(TypeError, match=r"^a secret is never written to a stream$"):
        pickle.dumps(Secret(VALUE))


def test_a_traceback_with_all_locals_hides_it() -> None:
    def fail(secret: Secret) -> None:
        held = {"token": secret}
        raise ValueError("no", held)

    with pytest.raises(ValueError, match="no") as caught:
        fail(Secret(VALUE))
    whole = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    shown = "".join(whole.format())
    assert "secret = ***" in shown
    assert VALUE not in shown


def test_only_reveal_gives_it() -> None:
    assert Secret(VALUE).reveal() == VALUE


def test_equal_values_are_not_compared() -> None:
    assert len({Secret(VALUE), Secret(VALUE)}) == 2
