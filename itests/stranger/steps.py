"""The steps of the path, in their order."""

import os
import re
import shutil
import socket
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import costs
import documents
import plan
from journey import BUILD, COMMAND, HERE, PASSWORDS, START, Skipped, expect, is_served, output, until
from terminal import Failed

STEPS = {}


@dataclass(frozen=True)
class Step:
    """`done` tells whether an earlier run in the same folder did it; `asked`: only when it is named."""

    name: str
    what: str
    run: Callable
    needs: tuple
    done: Callable
    asked: bool


def step(name, what, needs=(), done=lambda journey: False, asked=False):
    def register(run):
        STEPS[name] = Step(name, what, run, needs, done, asked)
        return run

    return register


def _jar(journey):
    return journey.clone / "runtime" / "standalone" / "target" / "restante.jar"


# ---- README and quick start


@step("clone", "an empty clone, an empty Maven repository", done=lambda journey: (journey.clone / "pom.xml").exists())
def clone(journey):
    shutil.rmtree(journey.clone, ignore_errors=True)
    commit = _git(journey.root, "rev-parse", "HEAD")
    _git(journey.work, "clone", "--quiet", "--no-checkout", f"file://{journey.root}", str(journey.clone))
    _git(journey.clone, "checkout", "--quiet", "--detach", commit)


def _git(folder, *words):
    done = subprocess.run(["git", *words], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        raise Failed(f"git {words[0]}: {done.stdout.strip()}")
    return done.stdout.strip()


@step("readme", "the command of README.md: build, first start; the demonstration", needs=("clone",),
      done=lambda journey: _jar(journey).exists())
def readme(journey):
    before = costs.bytes_in(journey.repository) if journey.repository else None
    journey.start("readme", journey.clone, journey.text("readme.run"), BUILD)
    if journey.repository:
        journey.fetched = costs.bytes_in(journey.repository) - before
    code = journey.stop()
    if code != 130:
        raise Failed(f"after Ctrl-C the server ended with {code}")
    demonstration = journey.documents.span(plan.README, "java -jar runtime/standalone/target/restante.jar demo")
    expect("all 5 messages arrived, each once, in order", journey.operator().run(demonstration, 120), "demo")


@step("quick-start", "docs/quick-start.md from the first to the last section", needs=("clone", "readme"),
      done=lambda journey: (journey.home / "data" / "spool.db").exists())
def quick_start(journey):
    shutil.rmtree(journey.home, ignore_errors=True)
    journey.start("quick-start", journey.clone, journey.text("start.run"), BUILD)
    operator = journey.operator()
    for who in PASSWORDS:
        said = journey.run(operator, f"start.{who}", answers=[("Password:", PASSWORDS[who])])
        expect(f"added {who}@localhost", said, who)
    journey.documents.span(plan.QUICK_START, "added romeo@localhost")

    shown = journey.run(operator, "start.fingerprint").rpartition("=")[2].strip()
    log = (journey.home / "log" / "restante.log").read_text()
    expect(re.compile(f"made a self-signed certificate.*{shown.lower()}"), log, "the log")

    text = "Art thou not there, Romeo?"
    certificate = journey.home / "data" / "certificate.pem"
    journey.talk(certificate, "juliet", "send", "romeo@localhost", text)
    expect(documents.like(journey.text("start.waits")), journey.run(operator, "start.spool"), "restante:spool")
    expect(text, journey.talk(certificate, "romeo", "read", "1"), "what Romeo reads")
    nothing = journey.documents.span(plan.QUICK_START, "nothing waits")
    until("nothing waits any more", lambda: nothing in journey.run(operator, "start.spool"))
    expect("its recipient has it, proved", journey.run(operator, "start.why"), "restante:why")

    code = journey.stop()
    journey.documents.span(plan.QUICK_START, str(code))
    journey.quick_start_server()
    expect(nothing, journey.run(operator, "start.spool"), "restante:spool after a start")


@step("elsewhere", "docs/quick-start.md, From another machine (example.org is 127.0.0.1 here)", needs=("readme",))
def elsewhere(journey):
    place = journey.place("elsewhere")
    place.start()
    place.add_accounts()
    before = place.certificate.read_bytes()
    # Every address of this machine would be listened on: the text is tried with the loopback's.
    place.set("im.restante.c2s", journey.text("start.elsewhere", {"0.0.0.0": "127.0.0.1"}))
    until("a certificate of the new domain",
          lambda: place.certificate.exists() and place.certificate.read_bytes() != before)
    if (place.home / "data" / "certificate.pem.1").read_bytes() != before:
        raise Failed("the old pair is not kept as certificate.pem.1")
    place.shell("restante:user-add juliet@example.org", PASSWORDS["juliet"] + "\n")
    place.awaits("restante:user-list", "juliet@example.org")


# ---- clients that are not ours


def _message(journey, client):
    """Sends what the client must show; returns its text."""
    journey.quick_start_server()
    journey.shell("restante:purge romeo@localhost")  # what a client left that failed
    text = f"This waits for {client}."
    journey.talk(journey.home / "data" / "certificate.pem", "juliet", "send", "romeo@localhost", text)
    expect(documents.like("1 message, 100 bytes"), journey.shell("restante:spool romeo@localhost"), "restante:spool")
    return text


def _is_encrypted(journey):
    sessions = journey.shell("restante:sessions")
    expect(re.compile(r"(?m)^romeo@localhost/.* yes$"), sessions, "restante:sessions")


def _is_taken(journey):
    until("the client has acknowledged the message",
          lambda: "nothing waits" in journey.shell("restante:spool romeo@localhost"))


def _client_home(journey, client):
    folder = journey.work / client
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    return folder, {
        "HOME": str(folder),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "XDG_DATA_HOME": str(folder / "data"),
        "XDG_CACHE_HOME": str(folder / "cache"),
    }


def _fingerprint(journey, kind):
    """Of the server's certificate, in small letters and without colons."""
    words = journey.text("start.fingerprint").replace("-sha256", kind)
    return journey.operator().run(words, COMMAND).rpartition("=")[2].strip().replace(":", "").lower()


def _keep_screen(journey, client, terminal):
    (journey.out / f"{client}.txt").write_text(terminal.screen(history=False) + "\n", encoding="utf-8")


@step("slixmpp", "slixmpp logs in over STARTTLS and reads what waits", needs=("quick-start",))
def slixmpp(journey):
    text = _message(journey, "slixmpp")
    said = journey.talk(journey.home / "data" / "certificate.pem", "romeo", "read", "1")
    expect(text, said, "slixmpp")
    expect("encrypted: TLSv1", said, "slixmpp")
    (journey.out / "slixmpp.txt").write_text(said, encoding="utf-8")
    _is_taken(journey)


@step("profanity", "the same with profanity in a terminal", needs=("quick-start",))
def profanity(journey):
    journey.need({"profanity": "profanity"})
    text = _message(journey, "profanity")
    folder, environment = _client_home(journey, "profanity")
    terminal = journey.terminals.open("profanity", folder, 110, 34, environment)
    terminal.type("profanity")
    terminal.wait_for("Profanity", 20, history=False)
    connect = journey.documents.span(plan.QUICK_START, "/connect juliet@localhost server 127.0.0.1 port 5222")
    terminal.type(connect.replace("juliet", "romeo"))
    terminal.wait_for("Enter password", 20, history=False)
    terminal.type(PASSWORDS["romeo"])
    trust = journey.documents.span(plan.QUICK_START, "/tls always")
    terminal.wait_for(trust, 20, history=False)
    fingerprint = _fingerprint(journey, journey.documents.span(plan.QUICK_START, "-sha1"))
    terminal.wait_for(fingerprint, 20, history=False)
    _keep_screen(journey, "profanity-certificate", terminal)
    terminal.type(trust)
    terminal.wait_for("logged in successfully", 30, history=False)
    terminal.wait_for("juliet@localhost", 30, history=False)
    terminal.type("/win 2")
    terminal.wait_for(text, 20, history=False)
    _keep_screen(journey, "profanity", terminal)
    _is_encrypted(journey)
    _is_taken(journey)
    terminal.type("/quit")
    journey.terminals.close("profanity")


@step("mcabber", "the same with mcabber in a terminal", needs=("quick-start",))
def mcabber(journey):
    journey.need({"mcabber": "mcabber"})
    text = _message(journey, "mcabber")
    folder, environment = _client_home(journey, "mcabber")
    configuration = folder / "mcabberrc"
    lines = [journey.documents.span(plan.QUICK_START, line) for line in (
        "set ssl_fingerprint = SHA256:…", "set tls = 1", "set server = 127.0.0.1", "set jid = juliet@localhost")]
    text_of_it = "\n".join(lines).replace("…", _fingerprint(journey, "-sha256")).replace("juliet", "romeo")
    configuration.write_text(text_of_it + "\n")
    configuration.chmod(0o600)
    terminal = journey.terminals.open("mcabber", folder, 110, 34, environment)
    terminal.type("mcabber -f mcabberrc")
    terminal.wait_for("password", 20, history=False)
    terminal.type(PASSWORDS["romeo"])
    terminal.wait_for("juliet@localhost", 30, history=False)
    terminal.type("/roster unread_next")
    terminal.key("Enter")  # opens the chat
    terminal.wait_for(text, 20, history=False)
    _keep_screen(journey, "mcabber", terminal)
    _is_encrypted(journey)
    _is_taken(journey)
    terminal.type("/quit")
    journey.terminals.close("mcabber")


@step("dino", "the same with Dino under Xvfb, which leaves a screenshot", needs=("quick-start",))
def dino(journey):
    journey.need({
        "dino-im": "dino-im", "Xvfb": "xvfb", "import": "imagemagick", "unshare": "util-linux", "sqlite3": "sqlite3",
        "dbus-run-session": "dbus", "update-ca-certificates": "ca-certificates",
    })
    if os.geteuid() != 0:
        raise Skipped("needs root: Dino trusts what the system trusts, and is shown another list in its own mounts")
    text = _message(journey, "Dino")
    folder, environment = _client_home(journey, "dino")
    trust = " && ".join(journey.documents.span(plan.QUICK_START, command) for command in (
        "sudo cp restante/data/certificate.pem /usr/local/share/ca-certificates/restante.crt",
        "sudo update-ca-certificates"))
    words = [str(HERE / "clients" / "dino"), trust, "romeo@localhost", text, str(journey.out / "dino.png")]
    # Of its own: the mounts, which end with it.
    output("Dino", ["unshare", "--mount", *words], PASSWORDS["romeo"] + "\n", journey.clone, 180,
           {**os.environ, **environment})
    _is_taken(journey)


# ---- for whoever operates it


@step("operate", "export and import from one server to another, the end by SIGTERM", needs=("readme",))
def operate(journey):
    place = journey.place("operate")
    place.start()
    place.add_accounts()
    place.send("for the new server")
    expect("1 messages wait", place.shell("restante:status"), "restante:status")
    place.run("portable.export")
    old = place.home / "accounts.xml"
    kept = journey.work / "accounts.xml"
    shutil.copy(old, kept)
    place.stop()

    other = journey.place("import")
    other.start()
    until("the certificate is made", other.certificate.exists)
    shutil.copy(kept, other.home / "accounts.xml")
    other.run("portable.import")
    expect("for the new server", other.read(1), "Romeo on the new server")
    terminal = journey.terminals.open("kill", other.folder)
    terminal.run(f"kill -TERM {_process(other)}", COMMAND)
    code = journey.server_ended()
    if code != 143:
        raise Failed(f"after SIGTERM the server ended with {code}")


def _process(place):
    """Of the server in that home."""
    for process in costs.descendants():
        try:
            words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
            folder = os.readlink(f"/proc/{process}/cwd")
        except OSError:
            continue
        if words[:3] == [b"java", b"-jar", b"restante.jar"] and folder == str(place.folder):
            return process
    raise Failed("the server's process is not there")


@step("certificate", "an authority of one's own; its certificate is renewed without a restart", needs=("readme",))
def certificate(journey):
    journey.need({"openssl": "openssl"})
    place = journey.place("certificate")
    place.start()
    place.add_accounts()
    authority = place.folder / "authority"
    authority.mkdir()
    trusting = {"SSL_CERT_FILE": str(authority / "ca.pem")}
    terminal = journey.terminals.open("authority", authority, environment=trusting)

    def asked():
        terminal.start(journey.text("tls.ask", place.own))
        return terminal.ended(COMMAND)[1]

    expect("self-signed certificate", asked(), "openssl s_client before")
    journey.run(terminal, "tls.authority", own=place.own)
    journey.run(terminal, "tls.install", own=place.own)
    place.set("im.restante.c2s", journey.text("tls.keys", place.own))
    until("the new certificate is shown", lambda: "Verification: OK" in asked())
    place.certificate = authority / "ca.pem"
    place.send("by the new certificate")
    expect("by the new certificate", place.read(1), "Romeo, who trusts the authority")

    # Renewed: the same commands once more.
    old = (place.home / "tls" / "fullchain.pem").read_bytes()
    journey.run(terminal, "tls.authority", own=place.own)
    journey.run(terminal, "tls.install", own=place.own)
    if (place.home / "tls" / "fullchain.pem").read_bytes() == old:
        raise Failed("the certificate was not renewed")
    until("the renewed certificate is shown", lambda: "Verification: OK" in asked())
    place.stop()


@step("backup-sqlite", "back up while the server runs, restore, read what waited", needs=("readme",))
def backup_sqlite(journey):
    journey.need({"sqlite3": "sqlite3"})
    place = journey.place("backup-sqlite")
    place.start()
    place.add_accounts()
    place.send("saved")
    (place.folder / "backups").mkdir()
    place.run("files.save")
    place.run("sqlite.save")
    expect("saved", place.read(1), "Romeo before")
    place.awaits("restante:spool romeo@localhost", "nothing waits")
    place.stop()
    terminal = journey.terminals.open("operator", place.folder)
    journey.run(terminal, "sqlite.restore", own=place.own)
    place.start()
    expect("saved", place.read(1), "Romeo after the restore")
    place.stop()


@step("upgrade", "an older jar's data under the new jar, and the way back by the back-up (--older JAR)",
      needs=("readme",))
def upgrade(journey):
    older = journey.options.older
    if not older:
        raise Skipped("there is no older release; --older JAR names a jar")
    place = journey.place("upgrade")
    newer = place.folder / "newer.jar"
    place.jar.rename(newer)
    shutil.copy(older, place.jar)
    place.start()
    place.add_accounts()
    place.send("from before")
    place.stop()
    (place.folder / "backups").mkdir()
    shutil.copytree(place.home / "data", place.folder / "backups" / "data", ignore=shutil.ignore_patterns("cache"))
    shutil.copy(newer, place.jar)
    place.start()
    expect("from before", place.read(1), "Romeo after the upgrade")
    place.awaits("restante:spool romeo@localhost", "nothing waits")
    place.stop()
    # Back to the older one, with what was saved.
    shutil.copy(older, place.jar)
    shutil.rmtree(place.home / "data")
    shutil.copytree(place.folder / "backups" / "data", place.home / "data")
    place.start()
    expect("from before", place.read(1), "Romeo after the way back")
    place.stop()


@step("why", "each answer of restante:why has a row in docs/operate.md", needs=("readme",))
def why(journey):
    place = journey.place("why")
    place.start()
    place.add_accounts()
    place.set("im.restante.quota", "store-limit = 1")
    until("the limit is in force", lambda: re.search(r"store-limit=1\b", place.shell("restante:why romeo@localhost")))
    place.send("stored")
    place.send("over the limit")
    place.send("nobody", to="nobody@localhost")
    place.send("elsewhere", to="romeo@example.net")
    answers = place.run("why.ask") + place.shell("restante:why juliet@localhost") + place.shell("restante:why mercutio")
    place.read(1)
    place.awaits("restante:spool romeo@localhost", "nothing waits")
    answers += place.shell("restante:why romeo@localhost")
    rows = documents.rows(journey.documents.text(plan.OPERATE), "Why a message did not arrive")
    verdicts = [line for line in answers.splitlines() if " message" in line[:40] or line.startswith("nothing")]
    unknown = [line for line in verdicts if not any(row.search(line) for row in rows)]
    if unknown or len(verdicts) < 6:
        raise Failed(f"of {len(verdicts)} answers docs/operate.md has no row for:\n" + "\n".join(unknown or verdicts))
    place.stop()


@step("log-lines", "each WARN and ERROR of the path, and of mistakes made for it, has a row in docs/operate.md",
      needs=("readme",))
def log_lines(journey):
    place = journey.place("log-lines")
    place.start()
    place.add_accounts()
    mistakes = {
        "im.restante.c2s": "port = many",
        "im.restante.quota": "store-limt = 10",
        "im.restante.filter": "msg-store-offline-paths = message/body",
        "im.restante.http": "port = 5222",
        "im.restante.offline": "store = nowhere",
        "im.restante.store.mariadb": "url = jdbc:mariadb://127.0.0.1:1/restante\nuser = restante",
        "im.restante.qota": "store-limit = 10",
    }
    for pid, lines in mistakes.items():
        place.set(pid, lines)
    for word in ("many", "store-limt", "message/body", "5222", "nowhere", "127.0.0.1:1", "im.restante.qota"):
        until(f"the log complains of {word}", lambda word=word: any(word in line for line in _complaints(place.home)))
    place.stop()

    rows = documents.rows(journey.documents.text(plan.OPERATE), "What a line in the log wants")
    # An older server, in upgrade, has lines of its own.
    homes = [log.parents[1] for log in journey.work.rglob("log/restante.log") if "upgrade" not in log.parts]
    complaints = {line for home in homes for line in _complaints(home)}
    (journey.out / "log-lines.txt").write_text("\n".join(sorted(complaints)) + "\n", encoding="utf-8")
    unknown = sorted(line for line in complaints if not any(row.search(line) for row in rows))
    if unknown:
        raise Failed(f"of {len(complaints)} lines docs/operate.md has no row for:\n" + "\n".join(unknown))


def _complaints(home):
    """Level, class and text of the lines of WARN and ERROR."""
    log = (home / "log" / "restante.log").read_text(encoding="utf-8")
    return [line.split(" ", 1)[1] for line in log.splitlines() if re.match(r"\d\S* (WARN|ERROR)\b", line)]


@step("mariadb", "MariaDB as the store: moved there while the server runs, backed up, restored", needs=("readme",))
def mariadb(journey):
    journey.need({"mariadbd": "mariadb-server-core", "mariadb-install-db": "mariadb-server-core",
                  "mariadb": "mariadb-client", "mariadb-dump": "mariadb-client"})
    place = journey.place("mariadb")
    port = _free_port()
    data = Path(subprocess.check_output(["mktemp", "-d", "/tmp/stranger-mariadb.XXXXXX"], text=True).strip())
    try:
        _mariadb_server(journey, place, data, port)
        password = "the nurse"
        own = {"'HOST'": "'127.0.0.1'", "'...'": f"'{password}'"}
        sql = place.folder / "database.sql"
        sql.write_text(journey.text("mariadb.database", own))
        journey.terminals.open("operator", place.folder, environment={"HOME": str(place.folder)}).run(
            f"mariadb < {sql}", COMMAND)
        settings = journey.text("database.settings", {":3306": f":{port}", "...": password})
        _on_a_database(journey, place, "mariadb", settings, {"HOME": str(place.folder)})
    finally:
        _end_database(journey, "mariadbd", data)


def _end_database(journey, program, data):
    journey.stop()
    costs.end_descendants(program)
    journey.terminals.close("database")
    shutil.rmtree(data, ignore_errors=True)


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _mariadb_server(journey, place, data, port):
    user = " --user=root" if os.geteuid() == 0 else ""
    server = journey.terminals.open("database", data)
    server.run(f"mariadb-install-db --no-defaults --datadir={data}/data --auth-root-authentication-method=normal{user}"
               " --skip-test-db > install.log", 120)
    server.start(f"mariadbd --no-defaults --datadir={data}/data --socket={data}/socket --bind-address=127.0.0.1"
                 f" --port={port} --skip-name-resolve{user} > server.log 2>&1")
    until("MariaDB answers", lambda: is_served(port), 60)
    # mariadb and mariadb-dump find the server by the file that they look for at their user's.
    (place.folder / ".my.cnf").write_text(
        f"[client]\nsocket={data}/socket\nuser=root\n[mariadb-dump]\nuser=restante\npassword=\"the nurse\"\n"
        f"protocol=tcp\nhost=127.0.0.1\nport={port}\n")


def _on_a_database(journey, place, store, settings, environment):
    """The five steps of operate.md, then a back-up and a restore of the database."""
    def has(code):  # the document says "mariadb" for both
        journey.documents.span(plan.OPERATE, code.replace(store, "mariadb"))
        return code

    place.start()
    place.terminal = journey.terminals.open("operator", place.folder, environment=environment)
    place.add_accounts()
    place.send("came to SQLite")
    place.set(f"im.restante.store.{store}", settings)
    answers = re.compile(rf"(?m)^\W*{store}\s+-?\d+\s+\d")
    until(f"{store} answers", lambda: answers.search(place.shell(has("restante:store"))), 60)
    place.set("im.restante.offline", has(f"store = {store}"))
    until("new messages go there", lambda: re.search(rf"(?m)^\*\s+{store}\b", place.shell("restante:store")), 30)
    place.send(f"came to {store}")
    place.shell(has(f"restante:migrate sqlite {store}"))
    place.shell(has(f"restante:migrate --users sqlite {store}"))
    place.set("im.restante.accounts", has(f"user-store = {store}"))
    until("the accounts are there", lambda: f"users are kept in {store}" in place.log())

    expect("2 messages", place.shell("restante:spool romeo@localhost"), "restante:spool")
    place.run(f"{store}.save")
    said = place.read(2)
    expect(re.compile(rf"(?s)came to SQLite.*came to {store}"), said, "Romeo before")
    place.awaits("restante:spool romeo@localhost", "nothing waits")
    place.stop()
    terminal = journey.terminals.open("operator", place.folder, environment=environment)
    journey.run(terminal, f"{store}.restore", own=place.own)
    place.start(store)
    until(f"{store} answers", lambda: re.search(r"2 messages", place.shell("restante:spool romeo@localhost")), 60)
    expect(re.compile(rf"(?s)came to SQLite.*came to {store}"), place.read(2), "Romeo after the restore")


@step("postgresql", "the same with PostgreSQL", needs=("readme",))
def postgresql(journey):
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    if not programs:
        journey.need({"postgres": "postgresql"})
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
    folder = programs[-1].parent
    place = journey.place("postgresql")
    port = _free_port()
    data = Path(subprocess.check_output(["mktemp", "-d", "/tmp/stranger-postgresql.XXXXXX"], text=True).strip())
    try:
        begin = ""
        if os.geteuid() == 0:  # PostgreSQL refuses to run as root
            shutil.chown(data, "postgres")
            begin = "runuser -u postgres -- "
        server = journey.terminals.open("database", data)
        server.run(f"{begin}{folder}/initdb -D {data}/data -U postgres -A trust -E UTF8 > /dev/null", 120)
        server.start(f"{begin}{folder}/postgres -D {data}/data -h 127.0.0.1 -p {port} -k '' > /dev/null 2>&1")
        until("PostgreSQL answers", lambda: is_served(port), 60)
        environment = {"PGHOST": "127.0.0.1", "PGPORT": str(port), "PGUSER": "postgres",
                       "PATH": f"{folder}:{os.environ['PATH']}"}
        sql = place.folder / "database.sql"
        sql.write_text(journey.text("postgresql.database", {"'...'": "'the nurse'"}))
        journey.terminals.open("operator", place.folder, environment=environment).run(
            f"psql -q -v ON_ERROR_STOP=1 -f {sql} postgres", COMMAND)
        settings = journey.text(
            "database.settings", {"mariadb": "postgresql", ":3306": f":{port}", "...": "the nurse"})
        _on_a_database(journey, place, "postgresql", settings, environment)
    finally:
        _end_database(journey, "postgres", data)


# ---- for whoever extends it


@step("extend", "docs/extend.md from an empty folder, into the standalone server", needs=("quick-start",),
      done=lambda journey: (journey.project / "target" / "mail-waits-1.0.0.jar").exists())
def extend(journey):
    own = _own_project(journey)
    journey.run(journey.operator(), "extend.api", BUILD)
    folder = journey.project.parent
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    terminal = journey.terminals.open("project", folder)
    journey.run(terminal, "extend.folder")
    (journey.project / journey.documents.span(plan.EXTEND, "pom.xml")).write_text(journey.text("extend.pom") + "\n")
    (journey.project / journey.documents.span(plan.EXTEND, "bnd.bnd")).write_text(journey.text("extend.bnd") + "\n")
    source = journey.documents.span(plan.EXTEND, "src/main/java/org/example/mailwaits/MailWaits.java")
    (journey.project / source).write_text(journey.text("extend.class") + "\n")
    journey.run(terminal, "extend.build", BUILD)

    journey.quick_start_server()
    journey.run(terminal, "extend.copy", own=own)
    active = re.compile(r"(?m)^.*Active.*org\.example\.mailwaits.*$")
    until("the bundle is active", lambda: active.search(journey.run(terminal, "extend.list", own=own)))
    log = journey.home / "log" / "restante.log"
    _message(journey, "the bundle")
    until("the line of the document", lambda: documents.like(journey.text("extend.line")).search(log.read_text()))

    # "Change the code, build, and copy the jar again."
    changed = (journey.project / source).read_text().replace("a message from {} waits", "mail of {} waits")
    (journey.project / source).write_text(changed)
    journey.run(terminal, "extend.build", BUILD)
    journey.run(terminal, "extend.copy", own=own)

    def is_new():
        journey.talk(journey.home / "data" / "certificate.pem", "juliet", "send", "romeo@localhost", "once more")
        return "mail of juliet@localhost waits" in log.read_text()

    until("the new bundle's line", is_new)
    (journey.home / "deploy" / "mail-waits-1.0.0.jar").unlink()
    until("the bundle is gone", lambda: "mailwaits" not in journey.shell("felix:lb -s"))
    journey.shell("restante:purge romeo@localhost")


def _own_project(journey):
    return {
        "/path/to/restante.jar": _jar(journey),
        "/path/to/restante": journey.home,
        "/path/to/mail-waits": journey.project,
    }


# ---- Karaf


@step("karaf-build", "what docs/operate.md builds for Karaf", needs=("readme",),
      done=lambda journey: any((journey.clone / "runtime" / "karaf" / "target").glob("karaf-*.tar.gz")))
def karaf_build(journey):
    before = costs.bytes_in(journey.repository) if journey.repository else None
    journey.run(journey.operator(), "karaf.build", BUILD)
    if journey.repository:
        journey.fetched = costs.bytes_in(journey.repository) - before


@step("karaf", "the Karaf distribution, with the tutorial's bundle; a message outlives `bin/karaf clean`",
      needs=("karaf-build", "extend"))
def karaf(journey):
    folder = journey.work / "karaf"
    shutil.rmtree(folder, ignore_errors=True)
    journey.stop()
    journey.run(journey.operator(), "karaf.unpack", own={"/opt/karaf": folder})
    console = _console(journey, folder)
    _accounts(console)
    certificate = folder / "restante" / "data" / "certificate.pem"
    _type(console, journey.text("extend.karaf", _own_project(journey)), "Bundle ID")
    journey.talk(certificate, "juliet", "send", "romeo@localhost", "over a clean")
    display = journey.documents.span(plan.EXTEND, "log:display")
    _type(console, display, "mail of juliet@localhost waits")  # the tutorial's bundle as it was changed last
    _end(journey, console)
    console = _console(journey, folder, "bin/karaf clean")
    expect("over a clean", journey.talk(certificate, "romeo", "read", "1"), "Romeo behind Karaf")
    _end(journey, console)


@step("karaf-stock", "the features in a Karaf as Apache ships it", needs=("karaf-build",))
def karaf_stock(journey):
    folder = journey.work / "karaf-stock"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    journey.stop()
    pom = (journey.clone / "pom.xml").read_text()
    version = re.search("<karaf.version>(.*?)</karaf.version>", pom)[1]
    terminal = journey.operator()
    terminal.run("mvn -q org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy "
                 f"-Dartifact=org.apache.karaf:apache-karaf:{version}:tar.gz -DoutputDirectory={journey.work}", BUILD)
    terminal.run(f"tar xf {journey.work}/apache-karaf-{version}.tar.gz -C {folder} --strip-components=1", COMMAND)
    # Karaf's own listeners are not to be reached from elsewhere, and its Maven repository is the path's.
    for file in ("org.apache.karaf.shell.cfg", "org.apache.karaf.management.cfg"):
        path = folder / "etc" / file
        path.write_text(path.read_text().replace("0.0.0.0", "127.0.0.1"))
    if journey.repository:
        with (folder / "etc" / "org.ops4j.pax.url.mvn.cfg").open("a") as settings:
            settings.write(f"\norg.ops4j.pax.url.mvn.localRepository = {journey.repository}\n")
    console = _console(journey, folder)
    for command in journey.commands("karaf.features"):
        _type(console, command, None, 180)
    until("the server is there", lambda: is_served(5222), 60)
    _accounts(console)
    certificate = folder / "restante" / "data" / "certificate.pem"
    journey.talk(certificate, "juliet", "send", "romeo@localhost", "in a stock Karaf")
    expect("in a stock Karaf", journey.talk(certificate, "romeo", "read", "1"), "Romeo behind the stock Karaf")
    _end(journey, console)


_KARAF_PROMPT = re.compile(r"karaf@root\(\)> ?$")


def _console(journey, folder, command="bin/karaf"):
    console = journey.terminals.open("karaf", folder)
    console.start(command)
    console.wait_for(_KARAF_PROMPT, START)
    return console


def _type(console, command, wanted, seconds=COMMAND):
    """Types a command at Karaf's console, and waits until the console asks for the next one."""
    before = console.screen().count("karaf@root()>")
    console.type(command)
    until(f"'{command}' ended", lambda: console.screen().count("karaf@root()>") > before
          and _KARAF_PROMPT.search(console.screen()), seconds)
    said = console.screen().split("karaf@root()>")[-2]
    if wanted:
        expect(wanted, said, command)
    if "Error executing command" in said:
        raise Failed(said)


def _accounts(console):
    until("the server listens", lambda: is_served(5222), START)
    for who, password in PASSWORDS.items():
        before = console.screen().count("Password:")
        console.type(f"restante:user-add {who}@localhost")
        until("the question for the password", lambda: console.screen().count("Password:") > before)
        console.type(password)
        console.wait_for(f"added {who}@localhost", COMMAND)


def _end(journey, console):
    console.type("shutdown -f")
    console.ended(START)
    journey.terminals.close("karaf")
    until("Karaf's server is gone", lambda: not is_served(5222))


# ---- packages, and everything


@step("packages", "the Debian package in a folder of debootstrap: itests/packages", needs=("clone",))
def packages(journey):
    program = Path("itests") / "packages" / "debootstrap.sh"
    if not (journey.clone / program).exists():
        raise Skipped(f"this checkout has no {program}")
    journey.need({"debootstrap": "debootstrap"})
    journey.stop()
    environment = {"WORK": str(journey.work / "debootstrap")}
    terminal = journey.terminals.open("operator", journey.clone, environment=environment)
    terminal.run("mvn -q package -DskipTests -pl runtime/packages -am", BUILD)
    said = terminal.run(str(program), BUILD)
    (journey.out / "packages.txt").write_text(said + "\n", encoding="utf-8")
    skipped = re.search(r"SKIPPED debootstrap.sh: (.*)", said)
    if skipped:
        raise Skipped(skipped[1])


@step("verify", "all tests, as README.md says; some 25 minutes", needs=("clone",), asked=True)
def verify(journey):
    journey.stop()
    journey.run(journey.operator(), "readme.verify", 2 * 3600)
