-- Ids are unique for an owner, not for all. The id comes first in the key, since ids grow: what is added stands at its end.
ALTER TABLE om_message DROP PRIMARY KEY, ADD PRIMARY KEY(id, rcpt);

-- Servers. incarnation: one run of one. renewed: a counter that moves while it lives. fenced: it lost what it held, or gave it back.
-- ids_to: it gives no id at or above.
CREATE TABLE IF NOT EXISTS om_node(
  node INTEGER NOT NULL PRIMARY KEY,
  incarnation BIGINT NOT NULL,
  address VARCHAR(255) NOT NULL,
  version VARCHAR(64) NOT NULL,
  renewed BIGINT NOT NULL,
  fenced INTEGER NOT NULL,
  ids_to BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Who may write for which owners. Every transaction adds 1 to n, on condition that the epoch is its own; who takes a partition over
-- raises the epoch. floor: the largest id ever stored, which outlives its message. messages: how many wait.
CREATE TABLE IF NOT EXISTS om_partition(
  part INTEGER NOT NULL PRIMARY KEY,
  node INTEGER NOT NULL,
  incarnation BIGINT NOT NULL,
  epoch BIGINT NOT NULL,
  n BIGINT NOT NULL,
  floor BIGINT NOT NULL,
  messages BIGINT NOT NULL
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- om_state stays, unused: to drop a table is a right of its own.
INSERT INTO om_partition(part, node, incarnation, epoch, n, floor, messages)
  SELECT 0, 0, 0, 0, 0, largest_id, messages FROM om_state WHERE node=0
  ON DUPLICATE KEY UPDATE om_partition.part=om_partition.part;
