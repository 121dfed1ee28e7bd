"""Which code blocks of the documents the path runs, reads or leaves out. A name stands for a block in steps.py."""

README = "README.md"
QUICK_START = "docs/quick-start.md"
EXTEND = "docs/extend.md"
OPERATE = "docs/operate.md"
MARIADB = "bundles/store-mariadb/README.md"
POSTGRESQL = "bundles/store-postgresql/README.md"

# In these every block is in one of the two tables below; of other documents only what is named is used.
WHOLE = (README, QUICK_START, EXTEND, OPERATE)

# name: (document, heading above the block, which block below that heading)
USED = {
    "readme.run": (README, "Two commands", 1),
    "readme.verify": (README, "Two commands", 2),
    "start.run": (QUICK_START, "1. Build and start the server", 1),
    "start.ready": (QUICK_START, "1. Build and start the server", 2),
    "start.juliet": (QUICK_START, "2. Make two accounts", 1),
    "start.romeo": (QUICK_START, "2. Make two accounts", 2),
    "start.fingerprint": (QUICK_START, "Trust the certificate", 1),
    "start.spool": (QUICK_START, "4. Send a message to somebody who is away", 1),
    "start.waits": (QUICK_START, "4. Send a message to somebody who is away", 2),
    "start.why": (QUICK_START, "4. Send a message to somebody who is away", 3),
    "start.elsewhere": (QUICK_START, "From another machine", 1),
    "extend.api": (EXTEND, "1. Put `api` where Maven finds it", 1),
    "extend.folder": (EXTEND, "2. Make a project", 1),
    "extend.pom": (EXTEND, "2. Make a project", 2),
    "extend.bnd": (EXTEND, "2. Make a project", 3),
    "extend.class": (EXTEND, "3. Write one component", 1),
    "extend.build": (EXTEND, "3. Write one component", 2),
    "extend.copy": (EXTEND, "4. Install it", 1),
    "extend.list": (EXTEND, "4. Install it", 2),
    "extend.karaf": (EXTEND, "4. Install it", 3),
    "extend.line": (EXTEND, "5. See it work", 1),
    "karaf.build": (OPERATE, "In Karaf", 1),
    "karaf.unpack": (OPERATE, "In Karaf", 2),
    "karaf.features": (OPERATE, "In Karaf", 3),
    "tls.keys": (OPERATE, "Certificates", 1),
    "tls.ask": (OPERATE, "Certificates", 3),
    "tls.authority": (OPERATE, "An authority of your own", 1),
    "tls.install": (OPERATE, "An authority of your own", 2),
    "files.save": (OPERATE, "Back up and restore", 1),
    "sqlite.save": (OPERATE, "SQLite", 1),
    "sqlite.restore": (OPERATE, "SQLite", 2),
    "database.settings": (OPERATE, "Use MariaDB or PostgreSQL", 1),
    "mariadb.database": (MARIADB, "The database", 1),
    "mariadb.save": (OPERATE, "MariaDB", 1),
    "mariadb.restore": (OPERATE, "MariaDB", 2),
    "postgresql.database": (POSTGRESQL, "The database", 1),
    "postgresql.save": (OPERATE, "PostgreSQL", 1),
    "postgresql.restore": (OPERATE, "PostgreSQL", 2),
    "portable.export": (OPERATE, "Export and import", 1),
    "portable.import": (OPERATE, "Export and import", 2),
    "why.ask": (OPERATE, "Why a message did not arrive", 1),
}

# (document, heading, number): why it is not run
LEFT_OUT = {
    (OPERATE, "Install the package", 1): "the step packages builds it",
    (OPERATE, "Install the package", 2): "the step packages installs it in a folder of debootstrap",
    (OPERATE, "Install the package", 3): "the same; it has no systemd",
    (OPERATE, "Run it as a service", 1): "the same; elsewhere the step operate asks a server of its own",
    (OPERATE, "Administer from a client", 1): "AdHocIT sets it, and administers by Smack and slixmpp",
    (OPERATE, "Administer from a client", 2): "a line of a log",
    (OPERATE, "Metrics and health", 1): "the file of a Prometheus server, which the path has none of",
    (OPERATE, "Metrics and health", 2): "the file of a HAProxy, which the path has none of",
    (OPERATE, "Certificates", 2): "a hook of certbot needs a public name",
    (EXTEND, "Values that you make", 1): "shows calls, and is no file of the tutorial",
}

# What stands in the documents for something of the reader's own. Steps add what is theirs.
OWN = {
    " -o restante -g restante": "",
}


def text(documents, name):
    """The block of that name, as it stands in its document."""
    return documents.block(*USED[name])


def differences(documents):
    """How the documents and the plan differ, a line each."""
    planned = set(USED.values()) | set(LEFT_OUT)
    there = {block.key for document in {key[0] for key in planned} for block in documents.blocks(document)}
    missing = sorted(planned - there)
    unplanned = sorted(key for key in there - planned if key[0] in WHOLE)
    return [f"{document}: no code block {number} below '{section}', which itests/stranger/plan.py names"
            for document, section, number in missing] + [
            f"{document}: code block {number} below '{section}' is not in itests/stranger/plan.py"
            for document, section, number in unplanned]
