"""A sheet of paper that fills from top to bottom: headings, paragraphs, tables, lines, each page numbered "3/41".

Owns the layout of the PDF and the fonts that it embeds (DejaVu: all of French, and much of what strangers write), and
says nothing of who or what made it: no name, no path, times as given. Lines are broken here, once for each text, since
fpdf2's own cells are too slow for tens of thousands of messages. Lengths are in millimetres, sizes of type in points.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

from antirelou.evidence.glyphs import Glyphs
from antirelou.language import _

LEFT, RIGHT, TOP, BOTTOM = 20.0, 190.0, 22.0, 276.0  # of A4
_FACES = {
    "text": "DejaVuSans.ttf",
    "bold": "DejaVuSans-Bold.ttf",
    "mono": "DejaVuSansMono.ttf",
}
_POINT = 25.4 / 72
INK, GREY, PALE, RULE = (20, 20, 20), (95, 95, 95), (244, 244, 242), (200, 200, 200)
ACCENT = (38, 70, 110)


class NoFpdf(Exception):
    """The package that writes PDF is not installed."""

    exit_status = 78


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its title, its width, and whether it is of figures."""

    title: str
    width: float
    right: bool = False
    face: str = "text"


class Sheet:
    """The pages of one file."""

    def __init__(self, title: str, *, language: str, made_at: datetime) -> None:
        self.pdf = _document(title)
        self.pdf.set_title(title)
        self.pdf.set_lang(language)
        self.pdf.set_creation_date(made_at.astimezone(UTC))
        self.y = TOP
        self._style: tuple[object, ...] = ()
        self._widths: dict[str, dict[str, float]] = {face: {} for face in _FACES}
        self.glyphs = Glyphs(self.pdf.fonts["text"].cmap)

    def page(self) -> None:
        """Begin a new page."""
        self.pdf.add_page()
        self._style = ()
        self.y = TOP

    def room(self, height: float) -> None:
        """Begin a new page unless there is so much room."""
        if not self.pdf.page or self.y + height > BOTTOM:
            self.page()

    def gap(self, height: float) -> None:
        """Leave some room."""
        self.y += height

    def style(self, face: str, size: float, colour: tuple[int, int, int] = INK) -> None:
        """How what follows is written."""
        if self._style != (face, size, colour):
            self.pdf.set_font(face, size=size)
            self.pdf.set_text_color(*colour)
            self._style = (face, size, colour)

    def put(self, x: float, y: float, text: str, *, right: bool = False) -> None:
        """Write a line at a place, in the style that was set; with `right`, `x` is its end."""
        if text:
            face, size = self._style[:2]
            at = x - self.width(text, str(face), float(str(size))) if right else x
            self.pdf.text(at, y, text)

    def width(self, text: str, face: str, size: float) -> float:
        """How wide a text is."""
        known = self._widths[face]
        for character in set(text) - known.keys():
            font = self.pdf.fonts[face]
            glyph = font.cw[ord(character)] if ord(character) in font.cmap else 600
            known[character] = glyph / 1000 * _POINT
        return sum(map(known.__getitem__, text)) * size

    def wrapped(self, text: str, face: str, size: float, width: float) -> list[str]:
        """A line of text as lines of at most this width, broken at spaces where there are any."""
        if self.width(text, face, size) <= width:
            return [text]
        lines, line, used = [], "", 0.0
        for word in _words(text):
            wide = self.width(word, face, size)
            if used + wide > width and line:
                lines.append(line.rstrip(" "))
                line, used = "", 0.0
            if wide > width:
                *whole, word = self._broken(word, face, size, width)
                lines += whole
                wide = self.width(word, face, size)
            line, used = line + word, used + wide
        return [*lines, line.rstrip(" ")]

    def _broken(self, word: str, face: str, size: float, width: float) -> list[str]:
        """A word that is wider than a line, in pieces that are not."""
        pieces, piece, used = [], "", 0.0
        for character in word:
            wide = self.width(character, face, size)
            if used + wide > width and piece:
                pieces.append(piece)
                piece, used = "", 0.0
            piece, used = piece + character, used + wide
        return [*pieces, piece]

    def contents(self, render: Callable[[Any, Iterable[Any]], None]) -> None:
        """Keep a page for the contents, which are known at the end, and go on with the next."""
        self.pdf.insert_toc_placeholder(render)
        self._style = ()
        self.y = TOP

    def chapter(self, title: str, room: float = 45) -> None:
        """Begin a chapter, which needs so much room: a heading that the contents and the outline have."""
        self.room(room)
        if self.y > TOP:
            self.gap(8)
        self.pdf.set_y(self.y)
        self.pdf.start_section(title)
        self.style("bold", 14, ACCENT)
        self.put(LEFT, self.y + 5, title)
        self._rule(self.y + 7.5, ACCENT)
        self.gap(13)

    def heading(self, title: str) -> None:
        """A heading within a chapter."""
        self.room(20)
        self.gap(2)
        self.style("bold", 10)
        self.put(LEFT, self.y + 3.5, title)
        self.gap(6.5)

    def paragraph(
        self,
        text: str,
        *,
        face: str = "text",
        size: float = 9,
        colour: tuple[int, int, int] = INK,
        indent: float = 0,
    ) -> None:
        """A paragraph over the width of the page; text of ours."""
        step = size * _POINT * 1.45
        for line in self.wrapped(text, face, size, RIGHT - LEFT - indent):
            self.room(step)
            self.style(face, size, colour)
            self.put(LEFT + indent, self.y + step * 0.75, line)
            self.gap(step)
        self.gap(step * 0.45)

    def bullet(self, text: str) -> None:
        """A paragraph with a dot before it."""
        self.room(6)
        self.style("text", 9)
        self.put(LEFT + 1, self.y + 3.45, "\u2022")
        self.paragraph(text, indent=5)

    def facts(self, rows: Iterable[tuple[str, str]], *, width: float = 62) -> None:
        """Names and values, side by side."""
        self.table([Column("", width), Column("", RIGHT - LEFT - width)], rows)

    def table(
        self,
        columns: Sequence[Column],
        rows: Iterable[Sequence[str]],
        *,
        size: float = 8.5,
    ) -> None:
        """A table; its head comes again on each page, and cells that are too long go on in the next line."""
        step = size * _POINT * 1.4
        head = any(column.title for column in columns)
        self.room(3 * step + 4)
        if head:
            self._head(columns, size, step)
        for row in rows:
            cells = [
                self.wrapped(cell, column.face, size, column.width - 2)
                for cell, column in zip(row, columns, strict=True)
            ]
            height = max(map(len, cells))
            for place in range(height):
                if self.y + step + 1 > BOTTOM:
                    self.page()
                    if head:
                        self._head(columns, size, step)
                self._row(columns, [c[place : place + 1] for c in cells], size, step)
            self._rule(self.y + 0.6, RULE)
            self.gap(1.6)
        self.gap(3)

    def _head(self, columns: Sequence[Column], size: float, step: float) -> None:
        self.pdf.set_fill_color(*PALE)
        self.pdf.rect(LEFT, self.y, RIGHT - LEFT, step + 2, style="F")
        titles = [Column(c.title, c.width, c.right, "bold") for c in columns]
        self.gap(1)
        self._row(titles, [[column.title] for column in columns], size, step)
        self.gap(2)

    def _row(
        self,
        columns: Sequence[Column],
        cells: Sequence[Sequence[str]],
        size: float,
        step: float,
    ) -> None:
        x = LEFT
        for column, lines in zip(columns, cells, strict=True):
            for line in lines:
                self.style(column.face, size)
                end = x + column.width - 1 if column.right else x + 1
                self.put(end, self.y + step * 0.75, line, right=column.right)
            x += column.width
        self.gap(step)

    def _rule(self, y: float, colour: tuple[int, int, int]) -> None:
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(0.2)
        self.pdf.line(LEFT, y, RIGHT, y)

    def save(self, path: Path) -> None:
        """Write the file, which is not there yet. Raises `OSError`."""
        with path.open("xb") as file:
            file.write(self.pdf.output())
        path.chmod(0o600)


def _words(text: str) -> list[str]:
    """The words of a text, each with the spaces behind it."""
    words: list[str] = []
    for piece in text.split(" "):
        words.append(piece + " ")
    words[-1] = words[-1][:-1]
    return words


def _document(title: str) -> Any:
    try:
        from fpdf import FPDF
    except ImportError as error:
        raise NoFpdf(
            _("A report needs the package fpdf2: /opt/antirelou/bin/pip install fpdf2.")
        ) from error

    class Document(FPDF):
        """Numbers its pages; a cover has no number."""

        covered = False

        def footer(self) -> None:
            if self.page_no() > 1 or not self.covered:
                self.set_font("text", size=7.5)
                self.set_text_color(*GREY)
                self.text(LEFT, 287, title)
                self.set_xy(LEFT, 284)
                self.cell(RIGHT - LEFT, 4, f"{self.page_no()}/{{nb}}", align="R")

    document = Document()
    document.set_auto_page_break(False)
    for face, name in _FACES.items():
        source = files("antirelou.evidence") / "fonts" / name
        document.add_font(face, fname=str(source))
    return document
