-- What the users of a partition owe others: notes that the commit of a change has left and nobody has carried out yet.
-- n: the place in what this partition owes, in the order of the commits; om_out has its numbers from the same count.
CREATE TABLE us_out(
  part INTEGER NOT NULL,
  n INTEGER NOT NULL,
  from_jid TEXT NOT NULL,
  to_jid TEXT NOT NULL,
  note TEXT NOT NULL,
  PRIMARY KEY(part, n)
);

-- Up to which n of a partition the notes for a user are carried out; it outlives the notes, so that none is carried out twice, and
-- the user, so that none reaches whoever is given the name next. user_h: as jid_h.
CREATE TABLE us_in(
  user_h BLOB NOT NULL,
  from_part INTEGER NOT NULL,
  decided INTEGER NOT NULL,
  PRIMARY KEY(user_h, from_part)
) WITHOUT ROWID;
