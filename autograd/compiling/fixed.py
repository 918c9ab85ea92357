"""Objects that stay as they were made, because machine code relies on them."""

from collections.abc import Callable
from typing import Any, ClassVar, Generic, TypeVar

T = TypeVar("T")


class Fixed:
    """Its attributes are read-only, except those named as changing; `fix` sets them, once."""

    changing: ClassVar[frozenset[str]] = frozenset()

    def fix(self, **attributes: Any) -> None:
        """Set attributes. Raises AttributeError for one that is set already."""
        for name in attributes.keys() & vars(self).keys():
            self.__setattr__(name, None)
        vars(self).update(attributes)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.changing:
            raise AttributeError(f"{name} of a {type(self).__name__} cannot be changed")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name} of a {type(self).__name__} cannot be deleted")

    def __reduce__(self) -> Any:
        raise TypeError(f"a {type(self).__name__} cannot be copied or pickled: compile it where it is needed")


class Once(Generic[T]):
    """An attribute that is made when it is first asked for. (That of functools has a lock before Python 3.12, which
    stays locked in the child of a process that forks while another thread makes it.)"""

    def __init__(self, make: Callable[[Any], T]) -> None:
        self.make, self.name, self.__doc__ = make, make.__name__, make.__doc__

    def __get__(self, instance: Any, owner: type | None = None) -> T:
        made: T = vars(instance).setdefault(self.name, self.make(instance))
        return made
