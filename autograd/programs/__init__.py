"""Straight-line programs in primitives, simplified, and how they are written down as text."""

from autograd.programs.building import Builder, Register, with_others
from autograd.programs.instructions import (
    DOT,
    INPUT,
    PARAMETER,
    CompileError,
    Instruction,
    Program,
    without_dead_instructions,
)
from autograd.programs.writing import LONGEST_LINE, Names, ProgramWriter, Writer, filled

__all__ = [
    "DOT",
    "INPUT",
    "LONGEST_LINE",
    "PARAMETER",
    "Builder",
    "CompileError",
    "Instruction",
    "Names",
    "Program",
    "ProgramWriter",
    "Register",
    "Writer",
    "filled",
    "with_others",
    "without_dead_instructions",
]
