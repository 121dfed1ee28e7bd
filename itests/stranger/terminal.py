"""Terminals in which commands are typed as a person types them. tmux keeps them and draws full-screen programs."""

import os
import re
import shutil
import subprocess
import time

_PROMPT = re.compile(r"^\[(\d+):(\d+)\]\$ ?$", re.MULTILINE)


class Failed(Exception):
    """A step did not do what the documents say."""


class Terminals:
    """All terminals of a run. They share one tmux server, which is ours alone."""

    def __init__(self, folder, environment):
        self._folder = folder
        self._environment = {**environment, "TMUX_TMPDIR": str(folder), "LC_ALL": "C.UTF-8"}
        self._environment.pop("TMUX", None)
        self._open = {}
        configuration = folder / "tmux.conf"
        configuration.write_text(
            "set -g history-limit 20000\nset -g default-terminal screen-256color\nset -s escape-time 0\n")
        self._configuration = configuration

    @staticmethod
    def are_missing():
        return shutil.which("tmux") is None

    def tmux(self, *words):
        done = subprocess.run(
            ["tmux", "-u", "-L", "stranger", "-f", str(self._configuration), *words],
            env=self._environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            timeout=30,
        )
        if done.returncode != 0:
            raise Failed(f"tmux {words[0]}: {done.stderr.strip()}")
        return done.stdout

    def open(self, name, folder, columns=160, rows=50, environment=None):
        """A fresh terminal with a shell in `folder`; one of the same name is closed before."""
        self.close(name)
        extra = [f"-e{key}={value}" for key, value in (environment or {}).items()]
        self.tmux(
            "new-session", "-d", "-s", name, "-x", str(columns), "-y", str(rows), "-c", str(folder), *extra,
            r"PS1='\n[\#:$?]$ ' PS2= exec bash --norc --noprofile --noediting",
        )
        terminal = Terminal(self, name)
        terminal.wait_for(_PROMPT, 20)
        self._open[name] = terminal
        return terminal

    def close(self, name):
        if self._open.pop(name, None):
            try:
                self.tmux("kill-session", "-t", name)
            except Failed:
                pass  # its shell has ended by itself

    def close_all(self):
        for name in list(self._open):
            self.close(name)


class Terminal:
    def __init__(self, terminals, name):
        self._terminals = terminals
        self.name = name

    def screen(self, history=True):
        """What stands in it, lines that the terminal folded made whole."""
        words = ["capture-pane", "-p", "-J", "-t", self.name] + (["-S", "-"] if history else [])
        lines = [line.rstrip() for line in self._terminals.tmux(*words).splitlines()]
        return "\n".join(lines).rstrip("\n")

    def type(self, text):
        """Types lines as they are, with Enter behind each."""
        for line in text.split("\n"):
            if line:
                self._terminals.tmux("send-keys", "-t", self.name, "-l", "--", line)
            self.key("Enter")

    def key(self, *names):
        self._terminals.tmux("send-keys", "-t", self.name, *names)

    def wait_for(self, wanted, seconds, unless=None, history=True):
        """Waits until the screen has what is wanted, a text or a pattern; what must not come ends the waiting."""
        pattern = wanted if isinstance(wanted, re.Pattern) else re.compile(re.escape(wanted))
        begun = time.monotonic()
        deadline = begun + seconds
        while True:
            screen = self.screen(history)
            found = pattern.search(screen)
            if found:
                return found
            bad = unless and unless.search(screen)
            if bad or time.monotonic() > deadline:
                why = f"instead came '{bad[0]}'" if bad else f"not within {seconds} s"
                raise Failed(f"expected '{pattern.pattern}', {why}; the terminal shows:\n{_last(screen)}")
            _pause(begun)

    def _prompts(self):
        return [(int(number), int(code)) for number, code in _PROMPT.findall(self.screen())]

    def start(self, command):
        """Types a command that goes on; `ended` waits for its end."""
        self._before = max(number for number, _ in self._prompts())
        self._typed = command
        self.type(command)

    def ended(self, seconds):
        """Waits until the shell asks for the next command. Returns exit code and what was printed."""
        begun = time.monotonic()
        deadline = begun + seconds
        while True:
            prompts = self._prompts()
            if prompts and prompts[-1][0] > self._before:
                break
            if time.monotonic() > deadline:
                shown = _last(self.screen())
                raise Failed(f"'{self._typed}' did not end within {seconds} s; the terminal shows:\n{shown}")
            _pause(begun)
        screen = self.screen()
        begin = list(re.finditer(rf"^\[{self._before}:\d+\]\$ .*$", screen, re.MULTILINE))
        end = list(_PROMPT.finditer(screen))
        output = screen[begin[-1].end() if begin else 0 : end[-1].start()]
        return prompts[-1][1], output.strip("\n")

    def run(self, command, seconds, answers=()):
        """Types a command, answers its questions in order, waits for its end. Returns what it printed."""
        self.start(command)
        for question, answer in answers:
            self.wait_for(re.compile(rf"\[{self._before}:\d+\]\$ [\s\S]*{re.escape(question)}"), seconds)
            self.type(answer)
        code, output = self.ended(seconds)
        if code != 0:
            raise Failed(f"'{command}' ended with {code}:\n{_last(output)}")
        return output


def _pause(begun):
    """Between two looks: short at first, longer when it takes long, for looking costs processor time, too."""
    time.sleep(min(0.5, 0.05 + (time.monotonic() - begun) / 20))


def _last(screen, lines=25):
    return "\n".join(screen.splitlines()[-lines:])
