"""The names that annotations need, without importing `typing`: that takes longer than all the rest of the core."""

TYPE_CHECKING = False  # type checkers take this name to be True

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any as Any
    from typing import SupportsFloat as SupportsFloat
    from typing import TypeVar
    from typing import overload as overload

    Function = TypeVar("Function", bound=Callable[..., object])
    Node = TypeVar("Node")
else:
    Any = SupportsFloat = Function = Node = object

    def overload(function: object) -> object:
        """Mark a signature for type checkers."""
        return function
