-- What a partition owes owners of others, or of itself: messages that the commit of a change has noted and nobody has stored yet.
-- n: the place in what this partition owes, in the order of the commits. The other columns are those of om_message.
CREATE TABLE IF NOT EXISTS om_out(
  part INTEGER NOT NULL,
  n BIGINT NOT NULL,
  id BIGINT NOT NULL,
  rcpt BINARY(16) NOT NULL,
  sender BINARY(16) NOT NULL,
  stored BIGINT NOT NULL,
  expires BIGINT,
  kind INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  stanza LONGBLOB NOT NULL,
  PRIMARY KEY(part, n)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Up to which n a partition has taken what another owes it; it outlives those rows, so that none is stored twice.
CREATE TABLE IF NOT EXISTS om_in(
  part INTEGER NOT NULL,
  from_part INTEGER NOT NULL,
  decided BIGINT NOT NULL,
  PRIMARY KEY(part, from_part)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- The largest n ever given in om_out.
ALTER TABLE om_partition ADD COLUMN IF NOT EXISTS owed BIGINT NOT NULL DEFAULT 0;

-- How many messages wait for an owner, and how many bytes their stanzas have; written in the transaction of the message. Filled anew if
-- the script was cut: the version before may have stored and removed messages since.
CREATE TABLE IF NOT EXISTS om_total(
  rcpt BINARY(16) NOT NULL PRIMARY KEY,
  n BIGINT NOT NULL,
  bytes BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
DELETE FROM om_total;
INSERT INTO om_total(rcpt, n, bytes) SELECT rcpt, count(*), sum(length(stanza)) FROM om_message GROUP BY rcpt;
