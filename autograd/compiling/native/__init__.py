"""Machine code: a program becomes loops over memory, these LLVM's intermediate representation, and that runs.

What finds the loops (fusion, memory, reductions, schedule) is plain Python; all else needs llvmlite.
"""
