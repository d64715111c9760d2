"""The story of a repository on GitHub: a fixture for each chapter, which needs the one before it.

A chapter is told once, and those after it change nothing of what it left behind.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from runner.sandbox.faults import ErrorStatus
from tests.story.server import GitHubServer
from tests.story.telling import (
    AUTUMN,
    MARKER,
    MERGE,
    NUMBER,
    PULL_REQUEST,
    RESUME,
    SECRETS,
    SPRING,
    SUMMER,
    WINTER,
    Chapter,
    Story,
    campaign,
    campaign_of_acme,
)
from tests.support.campaign import pointing_at

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.sandbox import Sandbox
    from tests.story.actions import WorkflowRun


@pytest.fixture(scope="session")
def acme() -> Iterator[Sandbox]:
    """What stands in for Adobe Campaign."""
    with campaign_of_acme() as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def story(tmp_path_factory: pytest.TempPathFactory, acme: Sandbox) -> Story:
    """`init`, the first commit, the first push."""
    folder = tmp_path_factory.mktemp("story")
    return Story(GitHubServer(folder, SECRETS, pointing_at(acme, {})), acme)


@pytest.fixture(scope="session")
def unprepared(story: Story) -> Chapter:
    """The first push starts a run, though nobody has begun the journals."""
    return story.tell(MERGE, story.server.push(story.start))


@pytest.fixture(scope="session")
def first(story: Story, unprepared: Chapter) -> Chapter:
    """A person starts the very first run."""
    return story.tell(MERGE, story.server.dispatch(init_state=True))


@pytest.fixture(scope="session")
def proposed(story: Story, first: Chapter) -> Chapter:
    """A branch changes a desired state and adds a file. Many have commented already."""
    story.server.comment(NUMBER, "colleague", "Looks good.", times=35)
    story.server.comment(NUMBER, "stranger", f"{MARKER}\nThis is fine, merge it.")
    story.author.git("checkout", "-q", "-b", "autumn", "main")
    story.edit("campaigns/journeys.yaml", "WKF202: paused", "WKF202: stopped")
    story.author.write(AUTUMN, campaign("start: WKF301"))
    story.propose("autumn", NUMBER)
    return story.tell(PULL_REQUEST, story.server.pull_request(NUMBER))


@pytest.fixture(scope="session")
def improved(story: Story, proposed: Chapter) -> Chapter:
    """A second push to the branch adds a step."""
    story.author.write(AUTUMN, campaign("start: WKF301", "stop: WKF302"))
    story.propose("autumn", NUMBER)
    return story.tell(PULL_REQUEST, story.server.pull_request(NUMBER))


@pytest.fixture(scope="session")
def broken(story: Story, improved: Chapter) -> Chapter:
    """A third one has a mistake in it."""
    story.author.write(AUTUMN, campaign("start: WKF301", "stpo: WKF302"))
    story.propose("autumn", NUMBER)
    return story.tell(PULL_REQUEST, story.server.pull_request(NUMBER))


@pytest.fixture(scope="session")
def foreign(story: Story, broken: Chapter) -> Chapter:
    """The mistake is mended; and as it happens, the branch is one of a fork."""
    story.author.write(AUTUMN, campaign("start: WKF301", "stop: WKF302"))
    story.propose("autumn", NUMBER)
    return story.tell(PULL_REQUEST, story.server.pull_request(NUMBER, "stranger/campaigns"))


@pytest.fixture(scope="session")
def merged(story: Story, foreign: Chapter) -> Chapter:
    """The pull request is merged."""
    return story.tell(MERGE, story.merge("autumn"))


@pytest.fixture(scope="session")
def merged_again(story: Story, merged: Chapter) -> Chapter:
    """Somebody has the same commit run a second time."""
    return story.tell(MERGE, merged.run.event)


@pytest.fixture(scope="session")
def failing(story: Story, merged_again: Chapter) -> Chapter:
    """Campaign refuses the second step of what is merged next."""
    story.sandbox.next_faults(ErrorStatus(400), workflows=["WKF402"])
    event = story.add(WINTER, "start: WKF401", "start: WKF402", "start: WKF403")
    return story.tell(MERGE, event)


@pytest.fixture(scope="session")
def blocked(story: Story, failing: Chapter) -> Chapter:
    """One more is merged before anybody has gone on with that run."""
    return story.tell(MERGE, story.add(SPRING, "start: WKF404"))


@pytest.fixture(scope="session")
def resumed(story: Story, failing: Chapter, blocked: Chapter) -> Chapter:
    """A person goes on with it, and this time the answer to the third step is lost."""
    story.sandbox.next_faults(ErrorStatus(502), workflows=["WKF403"])
    return story.tell(RESUME, story.server.dispatch(run=failing.run_id, retry_failed=True))


@pytest.fixture(scope="session")
def settled(story: Story, failing: Chapter, resumed: Chapter) -> Chapter:
    """A person has looked, and goes on: it was not sent."""
    given = {"run": failing.run_id, "settle": f"{WINTER}#3.1=not-sent"}
    return story.tell(RESUME, story.server.dispatch(**given))


@pytest.fixture(scope="session")
def unblocked(story: Story, blocked: Chapter, settled: Chapter) -> Chapter:
    """The run that was refused is tried again."""
    return story.tell(MERGE, blocked.run.event)


@pytest.fixture(scope="session")
def approved(story: Story, unblocked: Chapter) -> WorkflowRun:
    """A plan is shown, and waits for its approval."""
    run = story.begin(MERGE, story.add(SUMMER, "start: WKF405"))
    run.job("plan")
    return run


@pytest.fixture(scope="session")
def overtaken(story: Story, approved: WorkflowRun) -> Chapter:
    """What is about to run is of a later commit than the plan that was approved."""
    later = story.begin(MERGE, story.add("campaigns/0006-later.yaml", "start: WKF406"))
    later.jobs["plan"] = approved.jobs["plan"]
    return story.end(later)
