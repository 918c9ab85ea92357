"""The source backend: programs as Python functions on arrays, in matrices where there are any."""
