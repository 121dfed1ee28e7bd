-- Every statement may be run again: here each commits by itself, so a script can be cut between two of them.
-- What is compared or ordered is binary: by bytes, whatever the defaults of the server are.

-- Waiting messages. Addresses appear as keys: the first 16 bytes of the SHA-256 of the prepared bare JID.
CREATE TABLE IF NOT EXISTS om_user(
  jid_h BINARY(16) NOT NULL PRIMARY KEY,
  jid VARBINARY(2047) NOT NULL,
  KEY om_user_jid(jid)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- id: given on arrival, in the order of arrival. stored, expires: milliseconds since 1970. crc: CRC-32C of the stanza, signed.
-- om_message_rcpt has the sender, so that the oldest of a pair is found without a look at the rows of all the others.
CREATE TABLE IF NOT EXISTS om_message(
  id BIGINT NOT NULL PRIMARY KEY,
  rcpt BINARY(16) NOT NULL,
  sender BINARY(16) NOT NULL,
  stored BIGINT NOT NULL,
  expires BIGINT,
  kind INTEGER NOT NULL,
  crc INTEGER NOT NULL,
  stanza LONGBLOB NOT NULL,
  KEY om_message_rcpt(rcpt, id, sender),
  KEY om_message_expires(expires, id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- How many messages of a pair wait; written in the transaction of the message.
CREATE TABLE IF NOT EXISTS om_counter(
  rcpt BINARY(16) NOT NULL,
  sender BINARY(16) NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY(rcpt, sender)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Figures of the whole table; the largest id outlives its message.
CREATE TABLE IF NOT EXISTS om_state(
  node INTEGER NOT NULL PRIMARY KEY,
  messages BIGINT NOT NULL,
  largest_id BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
INSERT INTO om_state(node, messages, largest_id) VALUES (0, 0, 0) ON DUPLICATE KEY UPDATE node=node;

-- Rows that could not be read, as they were.
CREATE TABLE IF NOT EXISTS om_quarantine(
  n BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  id BIGINT,
  rcpt VARBINARY(64),
  sender VARBINARY(64),
  stored BIGINT,
  expires BIGINT,
  kind INTEGER,
  crc INTEGER,
  stanza LONGBLOB,
  reason LONGTEXT
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Users and their values.
CREATE TABLE IF NOT EXISTS tig_users(
  uid BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  user_id VARBINARY(2047) NOT NULL,
  sha1_user_id CHAR(40) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  acc_create_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP,
  account_status INTEGER NOT NULL DEFAULT 1,
  UNIQUE KEY tig_users_sha1(sha1_user_id),
  UNIQUE KEY tig_users_user_id(user_id)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS tig_nodes(
  nid BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  parent_nid BIGINT,
  uid BIGINT NOT NULL,
  node VARBINARY(3040) NOT NULL,
  UNIQUE KEY tig_nodes_parent_node(parent_nid, node),
  KEY tig_nodes_uid(uid, parent_nid)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

CREATE TABLE IF NOT EXISTS tig_pairs(
  pid BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
  nid BIGINT NOT NULL,
  uid BIGINT NOT NULL,
  pkey VARBINARY(3040) NOT NULL,
  pval LONGTEXT,
  UNIQUE KEY tig_pairs_nid_pkey(nid, pkey),
  KEY tig_pairs_uid(uid)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
