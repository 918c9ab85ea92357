"""How much the tests see: the code is changed at random places, one at a time, and a test has to notice each change.

`make mutants` draws so many changes of each package (SEED=… takes the same ones again), and runs for each the tests
that run its line, as coverage.py recorded them once for this state of the tree; what survives those has to survive
the whole suite. A tool of our own, and small, because those there are do not serve: mutmut leaves what a module says
outside of functions alone, which here is the table of operations, and rewrites functions that our tests read;
cosmic-ray runs one command for all mutants, removes no statement, and brings a database and a web server along.
"""
