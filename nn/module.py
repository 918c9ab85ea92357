"""What everything with parameters has in common."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from autograd import Value
from autograd.messages import listed

if TYPE_CHECKING:
    from nn.compiled import CompiledTraining


class Module:
    """Something with parameters: the Values among its attributes, and those of the Modules and lists among them."""

    def parameters(self) -> list[Value]:
        """The parameters, each once."""
        return list(self._places())

    def named_parameters(self) -> list[tuple[str, Value]]:
        """The parameters with their names: the labels if each has one of its own, else the paths of attributes."""
        places = self._places()
        labels = [value.label for value in places if value.label]
        if len(set(labels)) == len(places):
            return list(zip(labels, places, strict=True))
        return [(f"{prefix}{key}", value) for value, (prefix, key) in places.items()]

    def zero_grad(self) -> None:
        """Set the gradient of every parameter to 0."""
        for parameter in self.parameters():
            parameter.grad = 0.0

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
        for name, parameter in parameters.items():
            parameter.data = numbers[name]

    def compile(
        self,
        loss: Any = "mse",
        optimizer: Any = None,
        *,
        inputs: int | None = None,
        backend: str = "auto",
        dtype: Any = "float64",
    ) -> "CompiledTraining":
        """Training of this model by a loss and an optimizer, as a program: see nn.CompiledTraining."""
        from nn.compiled import CompiledTraining

        return CompiledTraining(self, loss, optimizer, inputs=inputs, backend=backend, dtype=dtype)

    def architecture(self) -> dict[str, Any]:
        """What it takes to build the same model, without the numbers, in JSON's types. Here, the name of the class."""
        return {"class": type(self).__name__}

    def save(self, path: str | Path) -> None:
        """Write the architecture and the parameters to a JSON file, which is replaced whole or not at all.

        Raises ValueError, and writes nothing, where a parameter is not finite; OSError where it cannot be written.
        """
        from nn.storage import save

        save(self, path)

    def load(self, path: str | Path) -> None:
        """Set the parameters to those that `save` wrote. (`nn.load(path)` makes a model anew.)

        Raises nn.ModelFileError, with nothing changed, where the file is damaged or holds another architecture;
        OSError where it cannot be read.
        """
        from nn.storage import load_into

        load_into(self, path)

    def _places(self) -> dict[Value, tuple[str, Any]]:
        """Each parameter and where it is. A shared one counts where it comes last: a layer's bias after its weights."""
        places: dict[Value, tuple[str, Any]] = {}
        _collect(vars(self).items(), "", places)
        return places


def _collect(items: Iterable[tuple[Any, Any]], prefix: str, places: dict[Value, tuple[str, Any]]) -> None:
    for key, item in items:
        if isinstance(item, Value):
            places.pop(item, None)
            places[item] = (prefix, key)
        elif isinstance(item, Module):
            _collect(vars(item).items(), f"{prefix}{key}.", places)
        elif isinstance(item, (list, tuple)):
            _collect(enumerate(item), f"{prefix}{key}.", places)
        elif isinstance(item, dict):
            _collect(item.items(), f"{prefix}{key}.", places)
