"""Machine code: a program in loops over memory, these in LLVM's intermediate representation, and that at work.

What finds the loops (fusion, memory, reductions, schedule) is plain Python; all else needs llvmlite.
"""
