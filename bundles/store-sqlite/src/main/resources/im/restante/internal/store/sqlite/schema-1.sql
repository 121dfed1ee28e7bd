-- Waiting messages. Addresses appear as keys: the first 16 bytes of the SHA-256 of the prepared bare JID.
CREATE TABLE om_user(
  jid_h BLOB NOT NULL PRIMARY KEY,
  jid TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX om_user_jid ON om_user(jid);

-- id: given on arrival, in the order of arrival. stored, expires: milliseconds since 1970. crc: CRC-32C of the stanza, signed.
CREATE TABLE om_message(
  id INTEGER NOT NULL PRIMARY KEY,
  rcpt BLOB NOT NULL,
  sender BLOB NOT NULL,
  stored INTEGER NOT NULL,
  expires INTEGER,
  kind INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  stanza BLOB NOT NULL
);
-- With the sender, so that the oldest of a pair is found without a look at the rows of all the others.
CREATE INDEX om_message_rcpt ON om_message(rcpt, id, sender);
CREATE INDEX om_message_expires ON om_message(expires, id) WHERE expires IS NOT NULL;

-- How many messages of a pair wait; written in the transaction of the message.
CREATE TABLE om_counter(
  rcpt BLOB NOT NULL,
  sender BLOB NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY(rcpt, sender)
) WITHOUT ROWID;

-- Figures of the whole table; the largest id outlives its message.
CREATE TABLE om_state(
  node INTEGER NOT NULL PRIMARY KEY,
  messages INTEGER NOT NULL,
  largest_id INTEGER NOT NULL
);
INSERT INTO om_state(node, messages, largest_id) VALUES (0, 0, 0);

-- Rows that could not be read, as they were.
CREATE TABLE om_quarantine(
  id INTEGER,
  rcpt BLOB,
  sender BLOB,
  stored INTEGER,
  expires INTEGER,
  kind INTEGER,
  crc INTEGER,
  stanza BLOB,
  reason TEXT
);

-- Users and their values.
CREATE TABLE tig_users(
  uid INTEGER PRIMARY KEY AUTOINCREMENT,
  user_id TEXT NOT NULL,
  sha1_user_id TEXT NOT NULL UNIQUE,
  acc_create_time TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
  account_status INTEGER NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX tig_users_user_id ON tig_users(user_id);

CREATE TABLE tig_nodes(
  nid INTEGER PRIMARY KEY AUTOINCREMENT,
  parent_nid INTEGER,
  uid INTEGER NOT NULL,
  node TEXT NOT NULL
);
CREATE UNIQUE INDEX tig_nodes_parent_node ON tig_nodes(parent_nid, node);
CREATE INDEX tig_nodes_uid ON tig_nodes(uid, parent_nid);

CREATE TABLE tig_pairs(
  pid INTEGER PRIMARY KEY AUTOINCREMENT,
  nid INTEGER NOT NULL,
  uid INTEGER NOT NULL,
  pkey TEXT NOT NULL,
  pval TEXT
);
CREATE UNIQUE INDEX tig_pairs_nid_pkey ON tig_pairs(nid, pkey);
CREATE INDEX tig_pairs_uid ON tig_pairs(uid);
