"""`python -m nn explore 2-3-1 --x 0.5 -0.3 --y 1 --out lesson.html`: a page to step through, question and change."""

import argparse
from pathlib import Path

from autograd import explore, write_files
from nn.commands.arguments import Commands, InputError, Result, require_file_to_write, whole_number, writing
from nn.commands.network import add_options, network_for, title_for
from nn.networks import cost


def add(commands: Commands) -> None:
    """Declare the command and its options."""
    command = commands.add_parser(
        "explore",
        help="make a page on which a network can be stepped through, questioned and changed",
        description="Make a page on which a network can be stepped through, questioned and changed, for one row.",
        allow_abbrev=False,
    )
    add_options(command)
    command.add_argument(
        "--depth", type=whole_number(1), metavar="N", help="show no more than N steps back from the cost"
    )
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help="write the page there, as .html")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> Result:
    """Make the page and write it. Raises InputError."""
    if options.out.suffix.lower() not in (".html", ".htm"):
        raise InputError(f"--out takes a file ending in .html, got {options.out}")
    require_file_to_write("--out", options.out)
    if options.lr <= 0:
        raise InputError(f"--lr takes a number above 0, got {options.lr:g}")
    model = network_for(options)
    c = cost(model, options.x, options.y, options.loss)
    try:
        title = title_for(options, switchable=True)
        page = explore(c, title=title, lr=options.lr, digits=options.digits, depth=options.depth)
    except ValueError as error:  # the network is too large
        raise InputError(str(error)) from None
    with writing():
        write_files({options.out: page.html()})
    return f"{options.out}: {title_for(options)}, {len(model.parameters())} parameters. Open it in a browser.", 0
