"""Module: anything with parameters, which are found by name, saved, loaded and trained."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from autograd import Value, at_once
from autograd.core import NOT_COMPUTED, listed
from nn.compiled import CompiledTraining
from nn.files import load_into, save

_Path = tuple[Any, ...]  # to an attribute or item: the path to what holds it, and its key there; () is the module


class Module:
    """Something with parameters: the Values among its attributes, and those of the Modules, lists, tuples and dicts in
    them, to any depth."""

    def parameters(self) -> list[Value]:
        """The parameters, each once."""
        return list(self._places())

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with their names: the labels if each has one of its own, else the paths of attributes."""
        places = self._places()
        labels = [value.label for value in places if value.label]
        if len(set(labels)) == len(places):
            return list(zip(labels, places, strict=True))
        return [(_name(path), value) for value, path in places.items()]

    def zero_grad(self) -> None:
        """Forget the gradient of every parameter: it is 0, and an optimizer leaves it alone until backward() comes."""
        for parameter in self.parameters():
            parameter.grad = NOT_COMPUTED

    def state_dict(self) -> dict[str, float]:
        """The number of every parameter, by name."""
        return {name: parameter.data for name, parameter in self.named_parameters()}

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Set every parameter by name. Raises KeyError or TypeError, with nothing changed, if any does not fit."""
        parameters = dict(self.named_parameters())
        unknown, missing = state.keys() - parameters.keys(), parameters.keys() - state.keys()
        if unknown or missing:
            complaints = [
                f"{what} {listed(sorted(names))}"
                for what, names in (("unknown", unknown), ("missing", missing))
                if names
            ]
            raise KeyError(f"{'; '.join(complaints)} (the parameters are {listed(parameters)})")
        numbers = {name: Value(number).data for name, number in state.items()}
        at_once([(setattr, parameter, "data", numbers[name]) for name, parameter in parameters.items()])

    def compile(
        self,
        loss: Any = "mse",
        optimizer: Any = None,
        *,
        inputs: int | None = None,
        backend: str = "auto",
        dtype: Any = "float64",
    ) -> CompiledTraining:
        """Training of this model by a loss and an optimizer, as a program: see nn.CompiledTraining."""
        return CompiledTraining(self, loss, optimizer, inputs=inputs, backend=backend, dtype=dtype)

    def architecture(self) -> dict[str, Any]:
        """The arguments that build the same model, without its numbers, in JSON's types; here, the class alone."""
        return {"class": type(self).__name__}

    def save(self, path: str | Path) -> None:
        """Write the architecture and the parameters to a JSON file, which is replaced whole or not at all.

        Raises ValueError, and writes nothing, where a parameter is not finite; OSError where it cannot be written.
        """
        save(self, path)

    def load(self, path: str | Path) -> None:
        """Set the parameters to those that `save` wrote. (`nn.load(path)` makes a model anew.)

        Raises nn.ModelFileError, with nothing changed, where the file is damaged or holds another architecture;
        OSError where it cannot be read.
        """
        load_into(self, path)

    def _places(self) -> dict[Value, _Path]:
        """Each parameter and where it is. A shared one counts where it comes last: a layer's bias after its weights.

        The search goes backwards, so that the first place it comes upon is the last. What it has been to it does not
        enter again: a module may hold its parent.
        """
        places: dict[Value, _Path] = {}
        seen = set[int]()
        stack: list[tuple[_Path, Any]] = [((), self)]
        while stack:
            path, item = stack.pop()
            if isinstance(item, Value):
                places.setdefault(item, path)
            elif id(item) not in seen:
                seen.add(id(item))
                stack += [((path, key), x) for key, x in _contents(item) if isinstance(x, _SEARCHED)]
        return dict(reversed(places.items()))


_SEARCHED = (Value, Module, list, tuple, dict)


def _contents(item: Any) -> Iterable[tuple[Any, Any]]:
    if isinstance(item, Module):
        return vars(item).items()
    return item.items() if isinstance(item, dict) else enumerate(item)


def _name(path: _Path) -> str:
    keys = []
    while path:
        path, key = path
        keys.append(str(key))
    return ".".join(reversed(keys))
