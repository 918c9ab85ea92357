"""Models in files: what is saved comes back, a file is replaced whole or not at all, and a damaged one is refused."""

import json
import math
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nn
from autograd import Operation, Value, operation, relu
from nn import MLP, Labels, ModelFileError, Module, Scaled, Scaling, train

X = [0.3, -0.7]


def scaled() -> Scaled:
    return Scaled(MLP(2, [2, 1], "tanh", seed=1), Scaling([1.0, 2.0], [0.5, 3.0]), Scaling([10.0], [4.0]))


def plain() -> MLP:
    return MLP(2, [2, 1], ["tanh", None], bias=["layer", None], seed=1)


def outputs(model: Any, x: list[float] = X) -> list[float]:
    return [a.data for a in nn.losses.as_list(model(x))]


# ---------------------------------------------------------------------------------------------------- round trips


@st.composite
def mlps(draw: st.DrawFn) -> MLP:
    nouts = draw(st.lists(st.integers(1, 3), min_size=1, max_size=3))

    def of_each(options: st.SearchStrategy[Any]) -> list[Any]:
        return draw(st.lists(options, min_size=len(nouts), max_size=len(nouts)))

    template = st.sampled_from([Labels(), Labels("W{l}[{j},{k}]", "β{lj}", "B{l}", "u{j}", "v{j}", "q{k}")])
    model = MLP(
        draw(st.integers(1, 3)),
        nouts,
        of_each(st.sampled_from(["relu", "tanh", "leaky_relu", "gelu", "identity", None])),
        bias=of_each(st.sampled_from(["neuron", "layer", None])),
        labels=draw(st.one_of(template, st.lists(template, min_size=len(nouts), max_size=len(nouts)))),
        seed=draw(st.integers(0, 9)),
    )
    for p in model.parameters():
        p.data = draw(st.floats(allow_nan=False, allow_infinity=False))
    return model


@settings(max_examples=30)
@given(mlps())
def test_every_mlp_comes_back_as_it_was(tmp_path_factory: pytest.TempPathFactory, model: MLP) -> None:
    path = tmp_path_factory.mktemp("models") / "model.json"
    model.save(path)
    loaded = nn.load(path)
    assert loaded.architecture() == model.architecture()
    assert repr(loaded) == repr(model)
    assert [p.label for p in loaded.parameters()] == [p.label for p in model.parameters()]
    assert loaded.state_dict() == model.state_dict()  # to the last bit
    x = [0.5] * model.nin
    np.testing.assert_array_equal(outputs(loaded, x), outputs(model, x))
    for a, b in zip(nn.losses.as_list(loaded(x)), nn.losses.as_list(model(x)), strict=True):
        assert (a.label, [v.label for v in a.operands]) == (b.label, [v.label for v in b.operands])


def test_a_scaled_model_comes_back_with_its_scaling(tmp_path: Path) -> None:
    model = scaled()
    model.save(tmp_path / "model.json")
    loaded = nn.load(str(tmp_path / "model.json"))
    assert isinstance(loaded, Scaled)
    assert (loaded.inputs, loaded.outputs) == (model.inputs, model.outputs)
    assert outputs(loaded) == outputs(model)


def test_load_sets_the_parameters_of_a_model_that_is_there(tmp_path: Path) -> None:
    for make in (plain, scaled):
        model = make()
        train(model, [X], [1.0], epochs=3, progress=False)
        model.save(tmp_path / "model.json")
        other = make()
        parameters = other.parameters()
        assert outputs(other) != outputs(model)
        other.load(tmp_path / "model.json")
        assert outputs(other) == outputs(model)
        assert other.parameters() == parameters  # the same Values: an optimizer goes on with them


class Pair(Module):
    """A module of one's own: nested, with a parameter without a label."""

    def __init__(self, seed: int) -> None:
        self.parts = {"first": MLP(2, [2], seed=seed), "second": MLP(2, [1], seed=seed)}
        self.scale = Value(float(seed))

    def __call__(self, x: Any) -> Value:
        out: Value = self.parts["second"](self.parts["first"](x)) * self.scale
        return out


def test_modules_of_one_s_own_come_back_by_load(tmp_path: Path) -> None:
    path = tmp_path / "pair.json"
    Pair(1).save(path)
    other = Pair(2)
    other.load(path)
    assert outputs(other) == outputs(Pair(1)) != outputs(Pair(2))
    with pytest.raises(ModelFileError, match=r'its class is "Pair": make one yourself, and call its load\(\)'):
        nn.load(path)
    with pytest.raises(ModelFileError, match='holds another model: class is "Pair", and should be "MLP"'):
        plain().load(path)


def operations() -> list[Operation]:
    """Two activations of one's own, one of which is called as one of the table."""
    return [operation(name, lambda x: x * x, lambda z, x: (2 * x,)) for name in ("square", "relu")]


@pytest.mark.parametrize("activation", operations(), ids=["square", "relu"])
def test_an_activation_of_one_s_own_is_not_taken_for_another(tmp_path: Path, activation: Operation) -> None:
    path = tmp_path / "model.json"
    model, twin = (MLP(2, [2, 1], activation, seed=seed) for seed in (1, 2))
    model.save(path)
    with pytest.raises(ModelFileError, match=rf"an activation is an operation .*got '{activation.name} \(your own\)'"):
        nn.load(path)
    with pytest.raises(ModelFileError, match="holds another model: activation is"):
        MLP(2, [2, 1], relu).load(path)
    twin.load(path)
    assert outputs(twin) == outputs(model)


def test_the_file_is_json_for_people(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "er" / "model.json"
    MLP(1, [1], labels=Labels(weight="ω"), weights=[[[0.25]]]).save(path)
    text = path.read_text(encoding="utf-8")
    content = json.loads(text)
    assert (content["format"], content["version"]) == ("glassgrad model", 1)
    assert content["parameters"] == {"ω": 0.25, "b^1_1": 0.0}
    assert "ω" in text
    assert text.count("\n") > 10


def test_a_file_of_the_former_name_is_read(tmp_path: Path) -> None:
    path = tmp_path / "model.json"
    path.write_text(json.dumps({**MLP_FILE, "format": "scalargrad model"}))
    assert nn.load(path).state_dict() == plain().state_dict()
    model = plain()
    model.load(path)
    assert model.state_dict() == plain().state_dict()


def test_labels_of_any_kind_are_saved(tmp_path: Path) -> None:
    for name in ("\ud800", "a\udfffb", '"', "\\ud800", "\x00", "\u2028", "é🎉", " "):
        labels = nn.Labels(*[f"{name}{kind}{{l}}_{{j}}_{{k}}" for kind in "wblzax"])
        model = nn.Scaled(MLP(2, [2, 1], labels=labels), nn.Scaling([0.0, 0.0], [1.0, 1.0]), None, [name, name], [name])
        model.save(tmp_path / "model.json")
        loaded = nn.load(tmp_path / "model.json")
        assert (loaded.state_dict(), loaded.classes) == (model.state_dict(), [name])


def test_classes_of_numpy_and_names_are_saved(tmp_path: Path) -> None:
    for kind in (int, float, bool, str):
        classes = np.unique(np.array([1, 0], kind))
        model = nn.Scaled(MLP(2, [2]), nn.Scaling([0.0, 0.0], [1.0, 1.0]), None, np.array(["x", "y"]), classes)
        model.save(tmp_path / "model.json")
        loaded = nn.load(tmp_path / "model.json")
        assert (loaded.names, loaded.classes) == (["x", "y"], classes.tolist())


def test_numbers_of_numpy_are_saved_as_floats(tmp_path: Path) -> None:
    model = plain()
    model.parameters()[0].data = np.float32(0.5)  # type: ignore[assignment]
    model.parameters()[1].data = 1
    model.save(tmp_path / "model.json")
    assert list(nn.load(tmp_path / "model.json").state_dict().values())[:2] == [0.5, 1.0]


# --------------------------------------------------------------------------------------- written whole or not at all


@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_parameters_that_are_not_finite_are_not_saved(tmp_path: Path, number: float) -> None:
    path, model = tmp_path / "model.json", plain()
    model.save(path)
    before = path.read_bytes()
    model.parameters()[2].data = number
    with pytest.raises(ValueError, match=rf"a model is saved with finite parameters, and w\^1_21 is {number}"):
        model.save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["model.json"]


def test_where_nothing_can_be_written_or_read(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path, tmp_path / "file" / "model.json"):
        with pytest.raises(OSError, match=r"irectory|exists"):
            plain().save(path)
    for path in (tmp_path, tmp_path / "none.json"):
        with pytest.raises(OSError, match=str(path)):
            nn.load(path)
    assert os.listdir(tmp_path) == ["file"]


# -------------------------------------------------------------------------------------------------- damaged files

MLP_FILE: dict[str, Any] = {
    "format": "glassgrad model",
    "version": 1,
    "model": plain().architecture(),
    "parameters": plain().state_dict(),
}
SCALED_FILE = {**MLP_FILE, "model": scaled().architecture(), "parameters": scaled().state_dict()}


def changed(file: dict[str, Any], *place: str, **change: Any) -> dict[str, Any]:
    """A file with something set in one of its places."""
    if not place:
        return {**file, **change}
    return {**file, place[0]: changed(file[place[0]], *place[1:], **change)}


def without(file: dict[str, Any], *place: str) -> dict[str, Any]:
    *outer, name = place
    inner = file
    for step in outer:
        inner = inner[step]
    kept = {key: value for key, value in inner.items() if key != name}
    return {**file, outer[0]: kept} if outer else kept


def refused(tmp_path: Path, content: Any, message: str, model: Module | None = None) -> None:
    """A file is refused by nn.load, and by load of a model, which stays as it was."""
    path = tmp_path / "model.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    with pytest.raises(ModelFileError, match=message) as raised:
        nn.load(path)
    assert str(path) in str(raised.value)
    model = plain() if model is None else model
    before = model.state_dict()
    with pytest.raises(ModelFileError):
        model.load(path)
    assert model.state_dict() == before


WHOLE = json.dumps(MLP_FILE).encode()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is not a model, or damaged: Expecting value"),
        (b"hello", "is not a model, or damaged: Expecting value"),
        (b"\xff\xfe{}", "is not a model, or damaged: .*can't decode"),
        (b"[" * 100_000, "is not a model, or damaged: it is nested too deeply"),
        (b'{"format":' * 100_000, "is not a model, or damaged: it is nested too deeply"),
        (WHOLE.replace(b'"version": 1', b'"version": 1, "version": 1'), "damaged: version is there more than once"),
        ([], "is not a model: it does not say that its format is 'glassgrad model'"),
        ("model", "is not a model: it does not say that its format"),
        ({"weights": [1, 2]}, "is not a model: it does not say that its format"),
        (changed(MLP_FILE, format="another"), "is not a model: it does not say that its format"),
        (changed(MLP_FILE, version=2), "is a model of version 2, and only version 1 can be read"),
        (without(MLP_FILE, "version"), "is a model of version None, and only version 1"),
        (changed(MLP_FILE, model="MLP"), "is damaged: it lacks the model or its parameters"),
        (without(MLP_FILE, "model"), "is damaged: it lacks the model or its parameters"),
        (changed(MLP_FILE, parameters=[1.0]), "is damaged: it lacks the model or its parameters"),
        (without(MLP_FILE, "parameters", "w^1_11"), r"does not fit the model: missing w\^1_11"),
        (changed(MLP_FILE, "parameters", w=1.0), r"does not fit the model: unknown w \(the parameters are w\^1_11, "),
    ],
)  # fmt: skip
def test_files_that_are_no_model(tmp_path: Path, content: Any, message: str) -> None:
    refused(tmp_path, content, message)


@pytest.mark.parametrize("share", [0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_truncated_files(tmp_path: Path, share: float) -> None:
    refused(tmp_path, WHOLE[: int(share * len(WHOLE))], "is not a model, or damaged")


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        (math.nan, "NaN"), (math.inf, "Infinity"), ("0.5", '"0.5"'), (None, "null"), (True, "true"),
        ([1.0], "a list"), ({}, "a dict"), (10**400, "1000.*…"), ("x" * 1000, '"xxx.*…'),
    ],
)  # fmt: skip
def test_parameters_that_are_no_numbers(tmp_path: Path, number: Any, shown: str) -> None:
    refused(
        tmp_path, changed(MLP_FILE, "parameters", b_1=number), f"is damaged: for b_1, {shown} is not a finite number$"
    )


def test_a_parameter_that_is_nested_deeply(tmp_path: Path) -> None:
    content = json.dumps(changed(MLP_FILE, "parameters", b_1="@")).replace('"@"', "[" * 900 + "]" * 900)
    refused(tmp_path, content.encode(), "damaged")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"nin": 0}, "an MLP takes a number of inputs and one of neurons for each layer, got 0"),
        ({"nin": "2"}, "an MLP takes a number of inputs"),
        ({"nouts": []}, "an MLP takes a number of inputs"),
        ({"nouts": [2, None]}, "an MLP takes a number of inputs"),
        ({"nin": 3}, r"its layers have 8 weights, and there are 7 parameters"),
        ({"activation": ["tanh", "rleu"]}, "an activation is an operation on one number .*got 'rleu'"),
        ({"activation": ["tanh", "__name__"]}, "an activation is an operation on one number"),
        ({"activation": ["tanh"]}, "a network of 2 layers takes as many activations, got 1"),
        ({"activation": "tanh"}, 'activation takes a list, got "tanh"'),
        ({"bias": ["layer", "both"]}, "bias is 'neuron', 'layer' or None, got 'both'"),
        ({"bias": "layer"}, 'bias takes a list, got "layer"'),
        ({"labels": None}, "does not say what model it holds"),
        ({"labels": []}, "a network of 2 layers takes as many labels, got 0"),
        ({"labels": [["{q}"] * 6] * 2}, "the label of a .* is a text with the indices .*got '{q}'"),
        ({"labels": [["{}"] * 6] * 2}, "the label of a .* is a text with the indices"),
        *[
            ({"labels": [[template] * 6] * 2}, "the label of a .* is a text with the indices .* and {lj}, got '")
            for template in (
                "{l:>9999999999}", "{l:9999}", "{l:{j}}", "{l!r:>10}", "{l.__class__}", "{l[0]}", "w" * 10**6,
            )
        ],
        ({"nin": 10**9}, "its layers have 2,000,000,002 weights, and there are 7 parameters"),
        ({"nouts": [10**9, 1]}, "its layers have 3,000,000,000 weights"),
        ({"nouts": [10**4000, 1]}, "its layers have 30,000,.*…"),
        ({"activation": "x" * 10**6}, 'got "xxxx.*…'),
        ({"x" * 10**6: 1}, "xxx… is 1, and should be null"),
        ({"bias": [["x" * 10**6]] * 2}, "bias is 'neuron'"),
        ({"labels": [[1] * 6] * 2}, "the label of a .* is a text with the indices"),
        ({"labels": [["w"], ["w"]]}, "labels takes 6 for each layer, got 1"),
        ({"labels": [["w"] * 10**5] * 2}, "labels takes 6 for each layer, got 100000"),
        ({"class": "Perceptron"}, 'its class is "Perceptron": make one yourself, and call its load'),
        ({"class": []}, "its class is a list: make one yourself"),
        ({"init": "ones"}, 'init is "ones", and should be null'),
        ({"colour": "red"}, 'colour is "red", and should be null'),
    ],
)  # fmt: skip
def test_architectures_that_are_none(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    refused(tmp_path, changed(MLP_FILE, "model", **change), message)


@pytest.mark.parametrize("name", ["class", "nin", "nouts", "activation", "bias", "labels"])
def test_architectures_that_lack_something(tmp_path: Path, name: str) -> None:
    refused(tmp_path, without(MLP_FILE, "model", name), f"does not say what model it holds: .*{name}")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"model": {}}, "there is no 'class'"),
        ({"model": 3}, "does not say what model it holds"),
        ({"inputs": None}, "does not say what model it holds"),
        ({"inputs": {"means": "ab", "deviations": [1, 1]}}, "takes a row of numbers, got str"),
        ({"inputs": {"means": [1, None], "deviations": [1, 1]}}, "is None, which is not a number"),
        ({"inputs": {"means": [1, math.nan], "deviations": [1, 1]}}, "is nan"),
        ({"inputs": {"means": [1, 2], "deviations": [1, 0]}}, r"deviations are above 0, got 0\.0"),
        ({"inputs": {"means": [1, 2], "deviations": [1]}}, "has 1 number"),
        ({"inputs": {"means": [1], "deviations": [1]}}, "the model has 2 inputs, and their scaling 1 columns"),
        ({"outputs": {"means": [1, 2], "deviations": [1, 1]}}, "the model has 1 output, and their scaling 2 columns"),
        ({"outputs": {}}, "does not say what model it holds"),
        ({"outputs": 0}, "does not say what model it holds"),
    ],
)  # fmt: skip
def test_scalings_that_are_none(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    refused(tmp_path, changed(SCALED_FILE, "model", **change), message, scaled())


@pytest.mark.parametrize(
    ("saved", "model", "message"),
    [
        (MLP(2, [3, 1]), MLP(2, [2, 1]), r"nouts is \[3, 1\], and should be \[2, 1\]"),
        (MLP(3, [2]), MLP(2, [2]), "nin is 3, and should be 2"),
        (MLP(2, [2, 1], "tanh"), MLP(2, [2, 1]), r'activation is \["tanh", "identity"\], and should be \["relu"'),
        (MLP(2, [1], bias="layer"), MLP(2, [1]), r'bias is \["layer"\], and should be \["neuron"\]'),
        (MLP(2, [1], labels=Labels(z="s")), MLP(2, [1]), "labels is "),
        (scaled(), scaled().model, 'class is "Scaled", and should be "MLP"'),
        (scaled(), Scaled(scaled().model, Scaling([0.0] * 2, [1.0] * 2)), "inputs is {"),
        (scaled(), Scaled(scaled().model, scaled().inputs), "outputs is {.*and should be null"),
    ],
)
def test_a_file_of_another_architecture(tmp_path: Path, saved: Module, model: Module, message: str) -> None:
    saved.save(tmp_path / "model.json")
    before = model.state_dict()
    with pytest.raises(ModelFileError, match=f"holds another model: {message}"):
        model.load(tmp_path / "model.json")
    assert model.state_dict() == before


def test_a_bom_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "model.json").write_bytes(b"\xef\xbb\xbf" + WHOLE)
    assert nn.load(tmp_path / "model.json").state_dict() == plain().state_dict()


def test_models_that_are_nested_too_deeply(tmp_path: Path) -> None:
    inner = json.dumps(MLP_FILE["model"])
    scaling = '{"means": [0, 0], "deviations": [1, 1]}'
    for _ in range(900):
        inner = f'{{"class": "Scaled", "model": {inner}, "inputs": {scaling}, "outputs": null}}'
    text = json.dumps(changed(MLP_FILE, model="@")).replace('"@"', inner)
    path = tmp_path / "model.json"
    path.write_text(text)
    with pytest.raises(ModelFileError):
        plain().load(path)
