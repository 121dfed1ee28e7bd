"""Where the path goes: folders, terminals, servers, and what steps share."""

import os
import re
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

import costs
import documents
import plan
from terminal import Failed, Terminals

HERE = Path(__file__).resolve().parent
PASSWORDS = {"juliet": "wherefore art thou", "romeo": "by yonder blessed moon"}

BUILD = 1800  # seconds that a build may take; the same for the next two
START = 90
COMMAND = 60

_JAVA = re.compile(r"java -jar .*")
_ENDED = re.compile(r"^\[\d+:[1-9]\d*\]\$", re.MULTILINE)


class Skipped(Exception):
    """A step cannot be done here; the text says what is missing."""


def until(what, holds, seconds=30):
    """Waits for a condition; returns what it gave."""
    deadline = time.monotonic() + seconds
    while True:
        found = holds()
        if found:
            return found
        if time.monotonic() > deadline:
            raise Failed(f"not within {seconds} s: {what}")
        time.sleep(0.3)


def is_served(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def expect(wanted, said, by):
    """Fails unless `said` has what is wanted, a text or a pattern."""
    pattern = wanted if isinstance(wanted, re.Pattern) else re.compile(re.escape(wanted))
    if not pattern.search(said):
        raise Failed(f"{by}: expected '{pattern.pattern}' in:\n{said}")


def output(what, words, typed="", folder=None, seconds=COMMAND, environment=None):
    """Runs a program without a terminal; what is typed comes from a pipe. Returns what it printed; fails with it."""
    try:
        done = subprocess.run(
            words, input=typed, cwd=folder, env=environment, timeout=seconds, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    except subprocess.TimeoutExpired as e:
        raise Failed(f"{what} did not end within {seconds} s: {e.output}") from e
    if done.returncode != 0:
        raise Failed(f"{what} ended with {done.returncode}:\n{done.stdout.strip()[-3000:]}")
    return done.stdout


class Journey:
    def __init__(self, root, work, out, options):
        self.root, self.work, self.out, self.options = root, work, out, options
        self.clone = work / "restante"
        self.home = self.clone / "restante"
        self.project = work / "project" / "mail-waits"
        self.environment = dict(os.environ)
        self.repository = None  # None: the one of whoever runs this
        if not options.warm:
            self.repository = work / "repository"
            settings = f"-Dmaven.repo.local={self.repository}"
            self.environment["MAVEN_OPTS"] = f"{os.environ.get('MAVEN_OPTS', '')} {settings}".strip()
        self.terminals = Terminals(work, self.environment)
        self.fetched = None  # bytes, for a step that says so
        self._server = None

    # ---- documents

    @property
    def documents(self):
        """Those of the clone, once it is there."""
        return documents.Documents(self.clone if self.clone.exists() else self.root)

    def block(self, name):
        return plan.text(self.documents, name)

    def text(self, name, own=None):
        """The text of a block, with what is the reader's own put in."""
        text = self.block(name).text
        for theirs, ours in {**plan.OWN, **(own or {})}.items():
            text = text.replace(theirs, str(ours))
        return text

    def commands(self, name, own=None):
        block = self.block(name)
        return documents.Block(*block.key, self.text(name, own)).commands()

    def run(self, terminal, name, seconds=COMMAND, own=None, answers=()):
        """Types the commands of a block one by one. Returns what they printed."""
        printed = [terminal.run(command, seconds, answers) for command in self.commands(name, own)]
        return "\n".join(printed)

    # ---- programs

    def need(self, programs):
        """Skips the step unless all programs (name to Debian package) are there; with --install gets them."""
        missing = {package for program, package in programs.items() if not self.which(program)}
        if not missing:
            return
        if self.options.install and os.geteuid() == 0 and shutil.which("apt-get"):
            quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
            words = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *sorted(missing)]
            done = subprocess.run(words, env=quiet, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
            if done.returncode == 0:
                return
            raise Skipped(f"'{' '.join(words)}' failed: {done.stdout.strip().splitlines()[-1]}")
        raise Skipped("needs " + ", ".join(sorted(missing)) + f": apt-get install {' '.join(sorted(missing))}")

    @staticmethod
    def which(program):
        return shutil.which(program, path=os.environ.get("PATH", "") + ":/usr/sbin:/sbin")

    def slixmpp(self):
        """A Python that has slixmpp."""
        for python in ("/usr/bin/python3", sys.executable):
            try:
                done = subprocess.run([python, "-c", "import slixmpp"], stderr=subprocess.DEVNULL)
            except OSError:
                continue
            if done.returncode == 0:
                return python
        self.need({"": "python3-slixmpp"})
        return "/usr/bin/python3"

    def talk(self, certificate, who, *task, seconds=90):
        """Sends or reads with slixmpp, which trusts `certificate` alone. Returns what it printed."""
        program = HERE / "clients" / "talk-slixmpp.py"
        words = [self.slixmpp(), str(program), str(certificate), f"{who}@localhost", "-", *task]
        return output(f"slixmpp ({who}, {task[0]})", words, PASSWORDS[who] + "\n", seconds=seconds)

    # ---- servers. One at a time, for all use the ports of the documents.

    def start(self, name, folder, command, seconds=START, store="sqlite"):
        """Types a command that starts a server, and waits for the line of the quick start."""
        for port in (5222, 5280):
            if is_served(port):
                raise Failed(f"another program listens on port {port} of 127.0.0.1")
        terminal = self.terminals.open("server", folder)
        terminal.start(command)
        ready = self.block("start.ready").text.replace("store=sqlite", f"store={store}")
        terminal.wait_for(documents.like(ready), seconds, unless=_ENDED)
        self._server = name, terminal
        return terminal

    def stop(self, how="C-c"):
        """Ends the server that runs, as one does at its terminal. Returns its exit code; None if none runs."""
        if not self._server:
            return None
        self._server[1].key(how)
        return self.server_ended()

    def server_ended(self):
        """Waits for the end of the server that runs; returns its exit code."""
        code, _ = self._server[1].ended(COMMAND)
        self._server = None
        self.terminals.close("server")
        return code

    def abandon(self):
        """Ends all that was started, after a step that failed: the next one begins anew."""
        self._server = None
        self.terminals.close_all()
        costs.end_descendants()

    def quick_start_server(self):
        """The server of the quick start, started again if it does not run."""
        if self._server and self._server[0] == "quick-start":
            return
        self.stop()
        self.start("quick-start", self.clone, _JAVA.search(self.text("start.run"))[0])

    def operator(self):
        """A second terminal in the folder of the clone."""
        return self.terminals.open("operator", self.clone)

    def shell(self, command):
        """A command of the running quick-start server's shell. Returns what it printed."""
        words = f"java -jar runtime/standalone/target/restante.jar shell {command}".split()
        return output(command, words, folder=self.clone)

    def place(self, name):
        """A folder with a server of its own, for one who operates it."""
        self.stop()
        return Place(self, name)


class Place:
    """A folder with restante.jar and its home, as operate.md has them in /opt/restante and /var/lib/restante."""

    def __init__(self, journey, name):
        self.journey, self.name = journey, name
        self.folder = journey.work / name
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir()
        self.home = self.folder / "restante"
        self.jar = self.folder / "restante.jar"
        shutil.copy(journey.clone / "runtime/standalone/target/restante.jar", self.jar)
        self.own = {
            "/opt/restante/restante.jar": self.jar,
            "/var/lib/restante": self.home,
            "/var/backups/restante": self.folder / "backups",
            "example.org": "localhost",
        }
        self.certificate = self.home / "data" / "certificate.pem"

    def start(self, store="sqlite"):
        self.journey.start(self.name, self.folder, "java -jar restante.jar", store=store)
        self.terminal = self.journey.terminals.open("operator", self.folder)

    def stop(self):
        return self.journey.stop()

    def add_accounts(self):
        for who, password in PASSWORDS.items():
            self.shell(f"restante:user-add {who}@localhost", password + "\n")
        until("the certificate is made", self.certificate.exists)

    def shell(self, command, typed=""):
        return output(
            command, ["java", "-jar", str(self.jar), "--home", str(self.home), "shell", *command.split()], typed)

    def run(self, name, seconds=COMMAND, own=None, answers=()):
        """The commands of a block, in the operator's terminal."""
        return self.journey.run(self.terminal, name, seconds, {**self.own, **(own or {})}, answers)

    def set(self, pid, lines):
        """Adds lines to a file of etc/, as an editor would, and saves it."""
        with (self.home / "etc" / f"{pid}.cfg").open("a", encoding="utf-8") as file:
            file.write("\n" + lines + "\n")

    def send(self, text, to="romeo@localhost"):
        self.journey.talk(self.certificate, "juliet", "send", to, text)

    def read(self, count):
        """What waits for Romeo."""
        return self.journey.talk(self.certificate, "romeo", "read", str(count))

    def log(self):
        return (self.home / "log" / "restante.log").read_text(encoding="utf-8")

    def awaits(self, command, wanted, seconds=30):
        """Asks until the answer has what is wanted, a text."""
        until(f"{command} says '{wanted}'", lambda: wanted in self.shell(command), seconds)
