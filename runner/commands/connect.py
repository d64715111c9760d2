"""Makes the clients that a plan needs: credentials first, then connections."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from runner.campaign.client import CampaignClient
from runner.campaign.retry import RetryPolicy
from runner.campaign.tokens import GivenToken, OAuthToken
from runner.campaign.transport import Transport
from runner.execute.executor import execute
from runner.render.progress import showing_progress
from runner.secrets.resolve import Credentials, OAuthCredential, resolve
from runner.secrets.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from runner.campaign.hosts import Target
    from runner.campaign.tokens import TokenSource
    from runner.commands.surroundings import Inputs, Surroundings
    from runner.execute.results import Execution
    from runner.plan.plan import Plan
    from runner.sandbox import Sandbox
    from runner.validate.config import Auth, Config


class Connection:
    """The clients of one run, by the name of the document whose commands they send."""

    def __init__(self, clients: Mapping[str, CampaignClient], around: Surroundings) -> None:
        self._clients = clients
        self._around = around

    def prepare(self) -> None:
        """Make sure that every client has a token, before anything is sent.

        Raises:
            CredentialsError: if one is not to be had.
            InterruptedRunError: if somebody asks to stop meanwhile.
        """
        for client in dict.fromkeys(self._clients.values()):
            client.prepare()

    def execute(self, plan: Plan) -> Execution:
        """Carry out a plan."""
        around = self._around
        with showing_progress(around.output, len(plan.commands)) as emit:
            return execute(
                plan,
                self._clients,
                policy=RetryPolicy(),
                world=around.world,
                scrubber=around.scrubber,
                emit=emit,
            )


@contextmanager
def connect(
    config: Config,
    plan: Plan,
    target: Target,
    around: Surroundings,
    inputs: Inputs,
    sandbox: Sandbox | None,
) -> Iterator[Connection]:
    """Resolve the secrets that the plan needs and give the clients that use them.

    Raises:
        CredentialsError: naming every secret that is missing or unusable.
    """
    used = {command.document for command in plan.commands}
    auths = {it.name: it.auth for it in config.documents if it.name in used}
    if sandbox is None:
        credentials = resolve(
            auths.values(), environ=around.environ, allowed=inputs.allowed, scrubber=around.scrubber
        )
    else:
        credentials = {auth: _sandbox_credentials(auth, sandbox) for auth in auths.values()}
    transport = Transport(around.environ)
    try:
        clients = {
            auth: _client(found, target, transport, around) for auth, found in credentials.items()
        }
        yield Connection({name: clients[auth] for name, auth in auths.items()}, around)
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
