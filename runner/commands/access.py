"""Where the API is, and how a command that talks to it reads states."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runner.campaign.addresses import DEFAULT_BASE_URL, DEFAULT_TOKEN_URL
from runner.commands.defaults import DEFAULT_PARALLEL_READS
from runner.value import Value

if TYPE_CHECKING:
    from runner.campaign.hosts import Target


class Access(Value, frozen=True):
    """The options of every command that talks to the API.

    Attributes:
        allowed_hosts: beyond those that are always allowed.
        parallel_reads: how many workflows are read at a time.
    """

    base_url: str = DEFAULT_BASE_URL
    token_url: str = DEFAULT_TOKEN_URL
    allowed_hosts: tuple[str, ...] = ()
    parallel_reads: int = DEFAULT_PARALLEL_READS

    @staticmethod
    def is_given(url: str) -> bool:
        """Whether one of the two addresses is another one than where nobody gives any."""
        return url not in (DEFAULT_BASE_URL, DEFAULT_TOKEN_URL)

    def target(self) -> Target:
        """Give both addresses, checked.

        Raises:
            UsageError: if one may not be talked to.
        """
        from runner.campaign.hosts import check_target

        return check_target(self.base_url, self.token_url, self.allowed_hosts)


DEFAULT_ACCESS = Access()
