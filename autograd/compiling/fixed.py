"""Things that stay as they were made, for machine code relies on them."""

from typing import Any, ClassVar


class Fixed:
    """Its attributes are read-only but for those that are named as changing; `fix` gives them, once."""

    changing: ClassVar[frozenset[str]] = frozenset()

    def fix(self, **attributes: Any) -> None:
        """Give attributes. Raises AttributeError for one that is there."""
        for name in attributes.keys() & vars(self).keys():
            self.__setattr__(name, None)
        vars(self).update(attributes)

    def __setattr__(self, name: str, value: Any) -> None:
        if name not in self.changing:
            raise AttributeError(f"{name} of a {type(self).__name__} cannot be changed")
        super().__setattr__(name, value)

    def __delattr__(self, name: str) -> None:
        raise AttributeError(f"{name} of a {type(self).__name__} cannot be deleted")
