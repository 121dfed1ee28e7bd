-- One index less to write: a row is found by owner and id in the index that also has its sender. Ids are unique for an owner, which
-- the writer asks about (only ids up to the floor can be there); rows themselves stand in the order in which they came.
CREATE TABLE om_message_5(
  id INTEGER NOT NULL,
  rcpt BLOB NOT NULL,
  sender BLOB NOT NULL,
  stored INTEGER NOT NULL,
  expires INTEGER,
  kind INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  stanza BLOB NOT NULL
);
INSERT INTO om_message_5(id, rcpt, sender, stored, expires, kind, crc, stanza)
  SELECT id, rcpt, sender, stored, expires, kind, crc, stanza FROM om_message ORDER BY id;
DROP TABLE om_message;
ALTER TABLE om_message_5 RENAME TO om_message;
CREATE UNIQUE INDEX om_message_rcpt ON om_message(rcpt, id, sender);
CREATE INDEX om_message_expires ON om_message(expires, id, rcpt) WHERE expires IS NOT NULL;
