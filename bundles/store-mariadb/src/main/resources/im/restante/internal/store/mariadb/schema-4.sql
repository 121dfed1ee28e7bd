-- What the users of a partition owe others: notes that the commit of a change has left and nobody has carried out yet.
-- n: the place in what this partition owes, in the order of the commits; om_out has its numbers from the same count.
CREATE TABLE IF NOT EXISTS us_out(
  part INTEGER NOT NULL,
  n BIGINT NOT NULL,
  from_jid VARBINARY(2047) NOT NULL,
  to_jid VARBINARY(2047) NOT NULL,
  note LONGTEXT NOT NULL,
  PRIMARY KEY(part, n)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;

-- Up to which n of a partition the notes for a user are carried out; it outlives the notes, so that none is carried out twice, and
-- the user, so that none reaches whoever is given the name next. user_h: as jid_h.
CREATE TABLE IF NOT EXISTS us_in(
  user_h BINARY(16) NOT NULL,
  from_part INTEGER NOT NULL,
  decided BIGINT NOT NULL,
  PRIMARY KEY(user_h, from_part)
) ENGINE=InnoDB ROW_FORMAT=DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;
