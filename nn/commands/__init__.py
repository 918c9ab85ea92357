"""The commands of `python -m nn`: `add` declares the options of one, `run` does what they ask for."""
