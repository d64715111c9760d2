"""What options and arguments are, declared without the library that reads command lines.

typer is slow to import, so that only `runner/cli/typed.py` makes its own declarations of these.
"""

from __future__ import annotations


class Option:
    """An option of a command, as `typer.Option` takes it."""

    __slots__ = ("count", "envvar", "help", "max", "metavar", "min", "names", "show_default")

    def __init__(
        self,
        *names: str,
        help: str,  # noqa: A002 - typer's word, as all of them
        metavar: str | None = None,
        envvar: str | None = None,
        min: int | None = None,  # noqa: A002
        max: int | None = None,  # noqa: A002
        count: bool = False,
        show_default: bool = True,
    ) -> None:
        """Declare one.

        Args:
            names: with their dashes; without any, it is named after its parameter.
            help: what it does, as one sentence.
            metavar: the word for its value.
            envvar: the variable that gives it where the command line does not.
            min: the least number.
            max: the greatest number.
            count: whether its number is how often it stands there.
            show_default: whether the help says what it is if left out.
        """
        self.names = names
        self.help = help
        self.metavar = metavar
        self.envvar = envvar
        self.min = min
        self.max = max
        self.count = count
        self.show_default = show_default


class Argument:
    """An argument of a command, as `typer.Argument` takes it."""

    __slots__ = ("help", "metavar", "show_default")

    def __init__(
        self,
        *,
        help: str,  # noqa: A002
        metavar: str | None = None,
        show_default: bool = True,
    ) -> None:
        """Declare one; the words mean what they mean for an option."""
        self.help = help
        self.metavar = metavar
        self.show_default = show_default
