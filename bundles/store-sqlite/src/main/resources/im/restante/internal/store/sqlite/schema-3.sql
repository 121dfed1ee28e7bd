-- What a partition owes owners of others, or of itself: messages that the commit of a change has noted and nobody has stored yet.
-- n: the place in what this partition owes, in the order of the commits. The other columns are those of om_message.
CREATE TABLE om_out(
  part INTEGER NOT NULL,
  n INTEGER NOT NULL,
  id INTEGER NOT NULL,
  rcpt BLOB NOT NULL,
  sender BLOB NOT NULL,
  stored INTEGER NOT NULL,
  expires INTEGER,
  kind INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  stanza BLOB NOT NULL,
  PRIMARY KEY(part, n)
);

-- Up to which n a partition has taken what another owes it; it outlives those rows, so that none is stored twice.
CREATE TABLE om_in(
  part INTEGER NOT NULL,
  from_part INTEGER NOT NULL,
  decided INTEGER NOT NULL,
  PRIMARY KEY(part, from_part)
) WITHOUT ROWID;

-- The largest n ever given in om_out.
ALTER TABLE om_partition ADD COLUMN owed INTEGER NOT NULL DEFAULT 0;

-- How many messages wait for an owner, and how many bytes their stanzas have; written in the transaction of the message.
CREATE TABLE om_total(
  rcpt BLOB NOT NULL PRIMARY KEY,
  n INTEGER NOT NULL,
  bytes INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO om_total(rcpt, n, bytes) SELECT rcpt, count(*), sum(length(stanza)) FROM om_message GROUP BY rcpt;
