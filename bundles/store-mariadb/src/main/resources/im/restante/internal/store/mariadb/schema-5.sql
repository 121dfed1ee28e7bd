-- Archives: what owners have sent and received, kept after it was delivered. peer: the other side, bare, as a key; resource: of its
-- address, if it had one. stored: milliseconds since 1970. size: bytes of the stanza. crc: CRC-32C of it, signed.
-- The keys have the columns that are counted and compared, so that no row is read for that.
CREATE TABLE IF NOT EXISTS ar_message(
  id BIGINT NOT NULL,
  rcpt BINARY(16) NOT NULL,
  peer BINARY(16) NOT NULL,
  resource VARBINARY(1023),
  stored BIGINT NOT NULL,
  size INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  stanza LONGBLOB NOT NULL,
  PRIMARY KEY(id, rcpt),
  KEY ar_message_rcpt(rcpt, id, stored, size),
  KEY ar_message_peer(rcpt, peer, id, stored, size)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Not null: the stanza is in ar_message, under the same owner and id, and has so many bytes.
ALTER TABLE om_message ADD COLUMN IF NOT EXISTS archived INTEGER;
