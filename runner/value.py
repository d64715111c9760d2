"""What the classes are made of that are nothing but their fields."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct, StructMeta

if TYPE_CHECKING:
    from inspect import Signature


class _ValueMeta(StructMeta):
    """Tells how values are made without a look at what their types are.

    msgspec looks, for `help()` and the like, and ends in a NameError: most types are imported for
    type checkers alone, since every import costs a start.
    """

    @property
    def __signature__(self) -> Signature:
        from inspect import Parameter, Signature, get_annotations

        types = {k: v for base in self.__mro__[::-1] for k, v in get_annotations(base).items()}
        names, defaults = self.__struct_fields__, self.__struct_defaults__
        given = [*[Parameter.empty] * (len(names) - len(defaults)), *defaults]
        kind = Parameter.POSITIONAL_OR_KEYWORD
        return Signature(
            [
                Parameter(name, kind, default=default, annotation=types[name])
                for name, default in zip(names, given, strict=True)
            ]
        )


class Value(Struct, metaclass=_ValueMeta, frozen=True):
    """The base of all values: `class Seen(Value, frozen=True)` and its fields, as in a dataclass.

    Two are equal where all their fields are; none can be changed, or holds anything else. A frozen
    dataclass takes thirty times as long to be made at import, and a run imports a hundred of them
    (docs/decisions/0023).
    """
