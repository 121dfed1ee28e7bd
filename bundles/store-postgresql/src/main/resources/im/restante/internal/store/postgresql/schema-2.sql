-- Archives: what owners have sent and received, kept after it was delivered. peer: the other side, bare, as a key; resource: of its
-- address, if it had one. stored: milliseconds since 1970. size: bytes of the stanza. crc: CRC-32C of it, signed.
CREATE TABLE ar_message(
  id BIGINT NOT NULL,
  rcpt BYTEA NOT NULL,
  peer BYTEA NOT NULL,
  resource TEXT COLLATE "C",
  stored BIGINT NOT NULL,
  size INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  stanza BYTEA NOT NULL
);
-- Ids are unique for an owner, which the writer asks about. With the columns that are counted and compared, so that no row is read for that.
CREATE UNIQUE INDEX ar_message_rcpt ON ar_message(rcpt, id, stored, size);
CREATE INDEX ar_message_peer ON ar_message(rcpt, peer, id, stored, size);

-- Not null: the stanza is in ar_message, under the same owner and id, and has so many bytes.
ALTER TABLE om_message ADD COLUMN archived INTEGER;
