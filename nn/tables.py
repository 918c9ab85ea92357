"""Tables in CSV files, read strictly: what breaks RFC 4180, or may be read in two ways, is refused, by its line.

RFC 4180: a cell stands in quotes from end to end, in which "" is a quote, or has no quote in it at all. Files are also
separated by ; or tabs, and numbers written with a decimal comma or in groups of thousands, wherever that is certain.
"""

import codecs
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import NoReturn

from autograd.core import listed, shown
from nn.data import DataError, plural

SEPARATORS = ",;\t"  # that are recognized
MARKS = {  # at the beginning of a file, of the encoding; those of UTF-32 begin as those of UTF-16 do
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
WHICH_DECIMAL = "the option decimal says whether . or , is the decimal mark"

_BREAK = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"([^\r\n]*+)(\r\n|\r|\n|\Z)")
_QUOTED = re.compile(r'"([^"]*+(?:""[^"]*+)*+)"')
_RECORD = re.compile(r'(?:[^"\r\n]++|"[^"]*+"?)*+')  # roughly: what may be the header, to look for separators in it


class NotANumberError(DataError):
    """A cell of a column of numbers that holds something else."""


@dataclass(frozen=True)
class Table:
    """A CSV file: for each row the line in which it begins, and its cells, under the names of the columns.

    Cells are the text that stands in the file, without the blanks around it, or as it is between quotes. separator:
    of the cells; decimal: the mark in numbers, which each column has to tell where it is None.
    """

    path: Path
    names: list[str]
    lines: list[int]
    cells: list[list[str]]
    separator: str = ","
    decimal: str | None = None

    def text(self, name: str) -> list[str]:
        """The cells of a column. Raises DataError where there is no such column."""
        if name not in self._places:
            raise DataError(f"{self.path} has no column {shown(name)}: its columns are {listed(self.names)}")
        k = self._places[name]
        return [row[k] for row in self.cells]

    def numbers(self, name: str) -> list[float]:
        """The numbers of a column. Raises DataError for a cell that is none, by line and column.

        Thousands may be in groups, by blanks, apostrophes or the mark that is not decimal. Raises DataError, too, for
        a column that may be read in two ways: 1,234 is 1.234 or 1234, unless other numbers tell.
        """
        cells, column = self.text(name), f"column {listed([name])}"
        decimal = self.decimal or self._decimal(column, cells)
        return [
            _cell(text, decimal, f"{self.path}, line {line}, {column}")
            for line, text in zip(self.lines, cells, strict=True)
        ]

    def rows(self, names: Sequence[str]) -> list[list[float]]:
        """The numbers of some columns, row by row."""
        return [list(row) for row in zip(*[self.numbers(name) for name in names], strict=True)]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.names)}

    @cached_property
    def _told(self) -> set[str]:
        """The decimal marks that all of the columns tell."""
        return {decimal for column in zip(*self.cells, strict=True) for decimal in _evidence(column)[0]}

    def _decimal(self, column: str, cells: Sequence[str]) -> str:
        """The decimal mark of a column: what its numbers tell, or else those of the others."""
        told, unsure = _evidence(cells)
        if len(told) > 1:
            both = " and ".join([f"{shown(cells[i])} in line {self.lines[i]}" for i in sorted(told.values())])
            raise DataError(f"{self.path}, {column} has {both}: {WHICH_DECIMAL}")
        if told or unsure is None:
            return next(iter(told), ".")
        if len(self._told) == 1:
            return next(iter(self._told))
        if not self._told and self.separator == "," and "," not in cells[unsure]:  # as in all such files
            return "."
        one, other = (_number(cells[unsure], decimal) for decimal in ".,")
        raise DataError(
            f"{self.path}, line {self.lines[unsure]}, {column} is {shown(cells[unsure])}, which may be {one:.15g} or "
            f"{other:.15g}: {WHICH_DECIMAL}"
        )


def read_csv(
    path: str | Path, *, separator: str | None = None, decimal: str | None = None, encoding: str | None = None
) -> Table:
    """A CSV file with a header; lines before it that begin with # are remarks, and blank ones nothing.

    separator: what stands between cells; a comma, a semicolon or a tab is recognized where it is None
    decimal: "." or ",", the mark in numbers; recognized, column by column, where it is None (see Table.numbers)
    encoding: of the text; UTF-8, or what the byte-order mark says, where it is None

    Raises OSError for a file that cannot be read, DataError for one that is not a table, or not in one way only, by
    the line in which the record at fault begins, and ValueError for options that do not exist.
    """
    if separator is not None and (not isinstance(separator, str) or len(separator) != 1 or separator in '"\r\n'):
        raise ValueError(f"separator is one character, and no quote, got {shown(separator)}")
    if decimal not in (None, ".", ","):
        raise ValueError(f"decimal is '.' or ',', got {shown(decimal)}")
    path = Path(path)
    text = _text(path, encoding)
    separators = [separator] if separator else _separators(text)
    tables, errors = [], []
    for candidate in separators:
        try:
            tables.append(_table(path, text, candidate, decimal))
        except DataError as error:
            errors.append(error)
    if len(tables) == 1:
        return tables[0]
    if len(separators) == 1:
        raise errors[0]
    raise DataError(
        f"{path} may have {' or '.join(map(repr, separators))} between its cells: the option separator says which"
    )


def _text(path: Path, encoding: str | None) -> str:
    content = path.read_bytes()
    chosen = encoding or next((name for mark, name in MARKS.items() if content.startswith(mark)), "utf-8")
    remedy = "the option encoding says what it is in, such as cp1252"
    try:
        text = content.decode(chosen).removeprefix("\ufeff")
    except LookupError:
        raise ValueError(f"encoding is one that Python knows, such as utf-8 or cp1252, got {shown(encoding)}") from None
    except UnicodeDecodeError as error:
        where = f"byte {error.start}, in line {_line_at(content[: error.start].decode('latin-1'))},"
        raise DataError(
            f"{path} is not {chosen.upper()} text: {where} is {error.object[error.start]:#04x}; {remedy}"
        ) from None
    except UnicodeError as error:
        raise DataError(f"{path} is not {chosen.upper()} text: {error}; {remedy}") from None
    if "\0" in text:
        line = _line_at(text[: text.index("\0")])
        raise DataError(f"{path}, line {line} has a NUL, which is in no text: {remedy}, or utf-16-le")
    return text


def _line_at(text: str) -> int:
    return 1 + len(_BREAK.findall(text))


def _header(text: str) -> tuple[int, int, str, bool]:
    """Where the header begins, its line, the last remark before it, and whether that is right above it."""
    at, line, remark, above = 0, 1, "", False
    for match in _LINE.finditer(text):
        if match[1].strip() and not match[1].startswith("#"):
            break
        above = bool(match[1].strip())
        remark = match[1] if above else remark
        at, line = match.end(), line + 1
    return at, line, remark, above


def _separators(text: str) -> list[str]:
    """Those that the header has, outside of quotes."""
    match = _RECORD.match(text, _header(text)[0])
    outside = re.sub(r'"[^"]*"?', "", match[0]) if match else ""
    return [separator for separator in SEPARATORS if separator in outside] or [","]


def _table(path: Path, text: str, separator: str, decimal: str | None) -> Table:
    at, line, remark, above = _header(text)
    records = _records(path, text, at, line, separator)
    line, names = next(records, (line, []))
    if not names:
        raise DataError(f"{path} is empty: it takes a header and rows")
    names = [name.strip() for name in names]
    _require_names(path, line, names)
    as_many = above and len(remark.split(separator)) == len(names) > 1
    if as_many or (remark and all(_number(name, ".") is not None for name in names)):
        raise DataError(
            f"{path} begins with {shown(remark)}, which may be a remark or the header: take away its # if it is the "
            f"header, or else the remark, for now line {line} is taken for the header"
        )
    lines, rows = [], []
    for line, cells in records:
        if len(cells) != len(names):
            hint = ": the option separator says what stands between them" if len(names) == 1 else ""
            counted = f"{len(cells)} {plural('cell', len(cells))}"
            raise DataError(f"{path}, line {line} has {counted}, and the header {len(names)}{hint}")
        lines.append(line)
        rows.append(cells)
    if not rows:
        raise DataError(f"{path} has a header and no rows")
    return Table(path, names, lines, rows, separator, decimal)


def _require_names(path: Path, line: int, names: list[str]) -> None:
    wanted = f"{path}, line {line} needs a name of its own for each column, and"
    if "" in names:
        raise DataError(f"{wanted} column {names.index('') + 1} has none")
    name, count = Counter(names).most_common()[0]
    if count > 1:
        raise DataError(f"{wanted} {shown(name)} is there {count} times")


def _records(path: Path, text: str, at: int, line: int, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The records from a place in the text, each with the line it begins in; those of nothing but blanks left out."""
    plain = re.compile(rf'([^"{re.escape(separator)}\r\n]*+)(?!")')
    while at < len(text):
        match = _LINE.match(text, at)
        assert match is not None  # it matches everything
        if '"' in match[1]:
            first = line
            cells, at, line = _quoted_record(path, text, at, line, separator, plain)
            yield first, cells
            continue
        cells = [cell.strip() for cell in match[1].split(separator)]
        if any(cells):
            yield line, cells
        at, line = match.end(), line + 1


def _quoted_record(
    path: Path, text: str, at: int, line: int, separator: str, plain: re.Pattern[str]
) -> tuple[list[str], int, int]:
    """The cells of a record that has quotes, where the next one begins, and its line."""
    first = line
    cells: list[str] = []
    while True:
        quoted = text.startswith('"', at)
        match = (_QUOTED if quoted else plain).match(text, at)
        if match is None:
            _refuse(path, first, line, "that is never closed" if quoted else "within a cell")
        cells.append(match[1].replace('""', '"') if quoted else match[1].strip())
        opened, line, at = line, line + len(_BREAK.findall(match[1])), match.end()
        if text.startswith(separator, at):
            at += 1
            continue
        end = _LINE.match(text, at)
        assert end is not None
        if end[1]:
            closed = f"that is closed in line {line} and" if line > opened else "that is"
            _refuse(path, first, opened, f"{closed} followed by {shown(end[1][:1])}")
        return cells, end.end(), line + 1


def _refuse(path: Path, first: int, line: int, what: str) -> NoReturn:
    where = f", in line {line}," if line > first else ""
    remedy = "a cell with quotes in it stands in quotes from end to end, and has them doubled"
    raise DataError(f"{path}, line {first} has a quote{where} {what}: {remedy}")


# --------------------------------------------------------------------------------------------------------- numbers


def _written(decimal: str) -> re.Pattern[str]:
    """A pattern of numbers with that decimal mark, with or without groups of thousands."""
    mark, group = re.escape(decimal), "[" + "".join(sorted({".", ","} - {decimal})) + " '’\u00a0\u2009\u202f]"
    whole = rf"(?:\d+|[1-9]\d{{0,2}}({group})\d{{3}}(?:\1\d{{3}})*)"
    return re.compile(rf"[+-]?(?:{whole}(?:{mark}\d*)?|{mark}\d+)(?:[eE][+-]?\d+)?", re.ASCII)


_WRITTEN = {decimal: _written(decimal) for decimal in ".,"}


def _number(text: str, decimal: str) -> float | None:
    """A text as a number with that decimal mark; None for any other text."""
    if not (match := _WRITTEN[decimal].fullmatch(text)):
        return None
    return float(text.replace(match[1] or " ", "").replace(",", "."))


def _evidence(cells: Sequence[str]) -> tuple[dict[str, int], int | None]:
    """The first cell that is a number by one decimal mark only, for each mark; and the first that is two different."""
    told: dict[str, int] = {}
    unsure = None
    for i, text in enumerate(cells):
        if "." in text or "," in text:
            point, comma = _number(text, "."), _number(text, ",")
            if (point is None) != (comma is None):
                told.setdefault("," if point is None else ".", i)
            elif point != comma and unsure is None:
                unsure = i
    return told, unsure


def _cell(text: str, decimal: str, where: str) -> float:
    if not text:
        raise DataError(f"{where} is empty")
    number = _number(text.strip(), decimal)
    if number is None:
        if text.strip().lstrip("+-").lower() in ("nan", "inf", "infinity"):
            number = math.inf
        else:
            raise NotANumberError(f"{where} is {shown(text)}, which is not a number")
    if not math.isfinite(number):
        raise DataError(f"{where} is {listed([text])}, which is not finite")
    return number
