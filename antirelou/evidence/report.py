"""The report: what a court reads first, chapter by chapter; and the page on how to verify.

Says nothing of the operator or the machine, and nothing as certain that is not: the number is the displayed one, and
what cannot be proved has a chapter of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from textwrap import fill
from typing import Any

from antirelou.evidence import bars, in_full
from antirelou.evidence.case import Case, Counts
from antirelou.evidence.effects import effects
from antirelou.evidence.records import Record
from antirelou.evidence.said import Said
from antirelou.evidence.sheet import ACCENT, GREY, LEFT, RIGHT, Column, Sheet

_TEXTS = 400  # groups that are shown, two messages or more each
_NUMBERS = 200  # of a group
_COLUMNS = 78  # of the page
_SPAN = {"hour": "%d/%m %H:%M", "day": "%d/%m/%Y", "month": "%m/%Y"}
COMMANDS = ("sha256sum --check SHA256SUMS", "python3 verify.py", "antirelou verify .")


class Report:
    """The report of a case."""

    def __init__(self, case: Case, counts: Counts) -> None:
        self.case, self.counts = case, counts
        self.said = Said(case.language, case.zone)
        self.sheet = Sheet(
            self.said("title"), language=self.said("code"), made_at=case.made_at
        )

    def write(self, directory: Path, records: Iterable[Record]) -> None:
        """Write the report, and volumes if the messages are more than one holds. Raises `NoFpdf`, `OSError`."""
        volumes = None
        if self.counts.messages > in_full.A_VOLUME:
            made_at = self.case.made_at
            volumes = list(in_full.volumes(directory, self.said, records, made_at))
        self._cover()
        for chapter in (
            *(self._service, self._totals, self._timeline, self._senders, self._texts),
            *(self._effects, self._notes, self._mms, self._limits, self._verify),
        ):
            chapter()
        self.sheet.chapter(self.said("in_full"))
        if volumes is None:
            self.sheet.paragraph(self.said("in_full_said"))
            in_full.blocks(self.sheet, self.said, records)
        else:
            self._volumes(volumes)
        in_full.signs(self.sheet, self.said)
        self.sheet.save(directory / self.said.words.REPORT)

    def _cover(self) -> None:
        """The title, what was asked for, how much it is; the contents follow on a page of their own."""
        said, sheet = self.said, self.sheet
        sheet.pdf.covered = True
        sheet.page()
        sheet.y = 62
        for line in sheet.wrapped(said("title"), "bold", 22, RIGHT - LEFT):
            sheet.style("bold", 22, ACCENT)
            sheet.put(LEFT, sheet.y, line)
            sheet.gap(11)
        sheet.style("text", 12, GREY)
        sheet.put(LEFT, sheet.y, said("subtitle"))
        sheet.gap(20)
        sheet.facts(self._asked())
        sheet.gap(6)
        sheet.paragraph(said("files"))
        sheet.paragraph(said("displayed"))
        sheet.page()
        sheet.style("bold", 14, ACCENT)
        sheet.put(LEFT, sheet.y + 5, said("contents"))
        sheet.contents(self._contents)

    def _asked(self) -> list[tuple[str, str]]:
        said, case = self.said, self.case
        chosen = "; ".join(
            f"{said(f'by_{name}')} {value}" for name, value in case.criteria.items()
        )
        period = f"{said.when(case.since)} {said('to')} {said.when(case.until)}"
        return [
            (said("period"), period),
            (said("criteria"), self.sheet.glyphs.line(chosen) or said("all")),
            (said("messages"), said.figure(self.counts.messages)),
            (said("numbers"), said.figure(len(self.counts.senders))),
            (said("zone"), said("zone_said", case.zone.key)),
            (said("made"), said.when(case.made_at)),
            (said("with"), f"antirelou {case.version}"),
        ]

    def _contents(self, pdf: Any, outline: Iterable[Any]) -> None:
        y = 44.0
        for section in outline:
            pdf.set_font("text", size=10)
            pdf.set_text_color(20, 20, 20)
            pdf.text(LEFT, y, section.name)
            page = str(section.page_number)
            pdf.text(RIGHT - pdf.get_string_width(page), y, page)
            begins = LEFT + pdf.get_string_width(section.name) + 3
            pdf.set_draw_color(200, 200, 200)
            pdf.set_line_width(0.15)
            pdf.line(begins, y, RIGHT - 10, y)
            link = pdf.add_link(page=section.page_number)
            pdf.link(LEFT, y - 4, RIGHT - LEFT, 6, link)
            y += 8

    def _service(self) -> None:
        self.sheet.chapter(self.said("service"))
        for number in range(1, 5):
            self.sheet.paragraph(self.said(f"service_{number}"))

    def _totals(self) -> None:
        said, counts = self.said, self.counts
        self.sheet.chapter(said("totals"))
        senders = counts.senders.values()
        first = min((one.first for one in senders), default=None)
        last = max((one.last for one in senders), default=None)
        self.groups = counts.groups()
        self.sheet.facts(
            [
                (said("first"), said.when(first)),
                (said("last"), said.when(last)),
                (said("messages"), said.figure(counts.messages)),
                (said("pdus"), said.figure(counts.pdus)),
                (said("numbers"), said.figure(len(counts.senders))),
                (said("texts_different"), said.figure(len(self.groups))),
                (said("erased"), said.figure(self.case.selected.erased)),
            ]
        )
        self.sheet.heading(said("by_kind"))
        self._counted("kind", "KINDS", counts.kinds)
        self.sheet.heading(said("by_decision"))
        self._counted("decision", "REASONS", counts.reasons)

    def _counted(self, title: str, table: str, counted: Mapping[str, int]) -> None:
        said = self.said
        columns = (
            Column(said(title), 40),
            Column(said("meaning"), 105),
            Column(said("number_of"), 25, right=True),
        )
        often = sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        rows = [(word, said.word(table, word), said.figure(n)) for word, n in often]
        self.sheet.table(columns, rows)

    def _timeline(self) -> None:
        said, case, counts = self.said, self.case, self.counts
        self.sheet.chapter(said("timeline"), room=125)
        labels = [f"{at.astimezone(case.zone):{_SPAN[case.unit]}}" for at in case.spans]
        most = max(counts.bars)
        highest = labels[counts.bars.index(most)]
        unit, zone = said(case.unit), case.zone.key
        self.sheet.paragraph(said("timeline_said", unit, zone, highest, most))
        figures = [said.figure(one) for one in bars.ticks(most)]
        bars.drawn(self.sheet, counts.bars, labels, figures)
        columns = (
            Column(said("begins"), 50),
            Column(said("messages"), 30, right=True),
            Column("", 90),
        )
        told = zip(labels, counts.bars, strict=False)
        rows = [(label, said.figure(number), "") for label, number in told if number]
        self.sheet.table(columns, rows)

    def _senders(self) -> None:
        said, counts = self.said, self.counts
        self.sheet.chapter(said("senders"))
        self.sheet.paragraph(said("displayed"))
        columns = (
            Column(said("number"), 33, face="bold"),
            Column(said("messages"), 19, right=True),
            Column(said("share"), 18, right=True),
            Column(said("first_at"), 50, right=True),
            Column(said("last_at"), 50, right=True),
        )
        rows = (
            (
                self.sheet.glyphs.line(number) or said("withheld"),
                said.figure(one.messages),
                said.share(one.messages, counts.messages),
                said.when(one.first),
                said.when(one.last),
            )
            for number, one in counts.loudest()
        )
        self.sheet.table(columns, rows, size=7.5)

    def _texts(self) -> None:
        said, sheet = self.said, self.sheet
        sheet.chapter(said("texts"))
        texts = sum(group.messages for group in self.groups)
        sheet.paragraph(said("texts_said", texts, len(self.groups)))
        often = [group for group in self.groups if group.messages > 1]
        for group in often[:_TEXTS]:
            name = "group" if group.variants > 1 else "group_one"
            sheet.heading(
                said(name, group.messages, len(group.senders), group.variants)
            )
            for line in sheet.glyphs.lines(group.text):
                sheet.paragraph(line, size=9.5, indent=4)
            numbers = [
                f"{sheet.glyphs.line(number) or said('withheld')} (\u00d7{n})"
                for number, n in group.senders.most_common(_NUMBERS)
            ]
            if (more := len(group.senders) - _NUMBERS) > 0:
                numbers.append(said("more_numbers", more))
            sheet.paragraph("  ".join(numbers), size=7.5, colour=GREY, indent=4)
        rest = max(0, len(often) - _TEXTS)
        sheet.paragraph(said("rest", rest, len(self.groups) - len(often)))

    def _effects(self) -> None:
        self.sheet.chapter(self.said("effects"))
        effects(self.sheet, self.said, self.case)

    def _notes(self) -> None:
        said, sheet = self.said, self.sheet
        sheet.chapter(said("notes"))
        if not self.case.notes:
            sheet.paragraph(said("no_notes"))
        for note in self.case.notes:
            sheet.heading(said("note", str(note["id"])))
            observed, noted = said.when(note["observed_at"]), said.when(note["at"])
            sheet.paragraph(said("observed", observed, noted), colour=GREY)
            for line in sheet.glyphs.lines(note["text"] or ""):
                sheet.paragraph(line, indent=4)
            if note["file_digest"]:
                name = sheet.glyphs.line(note["file_name"] or "\u2013")
                sheet.paragraph(said("note_file", name, note["file_digest"]), indent=4)

    def _mms(self) -> None:
        said, sheet = self.said, self.sheet
        sheet.chapter(said("mms"))
        sheet.paragraph(said("mms_said"))
        if not self.counts.mms:
            sheet.paragraph(said("no_mms"))
            return
        columns = (
            Column(said("message", ""), 18),
            Column(said("received"), 49),
            Column(said("mms_sender"), 33),
            Column(said("size"), 26, right=True),
            Column(said("subject"), 44),
        )
        line = sheet.glyphs.line
        rows = (
            (
                str(one["id"]),
                said.when(one["received_at"]),
                line(one["mms"]["sender"] or "\u2013"),
                "\u2013"
                if one["mms"]["size"] is None
                else said.figure(one["mms"]["size"]),
                line(one["mms"]["subject"] or "\u2013"),
            )
            for one in self.counts.mms
        )
        sheet.table(columns, rows, size=7.5)

    def _limits(self) -> None:
        self.sheet.chapter(self.said("limits"))
        for text in limits(self.said, self.case):
            self.sheet.bullet(text)

    def _verify(self) -> None:
        said, sheet = self.said, self.sheet
        sheet.chapter(said("verify"))
        for text, command in _ways(said):
            sheet.paragraph(text)
            if command:
                sheet.paragraph(command, face="mono", indent=6)
        sheet.facts(_heads(said, self.case), width=45)

    def _volumes(self, volumes: Iterable[tuple[str, int, int]]) -> None:
        said, rows = self.said, list(volumes)
        self.sheet.paragraph(said("in_volumes", self.counts.messages, len(rows)))
        self.sheet.facts(
            (name, said("volume_row", str(first), str(last)))
            for name, first, last in rows
        )


def page(case: Case) -> str:
    """The page on how to verify, as plain text."""
    said = Said(case.language, case.zone)
    lines = [said("verify"), ""]
    for text, command in _ways(said):
        lines += [fill(text, _COLUMNS), ""] + [f"    {command}", ""] * bool(command)
    lines += [said("limits"), ""]
    for text in limits(said, case):
        lines += [fill(f"- {text}", _COLUMNS, subsequent_indent="  "), ""]
    lines += [f"{name}: {value}" for name, value in _heads(said, case)]
    return "\n".join(lines) + "\n"


def limits(said: Said, case: Case) -> list[str]:
    """What cannot be proved, sentence by sentence."""
    anchored = (
        said("limit_no_anchor")
        if case.anchor is None
        else said("limit_anchor", str(case.anchor[0]), case.anchor[1])
    )
    third = f"{said('limit_3')} {anchored}"
    return [said("limit_1"), said("limit_2"), third, said("limit_4"), said("limit_5")]


def _ways(said: Said) -> list[tuple[str, str]]:
    first, second, third = COMMANDS
    return [
        (said("verify_1"), first),
        (said("verify_2"), ""),
        (said("verify_3"), second),
        (said("verify_4"), ""),
        (said("verify_5"), third),
        (said("verify_6"), ""),
    ]


def _heads(said: Said, case: Case) -> list[tuple[str, str]]:
    selected = case.selected
    return [
        (said("head_first", str(selected.first)), case.head_before),
        (said("head_last", str(selected.last)), case.head),
    ]
