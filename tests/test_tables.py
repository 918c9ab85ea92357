"""CSV files: read strictly, by RFC 4180, and numbers in them as far as they are certain."""

from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest

from nn import DataError, read_csv


@pytest.fixture
def written(tmp_path: Path) -> Callable[[str | bytes], Path]:
    def write(content: str | bytes) -> Path:
        path = tmp_path / "data.csv"
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


@pytest.mark.parametrize(
    "content",
    [
        "x,y,name\n1,2.5,a\n-3e1,4,b\n",
        "x,y,name\r\n1,2.5,a\r\n-3e1,4,b",
        "\ufeffx,y,name\n1,2.5,a\n-3e1,4,b\n",
        "# made by hand\n# in 2026\nx,y,name\n1,2.5,a\n-3e1,4,b\n",
        "\ufeff# made by hand\n\n# in 2026\n\nx,y,name\n\n1,2.5,a\n , ,\n-3e1,4,b\n\n",
        '"x","y","name"\n"1","2.5","a"\n-3e1,"4",b\n',
        " x , y,name\n 1,  2.5 , a\n-3e1,4,b \n",
        "x;y;name\n1;2,5;a\n-3e1;4;b\n",
        "x\ty\tname\r1\t2.5\ta\r-3e1\t4\tb\r",
        'x;"y";name\n1;"2,5";a\n-3e1;4;"b"',
        "x,y,name\n1,2.5,a\n-3e1,4,b\n".encode("utf-16"),
        "x\ty\tname\r\n1\t2,5\ta\r\n-3e1\t4\tb\r\n".encode("utf-16"),
        "\ufeffx,y,name\n1,2.5,a\n-3e1,4,b\n".encode("utf-16-be"),
        "x,y,name\n1,2.5,a\n-3e1,4,b\n".encode("utf-32"),
    ],
)
def test_tables_in_every_shape(written: Callable[[str | bytes], Path], content: str | bytes) -> None:
    table = read_csv(written(content))
    assert table.names == ["x", "y", "name"]
    assert table.numbers("x") == [1.0, -30.0]
    assert table.rows(["y", "x"]) == [[2.5, 1.0], [4.0, -30.0]]
    assert table.text("name") == ["a", "b"]


def test_quoted_cells_may_hold_commas_quotes_and_line_breaks(written: Callable[[str], Path]) -> None:
    table = read_csv(written('a,b\n"1,5","say ""hi"""\n"two\r\nlines",2\n"\n"" ,\n",""\n3,4\n'))
    assert table.cells == [["1,5", 'say "hi"'], ["two\r\nlines", "2"], ['\n" ,\n', ""], ["3", "4"]]
    assert table.lines == [2, 3, 5, 8], "of the first line of each record"


def test_cells_are_the_text_that_stands_in_the_file(written: Callable[[str], Path]) -> None:
    labels = ["1234567890123456789", "1234567890123456790", "01234", "1234", "1.0", "1", "#3", "NA", "1e5"]
    table = read_csv(written("n,label\n" + "".join(f"1, {label} \n" for label in labels) + '2," quoted "\n'))
    assert table.text("label") == [*labels, " quoted "]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "is empty: it takes a header and rows"),
        ("# only\n# remarks\n", "is empty: it takes a header and rows"),
        ("\n \n", "is empty"),
        ("x,y\n", "has a header and no rows"),
        ("x,y\n1,2\n3\n", "line 3 has 1 cell, and the header 2$"),
        ("# remark\n\nx,y\n\n1,2\n3,4,5\n", "line 6 has 3 cells, and the header 2$"),
        ("x\n1|2\n1,2", "line 3 has 2 cells, and the header 1: the option separator says"),
        ("# a\nx,x\n1,2\n", "line 2 needs a name of its own for each column, and 'x' is there 2 times"),
        ("x,\n1,2\n", "line 1 needs a name of its own for each column, and column 2 has none"),
        (b"x,y\r\n1,\xff\n", "is not UTF-8 text: byte 7, in line 2, is 0xff; the option encoding says"),
        (b"\xff\xfex\0\n\0\x00\xd8", "is not UTF-16 text: .* the option encoding says"),
        ("x\n1\n".encode("utf-16-le"), "line 1 has a NUL, .* the option encoding says .* utf-16-le"),
        # quotes: the line is the first of the record, whatever there is in it
        ('x,y\n1,2\n3,"5 inch\n4,5\n', "line 3 has a quote that is never closed: a cell with quotes"),
        ('x,y\n1,2\n3,"5 inch\n4,"6 inch\n5,6', "line 3 has a quote that is closed in line 4 and followed by '6'"),
        ('x,y\n"a\nb","c\nd"e\n', "line 2 has a quote, in line 3, that is closed in line 4 and followed by 'e'"),
        ('x,y\n"a\nb","c\nd\n', "line 2 has a quote, in line 3, that is never closed"),
        ('x,y\n"a\nb",c"d"\n', "line 2 has a quote, in line 3, within a cell"),
        ('x,y\r\n1,2\r\n3,5"\r\n', "line 3 has a quote within a cell"),
        ('x,y\r1,2\r\r3,5 "inch"\r', "line 4 has a quote within a cell"),
        ('x,y\n1, "2"\n', "line 2 has a quote within a cell"),
        ('x,y\n1,"2" \n', "line 2 has a quote that is followed by ' '"),
        ('x,y\n1,"2"3"\n', "line 2 has a quote that is followed by '3'"),
        ('x,y\n1,"""\n', "line 2 has a quote that is never closed"),
        ('# "remark\nx,"y\n1,2\n', "line 2 has a quote that is never closed"),
        ('x"y,z\n1,2\n', "line 1 has a quote within a cell"),
        # what may be a remark or the header
        (
            "# rooms,price\n3,100\n4,200\n",
            "begins with '# rooms,price', which may be a remark or .* line 2 is",
        ),
        ("#name,kind\nann,x\nbob,y\n", "begins with '#name,kind', which may be"),
        ("#,name\n1,ann\n2,bob\n", "begins with '#,name', which may be"),
        ("# made by hand\n# rooms;price\n3;100\n4;200\n", "begins with '# rooms;price', .* line 3 "),
        ("# rooms\n3\n4\n", "begins with '# rooms', which"),
        ("# rooms,price,year\n\n3,100\n4,200\n", "begins with '# rooms,price,year', which"),
        # what may be separated in two ways
        ("a;b,c\n1;2,5\n3;4,5\n", "may have ',' or ';' between its cells: the option separator says which"),
        ("a;b,c\n1\n", "may have ',' or ';' between its cells"),
    ],
)
def test_files_that_are_no_table(written: Callable[[str | bytes], Path], content: str | bytes, message: str) -> None:
    with pytest.raises(DataError, match=message) as raised:
        read_csv(written(content))
    assert "data.csv" in str(raised.value)


def test_what_looks_odd_and_is_certain_is_read(written: Callable[[str | bytes], Path]) -> None:
    assert read_csv(written("# made by hand, by me, in 2026\nx,y\n1,2\n")).names == ["x", "y"]
    assert read_csv(written("# x,y\n\na,b\n1,2\n")).names == ["a", "b"]
    assert read_csv(written('"#",name\n1,ann\n')).names == ["#", "name"]
    assert read_csv(written("x;y, in m;z\n1;2;3\n")).names == ["x", "y, in m", "z"]
    assert read_csv(written('"a;b",c\n1,2\n')).names == ["a;b", "c"]
    assert read_csv(written('x\n""\n\n1\n')).cells == [[""], ["1"]], "what is quoted is there"
    assert read_csv(written("x\n1\u20282\x0b\n3\n")).lines == [2, 3], "other breaks are text"


def test_options_decide(written: Callable[[str | bytes], Path]) -> None:
    both = written("a;b,c\n1;2,5\n3;4,5\n")
    assert read_csv(both, separator=";").rows(["a", "b,c"]) == [[1.0, 2.5], [3.0, 4.5]]
    assert read_csv(both, separator=",").text("a;b") == ["1;2", "3;4"]
    assert read_csv(written("a|b\n1|2\n"), separator="|").names == ["a", "b"]
    assert read_csv(written("x,y\n1,é\n".encode("cp1252")), encoding="cp1252").text("y") == ["é"]
    assert read_csv(written("x\n1\n".encode("utf-16-le")), encoding="utf-16-le").numbers("x") == [1.0]
    path = written("x;y\n1.234;5\n")
    assert read_csv(path, decimal=".").numbers("x") == [1.234]
    assert read_csv(path, decimal=",").numbers("x") == [1234.0]
    for options in ({"separator": ",,"}, {"separator": '"'}, {"decimal": ";"}, {"encoding": "no such"}):
        with pytest.raises(ValueError, match=next(iter(options))):
            read_csv(path, **options)


@pytest.mark.parametrize(
    ("content", "numbers"),
    [
        ("x;y\n1,5;1\n2,25;1", [1.5, 2.25]),
        ("x;y\n1,5;1\n1.234;1\n1.234.567,5;1\n-,5e1;1", [1.5, 1234.0, 1234567.5, -5.0]),
        ("x;y\n1.234;1,5\n5.678;2,5", [1234.0, 5678.0]),  # another column tells
        ("x;y\n1.234;1.5\n5.678;2.5", [1.234, 5.678]),
        ("x;y\n1.234;1.234,5", [1234.0]),
        ("x\ty\n0,125\t1\n1,125\t1", [0.125, 1.125]),
        ("x,y\n1.234,1\n5.678,1", [1.234, 5.678]),  # as in all files with commas between
        ('x,y\n"1,234.5",1\n"1,234",1', [1234.5, 1234.0]),
        ('x,y\n"1,234,567",1\n2,1', [1234567.0, 2.0]),
        ('x,y\n"1,234",0.5', [1234.0]),
        ("x;y\n1 234;1\n1'234'567.5;1\n1\u202f234\u202f567;1", [1234.0, 1234567.5, 1234567.0]),
        ("x;y\n12;1,5\n+3.;1\n.5;1", [12.0, 3.0, 0.5]),  # each column by itself
    ],
)
def test_numbers_are_read_where_they_are_certain(
    written: Callable[[str], Path], content: str, numbers: list[float]
) -> None:
    assert read_csv(written(content)).numbers("x") == numbers


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x;y\n1;2\n1,234;1", "line 3, column x is '1,234', which may be 1234 or 1.234: the option decimal says"),
        ("x;y\n1.234;2", "line 2, column x is '1.234', which may be 1.234 or 1234: the option decimal says"),
        ('x,y\n"1,234",2', "line 2, column x is '1,234', which may be"),
        ("x;y;z\n1.234;2,5;2.5", "line 2, column x is '1.234', which may be"),  # the others differ
        ("x;y\n1,5;1\n1.5;1", "column x has '1,5' in line 2 and '1.5' in line 3: the option decimal says"),
        ("x;y\n1,23,456;1\n", "line 2, column x is '1,23,456', which is not a number"),
        ("x;y\n1 23;1\n", "line 2, column x is '1 23', which is not a number"),
        ("x;y\n1'234 567;1\n", "which is not a number"),
        ("x;y\n0,123,456;1\n", "which is not a number"),
    ],
)
def test_numbers_that_may_be_two_are_refused(written: Callable[[str], Path], content: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_csv(written(content)).numbers("x")


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        ("abc", "line 4, column y is 'abc', which is not a number"),
        ("", "line 4, column y is empty"),
        ("nan", "line 4, column y is nan, which is not finite"),
        ("-inf", "line 4, column y is -inf, which is not finite"),
        ("1e999", "line 4, column y is 1e999, which is not finite"),
        ("2020_01", "line 4, column y is '2020_01', which is not a number"),
        ("1" * 200_000, "line 4, column y is 111111.*…, which is not finite"),
        ("a" * 200_000, "line 4, column y is 'aaaaaa.*…, which is not a number"),
        ("0x10", "line 4, column y is '0x10', which is not a number"),
    ],
)
def test_cells_that_are_no_numbers_by_line_and_column(written: Callable[[str], Path], cell: str, message: str) -> None:
    table = read_csv(written(f"# remark\nx,y\n1,2\n3,{cell}\n"))
    with pytest.raises(DataError, match=message) as raised:
        table.numbers("y")
    assert len(str(raised.value)) < 500
    assert table.numbers("x") == [1.0, 3.0]


def test_columns_and_files_that_are_not_there(written: Callable[[str], Path], tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no column 'z': its columns are x, y"):
        read_csv(written("x,y\n1,2\n")).rows(["x", "z"])
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(OSError, match=str(tmp_path)):
            read_csv(path)


def test_time_grows_with_the_size_of_a_table_and_no_faster(tmp_path: Path) -> None:
    """In columns, in rows, in quotes, and for a quote that is never closed."""
    shapes: dict[str, Callable[[int], str]] = {
        "columns": lambda n: ",".join(f"c{i}" for i in range(n)) + "\n" + ",".join(["1.5"] * n),
        "rows": lambda n: "a,b\n" + "1,2.5\n" * n,
        "quotes": lambda n: 'a,b\n"' + '""x\n' * n + '",2',
        "cells in quotes": lambda n: "a,b\n" + '"1","2"\n' * n,
        "never closed": lambda n: "a,b\n" + '"1","2"\n' * n + '"',
        "remarks": lambda n: "# remark\n" * n + "a,b\n1,2",
    }

    def seconds(content: str) -> float:
        path = tmp_path / "large.csv"
        path.write_text(content, encoding="utf-8")
        start = process_time()
        try:
            table = read_csv(path)
            if "x" not in table.cells[0][0]:
                table.rows(table.names)
        except DataError:
            pass
        return process_time() - start

    for name, make in shapes.items():
        small, large = (min(seconds(make(n)) for _ in range(3)) for n in (1_000, 16_000))
        assert large < 64 * small + 0.01, name  # 256 times, if it were quadratic
