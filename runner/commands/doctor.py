"""`doctor`: reads only, and says what is in order, what is not, and who mends it how."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from runner.campaign.known_errors import YOU
from runner.commands.connect import Remote, connect
from runner.commands.looking import configure_to_look, mentions
from runner.diagnosis.check import Check, Result
from runner.diagnosis.states import STATES, state_checks
from runner.diagnosis.workflows import (
    ORGANIZATIONS,
    SIGNALS,
    WORKFLOWS,
    organization_check,
    signal_checks,
    workflow_checks,
)
from runner.durations import format_duration
from runner.errors import CredentialsError, ExitCode
from runner.plural import counted
from runner.printable import printable
from runner.render.doctor import doctor_json, doctor_lines
from runner.secrets.resolve import inspect

if TYPE_CHECKING:
    from collections.abc import Iterator

    from runner.campaign.hosts import Target
    from runner.commands.connect import Connection
    from runner.commands.looking import LookOptions
    from runner.commands.surroundings import Surroundings
    from runner.plan.command import Command
    from runner.states import Observation, WorkflowKey
    from runner.validate.config import Auth, Config

SECRETS = "Secrets"
ACCESS = "Access"
_CREDENTIAL_AREAS = (SECRETS, ACCESS)
_ORDER = (ORGANIZATIONS, WORKFLOWS, STATES, SIGNALS)


def doctor_command(options: LookOptions, around: Surroundings) -> ExitCode:
    """Look at everything that a run needs and write what was found to stdout.

    Returns:
        `DONE`; `CREDENTIALS` where a secret is missing or rejected; `FAILED` where something else
        was found; `INVALID`.
    """
    target = options.access.target()
    config = configure_to_look(options, around)
    around.output.problems(config.warnings)
    checks = list(_Examination(config, target, options, around).checks())
    if options.json:
        around.output.product(doctor_json(checks))
    else:
        around.output.product("".join(f"{line}\n" for line in doctor_lines(checks)))
    found = [it for it in checks if it.result is not Result.OK]
    if not found:
        around.output.info("All is well.")
        return ExitCode.DONE
    around.output.warning(f"{counted(len(found), 'finding')}; what to do stands above")
    rejected = any(it.area in _CREDENTIAL_AREAS for it in found)
    return ExitCode.CREDENTIALS if rejected else ExitCode.FAILED


class _Examination:
    def __init__(
        self, config: Config, target: Target, options: LookOptions, around: Surroundings
    ) -> None:
        self._config = config
        self._target = target
        self._around = around
        self._inputs = options.inputs
        self._remote = Remote(target, options.inputs.allowed, options.access.parallel_reads)
        self._named = mentions(config)

    def checks(self) -> Iterator[Check]:
        """Give every finding, area by area; what cannot be looked at is passed over."""
        auths = [document.auth for document in self._config.documents]
        found = inspect(
            auths,
            environ=self._around.environ,
            allowed=self._inputs.allowed,
            scrubber=self._around.scrubber,
        )
        for it in found.findings:
            subject = printable(str(it.reference), 200)
            if it.fault:
                remedy = "Set it where this runs; in CI, as a secret of the pipeline"
                yield Check(SECRETS, subject, Result.FAILED, it.fault, remedy, YOU)
            else:
                yield Check(SECRETS, subject, Result.OK, "set")
        later: list[Check] = []
        for auth in found.credentials:
            for check in self._of_auth(auth):
                if check.area == ACCESS:
                    yield check
                else:
                    later.append(check)
        yield from sorted(later, key=lambda it: _ORDER.index(it.area))

    def _of_auth(self, auth: Auth) -> Iterator[Check]:
        documents = [it for it in self._config.documents if it.auth == auth]
        names = {document.name for document in documents}
        with connect(documents, self._remote, self._around) as connection:
            kind = "token endpoint" if auth.oauth is not None else str(auth.access_token)
            subject = f"token from {printable(kind, 200)}"
            try:
                connection.prepare()
            except CredentialsError as error:
                yield Check(ACCESS, subject, Result.FAILED, str(error))
                return
            yield Check(ACCESS, subject, Result.OK, _token_text(connection.token_left()))
            for organization in dict.fromkeys(it.organization for it in documents):
                wanted = {
                    key: mine
                    for key, commands in self._named.items()
                    if key[0] == organization
                    and (mine := [it for it in commands if it.document in names])
                }
                yield from self._of_organization(organization or "", wanted, connection)

    def _of_organization(
        self,
        organization: str,
        wanted: dict[WorkflowKey, list[Command]],
        connection: Connection,
    ) -> Iterator[Check]:
        if not wanted:
            return
        try:
            seen = connection.look([commands[0] for commands in wanted.values()])
        except CredentialsError as error:
            subject = f"organization {printable(organization)}"
            yield Check(ACCESS, subject, Result.FAILED, str(error))
            return
        observations = list(seen.values())
        yield organization_check(organization, self._target.host, observations)
        several = len({organization for organization, _ in self._named}) > 1
        for check in self._of_workflows(wanted, observations):
            prefix = f"{printable(organization)} " if several else ""
            yield replace(check, subject=f"{prefix}{check.subject}")

    def _of_workflows(
        self, wanted: dict[WorkflowKey, list[Command]], seen: list[Observation]
    ) -> Iterator[Check]:
        yield from workflow_checks(seen)
        yield from state_checks(wanted, seen)
        for it in seen:
            yield from signal_checks(wanted[it.key], it, self._target.base_url)


def _token_text(left: float | None) -> str:
    if left is None:
        return "there is one; when it ends is not known to the runner"
    return f"obtained; it ends in {format_duration(round(left))}"
