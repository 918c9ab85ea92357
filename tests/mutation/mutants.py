"""The changes: an operator for another, a condition for its opposite, a number off by one, a statement left out, …"""

import ast
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

COMPARISONS = {
    ast.Lt: ("<=", ">="),
    ast.LtE: ("<", ">"),
    ast.Gt: (">=", "<="),
    ast.GtE: (">", "<"),
    ast.Eq: ("!=",),
    ast.NotEq: ("==",),
    ast.Is: ("is not",),
    ast.IsNot: ("is",),
    ast.In: ("not in",),
    ast.NotIn: ("in",),
}
ARITHMETIC = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.Pow: "*",
    ast.LShift: ">>",
    ast.RShift: "<<",
    ast.BitAnd: "|",
    ast.BitOr: "&",
    ast.BitXor: "&",
}
FUNCTIONS = {"min": "max", "max": "min", "any": "all", "all": "any"}


class Mutant(NamedTuple):
    """A piece of a file, from byte to byte, and what comes in its place."""

    path: str
    source: bytes
    start: int
    end: int
    text: str
    lines: tuple[int, int]  # of the statement, or its head, that is changed
    at_import: bool  # it runs when the module is imported, and not when a function is called

    def changed(self) -> bytes:
        """The source of the file, changed."""
        return self.source[: self.start] + self.text.encode() + self.source[self.end :]


def mutants(path: str, source: str) -> list[list[Mutant]]:
    """All changes, by places: those of one place are alternatives."""
    return [place for place in _Places(path, source).found if place]


def mutants_of(root: Path, package: str) -> list[list[Mutant]]:
    """The same for every module of a package."""
    paths = sorted((root / package).rglob("*.py"))
    return [p for path in paths for p in mutants(str(path.relative_to(root)), path.read_text(encoding="utf-8"))]


class _Places(ast.NodeVisitor):
    """Annotations are left alone, and docstrings, and what only a type checker reads: no test can or should notice."""

    def __init__(self, path: str, source: str) -> None:
        self.path, self.source = path, source.encode()
        self.line_starts = [0]
        for line in self.source.splitlines(keepends=True):
            self.line_starts.append(self.line_starts[-1] + len(line))
        self.found: list[list[Mutant]] = []
        self.lines = (1, 1)
        self.functions = 0  # around the present place
        self.visit(ast.parse(source))

    def span(self, node: ast.expr | ast.stmt) -> tuple[int, int]:
        assert node.end_lineno is not None
        assert node.end_col_offset is not None
        start, end = self.line_starts[node.lineno - 1], self.line_starts[node.end_lineno - 1]
        return start + node.col_offset, end + node.end_col_offset

    def add(self, span: tuple[int, int], *texts: str) -> None:
        self.found.append(
            [Mutant(self.path, self.source, *span, text, self.lines, not self.functions) for text in texts]
        )

    def replace(self, node: ast.expr | ast.stmt, *texts: str) -> None:
        self.add(self.span(node), *texts)

    def text(self, node: ast.expr) -> str:
        start, end = self.span(node)
        return self.source[start:end].decode()

    def between(self, left: ast.expr, right: ast.expr, old: str, *new: str) -> None:
        """Replace the operator that stands between two operands."""
        start, end = self.span(left)[1], self.span(right)[0]
        gap = self.source[start:end]
        if gap.count(old.encode()) == 1:  # and not in a comment, too
            at = start + gap.index(old.encode())
            self.add((at, at + len(old)), *new)

    def negate(self, condition: ast.expr) -> None:
        self.replace(condition, f"(not ({self.text(condition)}))")

    # ------------------------------------------------------------------------------------------------ statements

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, ast.stmt):
            body = getattr(node, "body", None)
            first = min([node.lineno, *[d.lineno for d in getattr(node, "decorator_list", [])]])
            self.lines = (first, max(first, body[0].lineno - 1) if body else node.end_lineno or first)
        super().visit(node)

    def _body(self, node: ast.Module | ast.ClassDef | ast.FunctionDef) -> None:
        documented = ast.get_docstring(node, clean=False) is not None
        for statement in node.body[documented:]:
            self.visit(statement)

    def visit_Module(self, node: ast.Module) -> None:
        self._body(node)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        for x in (*node.decorator_list, *node.bases, *node.keywords):
            self.visit(x)
        self._body(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        for x in (*node.decorator_list, node.args):
            self.visit(x)
        self.functions += 1
        self._body(node)
        self.functions -= 1

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self.visit(node.args)
        self.functions += 1
        self.visit(node.body)
        self.functions -= 1

    def visit_arguments(self, node: ast.arguments) -> None:
        for x in (*node.defaults, *node.kw_defaults):
            if x is not None:
                self.visit(x)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)

    def visit_Assign(self, node: ast.Assign) -> None:
        if any(isinstance(target, ast.Attribute | ast.Subscript) for target in node.targets):
            self.replace(node, "pass")
        self.visit(node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.replace(node, "pass")
        if type(node.op) in ARITHMETIC:
            self.between(node.target, node.value, _OPERATORS[type(node.op)] + "=", ARITHMETIC[type(node.op)] + "=")
        self.visit(node.value)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.replace(node, "pass")
        self.generic_visit(node)

    def visit_Raise(self, node: ast.Raise) -> None:
        self.replace(node, "pass")
        self.generic_visit(node)

    def visit_Return(self, node: ast.Return) -> None:
        if ast.unparse(node) not in ("return", "return None", "return False"):  # which whoever asks takes alike
            self.replace(node, "return None")
        self.generic_visit(node)

    def visit_Break(self, node: ast.Break) -> None:
        self.replace(node, "continue")

    def visit_Continue(self, node: ast.Continue) -> None:
        self.replace(node, "break")

    def visit_If(self, node: ast.If) -> None:
        if ast.unparse(node.test) != "TYPE_CHECKING":
            self.negate(node.test)
            self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self.negate(node.test)
        self.generic_visit(node)

    def visit_For(self, node: ast.For) -> None:
        self.replace(node.iter, "()")
        self.generic_visit(node)

    # ----------------------------------------------------------------------------------------------- expressions

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.negate(node.test)
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for condition in node.ifs:
            self.negate(condition)
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        for left, op, right in zip([node.left, *node.comparators], node.ops, node.comparators, strict=False):
            self.between(left, right, _OPERATORS[type(op)], *COMPARISONS[type(op)])
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        for left, right in pairwise(node.values):
            self.between(left, right, old, new)
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        if type(node.op) in ARITHMETIC:
            self.between(node.left, node.right, _OPERATORS[type(node.op)], ARITHMETIC[type(node.op)])
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.op, ast.Not | ast.USub):
            self.replace(node, f"({self.text(node.operand)})")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name in FUNCTIONS:
            self.replace(node.func, FUNCTIONS[name])
        if name in ("cast", "TypeVar"):
            return
        if name == "zip":  # whose strict= asserts what holds
            node.keywords = []
        self.generic_visit(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        if not (isinstance(node.value, ast.Name) and node.value.id in ("Literal", "Callable")):
            self.generic_visit(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.replace(node, '""')
        for value in node.values:
            if isinstance(value, ast.FormattedValue):
                self.visit(value.value)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.replace(node, str(not value))
        elif isinstance(value, int | float):
            self.replace(node, f"({value + 1!r})", f"({value - 1!r})")
        elif isinstance(value, str):
            self.replace(node, '""' if value else '"?"')


_OPERATORS = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=",
    ast.Is: "is", ast.IsNot: "is not", ast.In: "in", ast.NotIn: "not in",
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.FloorDiv: "//", ast.Mod: "%", ast.Pow: "**",
    ast.LShift: "<<", ast.RShift: ">>", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^",
}  # fmt: skip
