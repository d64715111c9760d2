"""Makes the clients that a command needs: credentials first, then connections."""

from __future__ import annotations

import math
from contextlib import contextmanager
from typing import TYPE_CHECKING

from runner.campaign.client import CampaignClient
from runner.campaign.retry import RetryPolicy
from runner.campaign.tokens import GivenToken, OAuthToken
from runner.campaign.transport import Transport
from runner.execute.executor import Means, execute
from runner.observe.observe import Wanted, observe
from runner.printable import printable
from runner.secrets.masking import masking
from runner.secrets.resolve import Credentials, OAuthCredential, resolve
from runner.secrets.secret import Secret
from runner.states import DEFAULT_MAPPING
from runner.value import Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from runner.campaign.hosts import Target
    from runner.campaign.tokens import TokenSource
    from runner.commands.journalling import RunJournal
    from runner.commands.surroundings import Surroundings
    from runner.execute.budget import Budget
    from runner.execute.events import Event, Listener
    from runner.execute.past import Past
    from runner.execute.results import Execution
    from runner.plan.command import Command
    from runner.plan.plan import Plan
    from runner.sandbox import Sandbox
    from runner.states import Observation, Observations, StateMapping
    from runner.validate.config import Auth, DocumentConfig
    from runner.validate.references import Allowed


class Remote(Value, frozen=True):
    """What a command talks to.

    Attributes:
        allowed: which secrets the files may name.
        parallel_reads: how many workflows are read at a time.
        sandbox: the embedded one, where it is that.
    """

    target: Target
    allowed: Allowed
    parallel_reads: int
    sandbox: Sandbox | None = None


class Connection:
    """The clients of one command, by the name of the document whose workflows they concern.

    Attributes:
        close: ends what is under way, and lets nothing more be sent.
    """

    def __init__(
        self,
        clients: Mapping[str, CampaignClient],
        mappings: Mapping[str, StateMapping],
        around: Surroundings,
        parallel_reads: int,
        close: Callable[[], None],
    ) -> None:
        self._clients = clients
        self._mappings = mappings
        self._around = around
        self._parallel_reads = parallel_reads
        self.close = close

    def beside(self, around: Surroundings) -> Connection:
        """Give the same clients for a thread beside the main one, with its own surroundings."""
        mappings, reads = self._mappings, self._parallel_reads
        return Connection(self._clients, mappings, around, reads, self.close)

    def prepare(self) -> None:
        """Make sure that every client has a token, before anything is sent.

        Raises:
            CredentialsError: if one is not to be had.
            InterruptedRunError: if somebody asks to stop meanwhile.
        """
        for client in dict.fromkeys(self._clients.values()):
            client.prepare()

    def token_left(self) -> float | None:
        """Give the seconds until the first token ends; None where none is known to end."""
        left = [client.token_left() for client in dict.fromkeys(self._clients.values())]
        return min((it for it in left if it is not None), default=None)

    def look(self, commands: Sequence[Command], within: float | None = None) -> Observations:
        """Read the workflows of some commands, each once.

        Args:
            commands: whose workflows are read.
            within: seconds after which nothing is tried again; None for as often as ever allowed.

        Raises:
            CredentialsError: if the credentials are rejected.
            KeyboardInterrupt: as soon as somebody asks to stop.
        """
        around = self._around
        return observe(
            [self._wanted(it) for it in commands if it.workflow is not None],
            self._clients,
            parallel=self._parallel_reads,
            on_read=self._tell,
            world=around.world,
            scrubber=around.scrubber,
            policy=RetryPolicy(within=math.inf if within is None else within),
        )

    def replay(self, commands: Sequence[Command]) -> None:
        """Bring a new embedded sandbox to where these had brought another one, in which they ran.

        Without it, a run that is gone on with would wait there for what never happened.
        """
        for command in commands:
            if command.url_path is not None and command.body is not None:
                client = self._clients[command.document]
                client.post(command.url_path, command.body, command.timeout)

    def execute(
        self,
        plan: Plan,
        journal: RunJournal,
        show: Listener,
        *,
        closed: Callable[[], str],
        budget: Budget,
        history: Mapping[int, Past],
        is_resumed: bool,
    ) -> Execution:
        """Carry out a plan.

        Args:
            plan: whose desired states are decided.
            journal: where everything is written down before it counts.
            show: is told of it then.
            closed: says why nothing may begin now, if so.
            budget: how much the run may spend.
            history: what is known of commands from before, by their places.
            is_resumed: whether the run is gone on with.
        """
        around = self._around

        def look(commands: Sequence[Command], within: float | None = None) -> Observations:
            journal.sync()  # no request goes out before what came before it is on disk
            return self.look(commands, within)

        def emit(event: Event) -> None:
            try:
                journal(event)
            finally:
                show(event)

        means = Means(
            clients=self._clients,
            look=look,
            policy=RetryPolicy(),
            world=around.world,
            scrubber=around.scrubber,
            emit=emit,
            closed=closed,
            budget=budget,
            history=history,
            is_resumed=is_resumed,
            commit=journal.sync,
        )
        return execute(plan, means)

    def _tell(self, seen: Observation) -> None:
        state = "not found" if seen.found is False else seen.state.value
        text = f"{printable(seen.workflow)} of {printable(seen.organization)} was read: {state}"
        self._around.output.debug(text, event="read", workflow=seen.workflow, state=state)

    def _wanted(self, command: Command) -> Wanted:
        return Wanted(
            document=command.document,
            organization=command.organization or "",
            workflow=command.workflow or "",
            mapping=self._mappings[command.document],
            timeout=command.timeout,
        )


@contextmanager
def connect(
    documents: Iterable[DocumentConfig], remote: Remote, around: Surroundings
) -> Iterator[Connection]:
    """Resolve the secrets that some documents need and give the clients that use them.

    Raises:
        CredentialsError: naming every secret that is missing or unusable.
    """
    used = {document.name: document for document in documents}
    auths = {name: document.auth for name, document in used.items()}
    if remote.sandbox is None:
        credentials = resolve(
            auths.values(), environ=around.environ, allowed=remote.allowed, scrubber=around.scrubber
        )
    else:
        credentials = {auth: _sandbox_credentials(auth, remote.sandbox) for auth in auths.values()}
    transport = Transport(around.environ, remote.target.origins)
    try:
        clients = {
            auth: _client(found, remote.target, transport, around)
            for auth, found in credentials.items()
        }
        yield Connection(
            {name: clients[auth] for name, auth in auths.items()},
            # The embedded sandbox answers with the runner's own words, whatever Campaign does.
            {
                name: document.state if remote.sandbox is None else DEFAULT_MAPPING
                for name, document in used.items()
            },
            around,
            remote.parallel_reads,
            transport.close,
        )
    finally:
        transport.close()


def _client(
    credentials: Credentials, target: Target, transport: Transport, around: Surroundings
) -> CampaignClient:
    tokens: TokenSource
    if credentials.oauth is not None:
        tokens = OAuthToken(
            credentials.oauth,
            token_url=target.token_url,
            transport=transport,
            scrubber=around.scrubber,
            world=around.world,
            on_token=masking(
                around.environ,
                around.output.stderr,
                json_logs=around.output.settings.json_logs,
            ),
        )
    else:
        # Credentials have one or the other.
        tokens = GivenToken(credentials.access_token or Secret(""))
    return CampaignClient(target, transport=transport, api_key=credentials.api_key, tokens=tokens)


def _sandbox_credentials(auth: Auth, sandbox: Sandbox) -> Credentials:
    """Give credentials of the same kind that open the sandbox; no real secret ever goes there."""
    settings = sandbox.settings
    api_key = Secret(settings.api_key)
    if auth.oauth is None:
        return Credentials(api_key, Secret(settings.access_token), None)
    oauth = OAuthCredential(api_key, Secret(settings.client_secret), "sandbox")
    return Credentials(api_key, None, oauth)
