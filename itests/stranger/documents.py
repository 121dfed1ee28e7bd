"""What the Markdown files of the repository tell a reader to type, taken out of them as it stands."""

import re
from dataclasses import dataclass
from pathlib import Path

_FENCE = re.compile(r"^(\s*)(```|~~~)\s*(\w*)\s*$")
_HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*#*$")
_LIST_ITEM = re.compile(r"^\s*([-*+]|\d+[.)])\s")
_CODE_SPAN = re.compile(r"(?<!`)`([^`]+)`(?!`)")
_FIGURE = re.compile(r"\d[\d.,:TZ-]*")


class NotThere(Exception):
    """A document does not have what was expected of it."""


@dataclass(frozen=True)
class Block:
    """A code block. `section` is the heading above it; `number` counts the blocks below that heading, from 1."""

    document: str
    section: str
    number: int
    text: str

    @property
    def key(self):
        return self.document, self.section, self.number

    def commands(self):
        """The commands in it, one by one; a line that ends in a backslash goes on in the next one."""
        commands, open_line = [], ""
        for line in self.text.splitlines():
            if not open_line and (not line.strip() or line.lstrip().startswith("#")):
                continue
            open_line += line
            if open_line.endswith("\\"):
                open_line += "\n"
            else:
                commands.append(open_line)
                open_line = ""
        return commands


def blocks(document, text):
    """All code blocks of a document in their order, fenced and indented."""
    found, numbers, section = [], {}, ""
    lines = text.splitlines()
    at, behind_blank, in_list = 0, True, False

    def add(inside):
        numbers[section] = numbers.get(section, 0) + 1
        found.append(Block(document, section, numbers[section], "\n".join(inside)))

    while at < len(lines):
        line = lines[at]
        fence, heading = _FENCE.match(line), _HEADING.match(line)
        if fence:
            inside = []
            at += 1
            while at < len(lines) and lines[at].strip() != fence[2]:
                inside.append(lines[at].removeprefix(fence[1]))
                at += 1
            add(inside)
        elif heading:
            section, in_list = heading[1], False
        elif line.startswith("    ") and behind_blank and not in_list:
            inside = []
            while at < len(lines) and (lines[at].startswith("    ") or not lines[at].strip()):
                inside.append(lines[at][4:])
                at += 1
            while not inside[-1].strip():
                inside.pop()
            add(inside)
            behind_blank = True
            continue
        elif line.strip():
            in_list = bool(_LIST_ITEM.match(line)) or in_list and line.startswith(" ")
        behind_blank = not line.strip()
        at += 1
    return found


def spans(text):
    """All inline code of a document."""
    return {" ".join(span.split()) for span in _CODE_SPAN.findall(text)}


def like(printed):
    """Matches what looks like the example `printed`: figures, times and the width of blanks may differ."""
    parts, at = [], 0
    for figure in _FIGURE.finditer(printed):
        parts.append(_spaced(printed[at:figure.start()]))
        parts.append(r"\d[\d.,:TZ-]*")
        at = figure.end()
    parts.append(_spaced(printed[at:]))
    return re.compile("".join(parts))


def _spaced(text):
    return r"\s+".join(re.escape(piece) for piece in re.split(r"\s+", text))


def rows(text, section):
    """The tables below a heading and those beneath it: a pattern for each inline code of a first column.

    An ellipsis in it stands for anything.
    """
    found, level = [], 0
    for line in text.splitlines():
        heading = _HEADING.match(line)
        if heading:
            depth = len(line) - len(line.lstrip("#"))
            if heading[1] == section:
                level = depth
            elif depth <= level:
                level = 0
        elif level and line.startswith("|"):
            for span in _CODE_SPAN.findall(line.replace("\\|", "\0").split("|")[1]):
                pieces = span.replace("\0", "|").strip(" …;.,:").split("…")
                found.append(re.compile(".*".join(re.escape(piece) for piece in pieces)))
    return found


class Documents:
    """The Markdown files below a folder."""

    def __init__(self, root):
        self._root = Path(root)

    def text(self, document):
        return (self._root / document).read_text(encoding="utf-8")

    def blocks(self, document):
        return blocks(document, self.text(document))

    def block(self, document, section, number):
        for block in self.blocks(document):
            if block.key == (document, section, number):
                return block
        raise NotThere(f"{document} has no code block {number} below the heading '{section}'")

    def span(self, document, code):
        """`code`, if the document has it as inline code."""
        if code not in spans(self.text(document)):
            raise NotThere(f"{document} does not say `{code}`")
        return code
