"""Plain tables for the terminal."""

from __future__ import annotations

from collections.abc import Sequence


def table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Columns in line, two blanks apart; columns of numbers to the right.

    Args:
        heads: names of the columns.
        rows: cells, as many as there are heads; None is shown as a dash.
    """
    texts = [["-" if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(heads, *texts, strict=True)]
    right = [bool(texts) and all(map(_is_number, column)) for column in zip(*texts, strict=True)]
    right = right or [False] * len(heads)
    lines = []
    for cells in [list(heads), ["-" * width for width in widths], *texts]:
        aligned = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(cells, widths, right, strict=True)
        ]
        lines.append("  ".join(aligned).rstrip())
    return "\n".join(lines)


def _is_number(text: str) -> bool:
    return text == "-" or text.rstrip("%s").replace(".", "", 1).lstrip("-+").isdecimal()
