"""`python -m nn explore 2-3-1 --x 0.5 -0.3 --y 1 --out lesson.html`: a page to step through, question and change."""

import argparse
from pathlib import Path

from autograd import explore, write_files
from autograd.words import t, tn
from nn.commands.arguments import Commands, InputError, Result, require_file_to_write, whole_number, writing
from nn.commands.network import add_options, network_for, title_for
from nn.networks import cost


def add(commands: Commands) -> None:
    """Declare the command and its options."""
    command = commands.add_parser(
        "explore",
        help=t("make a page on which a network can be stepped through, questioned and changed"),
        description=t("Make a page on which a network can be stepped through, questioned and changed, for one row."),
        allow_abbrev=False,
    )
    add_options(command)
    command.add_argument(
        "--depth", type=whole_number(1), metavar="N", help=t("show no more than N steps back from the cost")
    )
    command.add_argument("--out", type=Path, required=True, metavar="FILE", help=t("write the page there, as .html"))
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
        told = {"lr": options.lr, "digits": options.digits, "depth": options.depth, "lang": options.lang}
        page = explore(c, title=title, **told)
    except ValueError as error:  # the network is too large
        raise InputError(str(error)) from None
    with writing():
        write_files({options.out: page.html()})
    count = tn("{count} parameter", "{count} parameters", len(model.parameters()))
    done = t(
        "{file}: {title}, {parameters}. Open it in a browser.",
        file=options.out,
        title=title_for(options),
        parameters=count,
    )
    return done, 0
