"""The table at the end."""

from __future__ import annotations

from dataclasses import dataclass

OK, FAILED, SKIPPED = "ok", "failed", "skipped"
_HEADS = ("step", "seconds", "processor seconds", "fetched", "result")


@dataclass(frozen=True)
class Row:
    """What came of a step. `processor` is None where it cannot be measured, `fetched` (bytes) where there is none."""

    step: str
    seconds: float
    processor: float | None
    fetched: int | None
    result: str
    why: str = ""

    def cells(self):
        went = self.result != SKIPPED
        return (
            self.step,
            f"{self.seconds:.1f}" if went else "–",
            f"{self.processor:.1f}" if went and self.processor is not None else "–",
            f"{self.fetched / 1e6:.1f} MB" if went and self.fetched is not None else "–",
            self.result + (f" ({self.why.splitlines()[0]})" if self.why else ""),
        )


def as_text(rows):
    table = [_HEADS] + [row.cells() for row in rows]
    widths = [max(len(line[column]) for line in table) for column in range(len(_HEADS))]
    return "\n".join(
        "  ".join(cell.ljust(width) if column in (0, 4) else cell.rjust(width)
                  for column, (cell, width) in enumerate(zip(line, widths))).rstrip()
        for line in table)


def as_markdown(rows):
    lines = ["| " + " | ".join(_HEADS) + " |", "|---|--:|--:|--:|---|"]
    lines += ["| " + " | ".join(cell.replace("|", "\\|") for cell in row.cells()) + " |" for row in rows]
    return "\n".join(lines)


def exit_code(rows):
    return 1 if any(row.result == FAILED for row in rows) else 0
