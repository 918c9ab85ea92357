"""CSV files at random: a table equal to what Python's csv module reads where that agrees, or a DataError by line."""

import csv
import io
import re
from contextlib import suppress
from pathlib import Path
from random import Random
from time import process_time

from nn import DataError, Table, read_csv
from tests.fuzzing import EFFORT, generator

MARKS = [*',;\t"#.-5 \n\r', "\r\n", '""', '","', "1,5", "1.234", "1e5", "name", "é", "\u2028", "\x0b", "nan"]
PIECES = [*MARKS, "\ufeff", "\0", "0" * 50]


BREAK = r"(?:\r\n|\r|\n)"
BLANK, REMARK = rf"[^\S\r\n]*{BREAK}", rf"#[^\r\n]*{BREAK}"


def random_text(draw: Random) -> str:
    """A table with a header, of any separator and line ends, as csv writes it."""
    width, written = draw.randint(1, 4), io.StringIO()
    ends, separator = draw.choice(["\n", "\r\n", "\r"]), draw.choice(",;\t")
    writer = csv.writer(written, delimiter=separator, lineterminator=ends, quoting=draw.choice((0, 1)))
    writer.writerow([f"c{k}" for k in range(width)])
    for _ in range(draw.randint(1, 6)):
        writer.writerow(["".join(draw.choices(MARKS, k=draw.randint(0, 3))) for _ in range(width)])
    return written.getvalue()


def mutated(draw: Random, text: str) -> str:
    """With some pieces put in, taken out or repeated."""
    for _ in range(draw.randint(0, 3)):
        i, j = sorted(draw.choices(range(len(text) + 1), k=2))
        text = draw.choice(
            [text[:i] + draw.choice(PIECES) + text[i:], text[:i] + text[i + 1 :], text[:j] + text[i:j] + text[j:]]
        )
    return text


def strictly(text: str, separator: str) -> list[tuple[int, list[str]]] | None:
    """The records as the csv module reads them, with the line each begins in; None where RFC 4180 is broken.

    Those of blanks are left out, and blanks around cells as well.

    The module takes a quote within a cell as it is, also where it is strict, so that is looked for beforehand.
    """
    cell = rf'(?:"(?:[^"]|"")*"|[^"{separator}\r\n]*)'
    if not re.fullmatch(rf"{cell}(?:(?:{separator}|\r\n|\r|\n){cell})*", text):
        return None
    reader, records, line = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True), [], 1
    for record in reader:
        records.append((line, [cell.strip() for cell in record]))
        line = reader.line_num + 1
    return [(line, record) for line, record in records if any(record)]


def outcome(path: Path, separator: str | None) -> Table | str:
    """A table, or the message of what is wrong with it. Its columns are numbers, or there is a message."""
    try:
        table = read_csv(path, separator=separator)
    except DataError as error:
        return str(error)
    for name in table.names:
        with suppress(DataError):
            assert len(table.numbers(name)) == len(table.lines)
    return table


def test_a_csv_file_is_a_table_or_an_error(tmp_path: Path) -> None:
    draw, path, tables, start = generator(), tmp_path / "data.csv", 0, process_time()
    for _ in range(1000 * EFFORT):
        text = mutated(draw, random_text(draw))
        content = text.encode()
        if draw.random() < 0.1:
            content = draw.choice([text.encode("utf-16"), draw.randbytes(draw.randint(0, 60)), content[::-1]])
        path.write_bytes(content)
        found = outcome(path, draw.choice([None, None, ",", ";"]))
        if isinstance(found, str):
            assert "data.csv" in found
            assert len(found) < 1000
            continue
        tables += 1
        decoded = content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8").lstrip("\ufeff")
        before, table = re.fullmatch(f"(?s)((?:{BLANK}|{REMARK})*)(.*)", decoded).groups()  # type: ignore[union-attr]
        expected = strictly(table, found.separator)
        assert expected is not None, "what breaks the rules was read"
        above, lines = len(re.findall(BREAK, before)), re.split(BREAK, decoded)
        assert [*found.names] == expected[0][1]
        rows = list(zip(found.lines, [[cell.strip() for cell in row] for row in found.cells], strict=True))
        assert [row for row in rows if any(row[1])] == [(above + line, row) for line, row in expected[1:]]
        assert all('"' in lines[line - 1] for line, row in rows if not any(row)), "what is blank and has no quotes"
    assert tables > 100 * EFFORT
    assert process_time() - start < 20 * EFFORT
