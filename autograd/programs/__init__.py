"""Straight-line programs in primitives, simplified, and how they are written down as text."""

from autograd.programs.building import Builder, Register
from autograd.programs.instructions import (
    DOT,
    INPUT,
    PARAMETER,
    CompileError,
    Instruction,
    Program,
    without_dead_instructions,
)
from autograd.programs.writing import ProgramWriter

__all__ = [
    "DOT",
    "INPUT",
    "PARAMETER",
    "Builder",
    "CompileError",
    "Instruction",
    "Program",
    "ProgramWriter",
    "Register",
    "without_dead_instructions",
]
