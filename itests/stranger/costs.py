"""What a step costs, and the processes that it started."""

import ctypes
import os
import signal
import time
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_BECOME_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of prctl(2)


def adopt_orphans():
    """Makes processes whose parent has ended ours, so that they are counted and ended, too. Linux only."""
    try:
        ctypes.CDLL(None).prctl(_BECOME_SUBREAPER, 1, 0, 0, 0)
    except (AttributeError, OSError):
        pass


def _processes():
    """Process id to (parent, state, processor time in ticks with that of its ended and awaited children)."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        found[int(entry.name)] = (int(fields[1]), fields[0], sum(int(ticks) for ticks in fields[11:15]))
    return found


def _family(processes):
    """Ourselves and all that descends from us."""
    children = {}
    for process, (parent, _, _) in processes.items():
        children.setdefault(parent, []).append(process)
    family, open_ones = [], [os.getpid()]
    while open_ones:
        process = open_ones.pop()
        family.append(process)
        open_ones.extend(children.get(process, []))
    return family


def processor_seconds():
    """Of this process and all that it started, from their beginning; None where there is no /proc."""
    processes = _processes()
    if os.getpid() not in processes:
        return None
    return sum(processes[process][2] for process in _family(processes)) / _TICKS


def bytes_in(folder):
    """What the files below a folder hold; 0 if there is none."""
    total = 0
    for file in Path(folder).rglob("*"):
        if file.is_file() and not file.is_symlink():
            total += file.stat().st_size
    return total


def descendants(program=None):
    """Process ids of what we started and what lives still; of one program, if it is named."""
    processes = _processes()
    lives = [process for process in _family(processes) if process != os.getpid() and processes[process][1] != "Z"]
    return [process for process in lives if program is None or _name(process) == program]


def _name(process):
    try:
        return Path(f"/proc/{process}/comm").read_text().strip()
    except OSError:
        return None  # it has ended


def end_descendants(program=None, patience=20):
    """Ends what we started: asks first, and does not ask a second time."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        for process in descendants(program):
            try:
                os.kill(process, how)
            except ProcessLookupError:
                pass
        deadline = time.monotonic() + patience
        while descendants(program) and time.monotonic() < deadline:
            time.sleep(0.1)
        if not descendants(program):
            return
