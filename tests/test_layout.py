"""What may import what, held by reading the code: the arrows of the design run one way."""

import ast
import importlib
import inspect
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest

import autograd
from autograd import Value

ROOT = Path(__file__).parent.parent
AUTOGRAD, NN = sorted((ROOT / "autograd").rglob("*.py")), sorted((ROOT / "nn").rglob("*.py"))
CORE = sorted((ROOT / "autograd" / "core").glob("*.py"))
READING_CORE = [ROOT / "autograd" / "core" / name for name in ("operations.py", "value.py")]
OURS = {"autograd", "nn"}


def each(paths: Iterable[Path]) -> Callable[[Callable[[Path], None]], Callable[[], None]]:
    """Hold a test against each of these files; what it finds says in which."""

    def of_all(test: Callable[[Path], None]) -> Callable[[], None]:
        def held() -> None:
            for path in paths:
                try:
                    test(path)
                except AssertionError as error:
                    raise AssertionError(f"{path.relative_to(ROOT)}: {error}") from error

        held.__name__, held.__doc__ = test.__name__, test.__doc__
        return held

    return of_all


def statements(body: list[ast.stmt], within_functions: bool) -> Iterator[ast.stmt]:
    """Those that run when a module is imported, and those of its functions if wanted; not what only a checker reads."""
    for statement in body:
        yield statement
        if isinstance(statement, ast.If) and ast.unparse(statement.test) == "TYPE_CHECKING":
            continue
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) and not within_functions:
            continue
        for field in ("body", "orelse", "finalbody", "handlers", "cases"):
            for child in getattr(statement, field, []):
                if isinstance(child, ast.stmt):
                    yield from statements([child], within_functions)
                elif isinstance(child, ast.ExceptHandler | ast.match_case):
                    yield from statements(child.body, within_functions)


def imports(path: Path, within_functions: bool = False) -> set[str]:
    """The dotted names that a file imports: "math", "autograd.core.value.Value"."""
    package = [*path.relative_to(ROOT).parent.parts]
    names = set()
    for statement in statements(ast.parse(path.read_text(encoding="utf-8")).body, within_functions):
        if isinstance(statement, ast.Import):
            names |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            base = package[: len(package) - statement.level + 1] if statement.level else []
            prefix = ".".join([*base, *([statement.module] if statement.module else [])])
            names |= {f"{prefix}.{alias.name}" for alias in statement.names}
    return names


def top(name: str) -> str:
    return name.partition(".")[0]


def test_the_reader_of_imports_reads() -> None:
    # Everything below rests on it.
    core = ROOT / "autograd" / "core"
    assert "autograd.core.outdated.require_current" in imports(core / "gradient.py")
    assert "autograd.core.operations" in imports(core / "value.py")
    assert "mpmath" in imports(ROOT / "autograd" / "checking.py", within_functions=True)
    assert "mpmath" not in imports(ROOT / "autograd" / "checking.py")


@each(CORE)
def test_the_core_imports_the_standard_library_alone(path: Path) -> None:
    names = imports(path, within_functions=True)
    assert {top(name) for name in names} - OURS <= sys.stdlib_module_names
    assert all(name.startswith("autograd.core.") for name in names if top(name) in OURS)


@each(AUTOGRAD)
def test_of_another_wing_nothing_is_used_but_what_it_exports(path: Path) -> None:
    if path.parent == ROOT / "autograd":
        return
    wing = path.relative_to(ROOT / "autograd").parts[0]
    for name in imports(path, within_functions=True):
        _, *parts = name.split(".") if top(name) == "autograd" else [""]
        if parts and parts[0] != wing and (ROOT / "autograd" / parts[0]).is_dir():
            module = importlib.import_module(f"autograd.{parts[0]}")
            common = parts[:2] in (["core", "operations"], ["core", "annotations"])
            assert common or (len(parts) == 2 and parts[1] in module.__all__), name


TOOLS = {f"autograd.core.{name}" for name in ("NOT_COMPUTED", "cut", "ensuring", "listed", "on_one_line", "shown")}
TOOLS.add("autograd.drawing.sign_of")
TOOLS |= {f"autograd.words.{name}" for name in importlib.import_module("autograd.words").__all__}


@each(NN)
def test_nn_uses_only_what_autograd_exports(path: Path) -> None:
    used = {name for name in imports(path, within_functions=True) if top(name) == "autograd"}
    assert used <= {"autograd", *(f"autograd.{name}" for name in autograd.__all__)} | TOOLS


LOADED_WHEN_ASKED_FOR = ROOT / "autograd" / "compiling"  # which is about NumPy and LLVM from end to end


@each([path for path in AUTOGRAD + NN if LOADED_WHEN_ASKED_FOR not in path.parents])
def test_third_party_modules_are_imported_where_they_are_used(path: Path) -> None:
    assert {top(name) for name in imports(path)} - OURS <= sys.stdlib_module_names
    assert not any(name.startswith("autograd.compiling") for name in imports(path))


COMPILING = sorted(LOADED_WHEN_ASKED_FOR.rglob("*.py"))
PASSES = {"fusion", "memory", "reductions", "schedule"}  # of native code, which find its loops


@each(COMPILING)
def test_only_native_code_needs_llvm(path: Path) -> None:
    native = {name.split(".")[3] for name in imports(path) if name.startswith("autograd.compiling.native.")}
    needed = {top(name) for name in imports(path)} - OURS - sys.stdlib_module_names
    assert needed <= {"numpy", "llvmlite"}
    if path.parent.name != "native":
        assert not native
        assert "llvmlite" not in needed
    if path.stem in PASSES:
        assert native <= PASSES
        assert not needed


def test_no_module_of_compiling_reaches_itself() -> None:
    def arrows(path: Path) -> set[str]:
        parts = [name.split(".") for name in imports(path, within_functions=True)]
        modules = {".".join(names[:n]) for names in parts for n in (3, 4)}
        return {name for name in modules if name in paths}

    paths = {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in COMPILING}
    below = {name: arrows(path) for name, path in paths.items()}
    assert below["autograd.compiling.choosing"] > {
        "autograd.compiling.source.backend",
        "autograd.compiling.native.backend",
    }
    for name in paths:
        reached, stack = set[str](), [name]
        while stack:
            new = below[stack.pop()] - reached
            reached |= new
            stack += new
        assert name not in reached


def test_instructions_name_this_project_and_install_it_from_a_clone() -> None:
    tracked = [
        path for folder in ("autograd", "nn", "notebooks", "scripts", "tests") for path in (ROOT / folder).rglob("*")
    ]
    files = [path for path in tracked if path.suffix in {".py", ".js", ".mjs", ".ipynb", ""} and path.is_file()]
    files += [ROOT / name for name in ("README.md", "Makefile", "pyproject.toml", "LICENSE")]
    former = "scalar" + "grad"
    for path in files:
        text = path.read_text(encoding="utf-8")
        assert former not in text or path.name in {"files.py", "test_storage.py"}, path
        for install in re.findall(r"pip install (?!-)([^\n`]+)", text):
            assert re.match(r"['\"]?\\*\.|graphviz|\{", install) or path == Path(__file__), (path, install)


@each(AUTOGRAD + NN)
def test_files_and_functions_are_short(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= 400
    longest = 30 if path in READING_CORE else 60
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            documented = node.body[0].end_lineno or 0 if ast.get_docstring(node) else node.lineno
            assert (node.end_lineno or 0) - documented < longest, node.name


def test_modules_of_the_page_are_short() -> None:
    modules = [*(ROOT / "autograd" / "exploring" / "web").glob("*.js")]
    long = {path.name for path in modules if len(path.read_text(encoding="utf-8").splitlines()) > 300}
    assert modules
    assert long == set()


@each(AUTOGRAD + NN)
def test_what_is_private_stays_within_its_module(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    mine = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
    mine |= {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store)
    }
    mine |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    known = {"_fields", "_replace", "_getframe"}  # of Python's own
    if path in CORE:
        known |= {*Value.__slots__}  # what a node consists of, in reach of all that walk over the graph
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and not (isinstance(node.value, ast.Name) and node.value.id in ("self", "cls"))
    }
    used |= {name.rpartition(".")[2] for name in imports(path, within_functions=True)}
    assert {name for name in used if re.match("_[a-z]", name)} <= mine | known


def test_an_operation_of_the_table_is_its_row() -> None:
    """Nothing else in the core knows it by name, but for Python's operators and the methods of a Value."""
    for path in CORE:
        if path.name in {"operations.py", "arithmetic.py", "value.py"}:
            continue
        named = {x.attr for x in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(x, ast.Attribute)
                 and isinstance(x.value, ast.Name) and x.value.id == "ops"}  # fmt: skip
        assert not named, path


@pytest.mark.parametrize("package", ["autograd", "nn"])
def test_an_import_costs_nothing(package: str) -> None:
    code = f"import sys; before = set(sys.modules); import {package}; print(*(set(sys.modules) - before))"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(run.stdout.split())
    assert package in loaded
    assert {top(name) for name in loaded} - OURS <= sys.stdlib_module_names
    assert not {"dataclasses", "typing"} & loaded or package == "nn"


# What is public


def public(package: Any) -> Iterator[tuple[str, Any]]:
    for name in package.__all__:
        yield name, getattr(package, name)


def test_every_public_name_exists_once_and_in_order() -> None:
    assert autograd.__all__ == sorted(set(autograd.__all__))
    for name, thing in public(autograd):
        assert thing is not None, name
    with pytest.raises(AttributeError, match="no attribute 'nothing_of_the_kind'"):
        autograd.nothing_of_the_kind  # noqa: B018


def test_every_name_of_nn_exists() -> None:
    nn = pytest.importorskip("nn")
    for name in getattr(nn, "__all__", []):
        assert getattr(nn, name) is not None


@each([path for path in AUTOGRAD + NN if path.name == "__init__.py"])
def test_a_package_exports_what_it_has(path: Path) -> None:
    module = importlib.import_module(".".join(path.parent.relative_to(ROOT).parts))
    for name in getattr(module, "__all__", []):
        assert getattr(module, name) is not None


def test_everything_public_says_what_it_is() -> None:
    for name, thing in public(autograd):
        assert (thing.__doc__ or "").strip(), name


@each(AUTOGRAD + NN)
def test_every_module_and_every_public_definition_has_a_docstring(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    assert ast.get_docstring(tree)
    for node in statements(tree.body, within_functions=False):
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
            overload = any(ast.unparse(decorator) == "overload" for decorator in node.decorator_list)
            assert overload or ast.get_docstring(node), node.name


def test_the_methods_of_a_value_say_what_they_do() -> None:
    for name, method in vars(autograd.Value).items():
        if not name.startswith("_") and inspect.isfunction(method):
            assert method.__doc__, name


LOOK = """
import sys
for name in ("numpy", "llvmlite", "matplotlib", "torch", "jax", "cupy", "pandas"):
    sys.modules[name] = None
import inspect, pydoc
import autograd, nn
names = {}
for package in (autograd, nn):
    exec(f"from {package.__name__} import *", names)
    assert set(package.__all__) <= set(dir(package))
    for name in package.__all__:
        thing = getattr(package, name)
        assert thing.__doc__ and thing is names[name], name
        help_text = pydoc.render_doc(thing, renderer=pydoc.plaintext)
        if callable(thing) and not (isinstance(thing, type) and issubclass(thing, Exception)):
            assert str(inspect.signature(thing)).startswith("("), name
        assert "(...)" not in help_text.splitlines()[2], help_text
w = autograd.Value(1.0)
for call in (
    lambda: autograd.compile(lambda x: w * x, [w]),
    lambda: nn.MLP(1, [1]).compile("mse"),
    lambda: nn.CompiledTraining(nn.MLP(1, [1])),
    lambda: autograd.real_array("numbers", [1.0]),
):
    try:
        call()
    except ImportError as error:
        print(error)
"""


def test_every_public_name_can_be_looked_at_with_the_base_dependencies() -> None:
    run = subprocess.run([sys.executable, "-c", LOOK], capture_output=True, text=True, cwd=ROOT)
    assert not run.stderr
    assert len(run.stdout.splitlines()) == 4
    assert all("needs NumPy: pip install '.[jit]'" in line for line in run.stdout.splitlines())


# A sum of floats is added up from left to right on every Python, by `total`: sum() is compensated since Python 3.12.
SUMS_OF_INTEGERS = {
    "len(node.operands) for node in part.made",
    "isinstance(item, Value) or item in closed for item in items",
    "self.sizes[x] for x in operands",
    "len(node.operands) for node in self.nodes.values()",
    "len(row) + 4 for row in written",
    "count[x] for x in operands[node]",
    "len(loop.statements) for loop in loops",
    "ranges[-1]",
    "m * n for m, n in pairwise(sizes)",
    "bool(entry.check) for entry in self.entries",
    "entry.check.slopes.kink for entry in self.entries",
}


@each(AUTOGRAD + NN)
def test_no_sum_of_floats_is_left_to_the_python_version(path: Path) -> None:
    found = [
        ast.unparse(node.args[0]).strip("()[]") if len(node.args) == 1 else ast.unparse(node)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("sum", "statistics.mean", "statistics.fmean")
    ]
    assert not {*found} - {text.strip("()[]") for text in SUMS_OF_INTEGERS}, "use total; or is it a sum of integers?"
