-- Ids are unique for an owner, not for all. The id comes first in the key, since ids grow: what is added stands at its end.
CREATE TABLE om_message_2(
  id INTEGER NOT NULL,
  rcpt BLOB NOT NULL,
  sender BLOB NOT NULL,
  stored INTEGER NOT NULL,
  expires INTEGER,
  kind INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  stanza BLOB NOT NULL,
  PRIMARY KEY(id, rcpt)
);
INSERT INTO om_message_2(id, rcpt, sender, stored, expires, kind, crc, stanza)
  SELECT id, rcpt, sender, stored, expires, kind, crc, stanza FROM om_message ORDER BY id;
DROP TABLE om_message;
ALTER TABLE om_message_2 RENAME TO om_message;
CREATE INDEX om_message_rcpt ON om_message(rcpt, id, sender);
CREATE INDEX om_message_expires ON om_message(expires, id, rcpt) WHERE expires IS NOT NULL;

-- Servers. incarnation: one run of one. renewed: a counter that moves while it lives. fenced: it lost what it held, or gave it back.
-- ids_to: it gives no id at or above.
CREATE TABLE om_node(
  node INTEGER NOT NULL PRIMARY KEY,
  incarnation INTEGER NOT NULL,
  address TEXT NOT NULL,
  version TEXT NOT NULL,
  renewed INTEGER NOT NULL,
  fenced INTEGER NOT NULL,
  ids_to INTEGER NOT NULL
);

-- Who may write for which owners. Every transaction adds 1 to n, on condition that the epoch is its own; who takes a partition over
-- raises the epoch. floor: the largest id ever stored, which outlives its message. messages: how many wait.
CREATE TABLE om_partition(
  part INTEGER NOT NULL PRIMARY KEY,
  node INTEGER NOT NULL,
  incarnation INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  n INTEGER NOT NULL,
  floor INTEGER NOT NULL,
  messages INTEGER NOT NULL
);
INSERT INTO om_partition(part, node, incarnation, epoch, n, floor, messages)
  SELECT 0, 0, 0, 0, 0, largest_id, messages FROM om_state WHERE node=0;
DROP TABLE om_state;
