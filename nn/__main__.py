"""The command line: `python -m nn derive 2-3-1 --x 0.5 -0.3 --y 1`, `python -m nn train data.csv …`."""

import io
import os
import sys
from collections.abc import Sequence
from itertools import pairwise

from autograd.core import on_one_line
from autograd.words import language, languages, t
from nn.commands import derive, explore, train
from nn.commands.arguments import InputError, Parser, is_number

COMMANDS = {"derive": derive, "explore": explore, "train": train}


CANNOT, INTERRUPTED, NOT_READ = 2, 130, 141  # the last two as a shell has them, of what SIGINT or SIGPIPE ended


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code, or one of these.

    2 if the input is not accepted or the output cannot be written, 130 after Ctrl-C, and 141 where whoever read the
    output has gone, as `head` does when it has its lines: files are written by then, and nothing is said.
    """
    try:
        try:
            return _run(arguments)
        finally:
            _flush()
    except BrokenPipeError:
        return NOT_READ
    except OSError as error:
        print(f"nn: cannot write the output: {error.strerror}", file=sys.stderr)
        return CANNOT


def _run(arguments: Sequence[str] | None) -> int:
    arguments = sys.argv[1:] if arguments is None else arguments
    # A minus in front of a number is not an option's: argparse knows that of -0.3, but not of -3e-1 or -inf.
    given = [f" {a}" if a.startswith("-") and is_number(a) else a for a in arguments]
    name = " ".join(["nn", *(a for a in arguments[:1] if a in COMMANDS)])
    try:
        with language(_language(given)):
            options = _parser().parse_args(given)
            text, code = options.run(options)
    except InputError as error:
        print(f"{name}:", on_one_line(str(error)), file=sys.stderr)
        return CANNOT
    except KeyboardInterrupt:
        print(f"{name}: interrupted", file=sys.stderr)
        return INTERRUPTED
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Older encodings have no room for formulas, and even UTF-8 has none for the names of some files.
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    print(text)
    return int(code)


def _language(arguments: Sequence[str]) -> str | None:
    """The language that is asked for, where there is one: help and all else are in it."""
    asked = [value for name, value in pairwise(arguments) if name == "--lang"]
    asked += [value for name, _, value in [a.partition("=") for a in arguments] if name == "--lang" and value]
    return asked[-1] if asked and asked[-1] in languages() else None


def _flush() -> None:
    """Write out what was printed. Raises OSError where that is not possible, and lets go of it."""
    failed: OSError | None = None
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError as error:
            failed = error
            nowhere = os.open(os.devnull, os.O_WRONLY)  # Python tries again at its end, and would complain
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
    if failed is not None:
        raise failed


def _parser() -> Parser:
    parser = Parser(prog="python -m nn", description=t("Small neural networks of scalars."), allow_abbrev=False)
    commands = parser.add_subparsers(required=True, metavar="COMMAND", parser_class=Parser)
    for command in COMMANDS.values():
        command.add(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
