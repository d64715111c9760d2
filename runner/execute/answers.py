"""What an attempt came to, in words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from runner.campaign.known_errors import explain
from runner.campaign.transport import Answer, NoAnswer
from runner.execute.verdicts import Verdict

if TYPE_CHECKING:
    from collections.abc import Callable

    from runner.secrets.scrub import Scrubber


class Wording:
    """Says of attempts what is known of them; whatever the remote side said is cleaned."""

    def __init__(self, scrubber: Scrubber) -> None:
        self._scrubber = scrubber

    def message(
        self, answer: Answer | NoAnswer, verdict: Verdict, refusal: Callable[[Answer], str]
    ) -> str:
        """Say what an attempt came to; nothing where all went well.

        Args:
            answer: what came back.
            verdict: on it.
            refusal: words for an answer that was judged to be a failure though its status is not;
                empty for all others.
        """
        if isinstance(answer, NoAnswer):
            reason = self._scrubber.remote_text(answer.reason)
            if verdict is Verdict.LOST:
                return f"the answer was lost: {reason}"
            if answer.untrusted:
                return f"the server's certificate is not trusted: {reason}"
            return f"not sent: {reason}"
        if verdict is Verdict.SUCCEEDED:
            doubt = _doubt(answer)
            return "" if doubt is None else f"accepted; {self._scrubber.remote_text(doubt)}"
        known = refusal(answer) or explain(answer.status, answer.text)
        lost = "the answer was lost: " if verdict is Verdict.LOST else ""
        return f"{lost}{known or 'the API refused the command'}. It says: {self.said(answer)}"

    def said(self, answer: Answer) -> str:
        """Give an answer's status and words."""
        said = self._scrubber.remote_text(answer.text, cut=answer.cut is not None)
        return f"{answer.status} {said}".rstrip()

    def reason(self, answer: NoAnswer) -> str:
        """Give why there is no answer."""
        return self._scrubber.remote_text(answer.reason)

    def request_id(self, answer: Answer) -> str | None:
        """Give the identity that Adobe's support asks for."""
        return self._scrubber.remote_text(answer.headers.get("x-request-id", "")) or None

    def error(self, error: Exception) -> str:
        """Give the words of an error that may quote the remote side."""
        return self._scrubber.remote_text(str(error))


def _doubt(answer: Answer) -> str | None:
    """Say what is odd about the body of a command that was accepted; it is no failure (R16)."""
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    if answer.cut is not None or not answer.text.strip() or not kind.endswith("json"):
        return answer.cut
    try:
        json.loads(answer.text)
    except (ValueError, RecursionError):
        return "the body is not JSON, though its type says so"
    return None
