-- What a server of schema version 1 left: four messages for two owners, two accounts. Runs after schema-1.sql, on every engine.
INSERT INTO om_user(jid_h, jid) VALUES (x'4f11361df77607b18f07f25caa5f0bf7', 'romeo@example.org');
INSERT INTO om_user(jid_h, jid) VALUES (x'96d184d18c555162e98196bd3ff6df61', 'juliet@example.org');
INSERT INTO om_user(jid_h, jid) VALUES (x'02a9df8556f858e9c84de4650324f586', 'nurse@example.org');
INSERT INTO om_message(id, rcpt, sender, stored, expires, kind, crc, stanza)
  VALUES (5, x'4f11361df77607b18f07f25caa5f0bf7', x'96d184d18c555162e98196bd3ff6df61', 1763999999000, NULL, 0, -894982769, x'3c6d6573736167653e3c626f64793e353c2f626f64793e3c2f6d6573736167653e');
INSERT INTO om_message(id, rcpt, sender, stored, expires, kind, crc, stanza)
  VALUES (6, x'4f11361df77607b18f07f25caa5f0bf7', x'96d184d18c555162e98196bd3ff6df61', 1763999999000, 1764000000000, 0, -618880014, x'3c6d6573736167653e3c626f64793e363c2f626f64793e3c2f6d6573736167653e');
INSERT INTO om_message(id, rcpt, sender, stored, expires, kind, crc, stanza)
  VALUES (7, x'96d184d18c555162e98196bd3ff6df61', x'02a9df8556f858e9c84de4650324f586', 1763999999000, NULL, 0, -730488359, x'3c6d6573736167653e3c626f64793e373c2f626f64793e3c2f6d6573736167653e');
INSERT INTO om_message(id, rcpt, sender, stored, expires, kind, crc, stanza)
  VALUES (9, x'4f11361df77607b18f07f25caa5f0bf7', x'02a9df8556f858e9c84de4650324f586', 1763999999000, NULL, 0, -1941193605, x'3c6d6573736167653e3c626f64793e393c2f626f64793e3c2f6d6573736167653e');
INSERT INTO om_counter(rcpt, sender, n) VALUES (x'4f11361df77607b18f07f25caa5f0bf7', x'96d184d18c555162e98196bd3ff6df61', 2);
INSERT INTO om_counter(rcpt, sender, n) VALUES (x'96d184d18c555162e98196bd3ff6df61', x'02a9df8556f858e9c84de4650324f586', 1);
INSERT INTO om_counter(rcpt, sender, n) VALUES (x'4f11361df77607b18f07f25caa5f0bf7', x'02a9df8556f858e9c84de4650324f586', 1);
UPDATE om_state SET messages=4, largest_id=40 WHERE node=0;
INSERT INTO tig_users(uid, user_id, sha1_user_id) VALUES (1, 'romeo@example.org', '2ed681f17049ef21eba6d9ffe6a7c5eaf5193572');
INSERT INTO tig_nodes(nid, parent_nid, uid, node) VALUES (1, NULL, 1, 'root');
INSERT INTO tig_pairs(nid, uid, pkey, pval) VALUES (1, 1, 'k', 'of romeo@example.org');
INSERT INTO tig_users(uid, user_id, sha1_user_id) VALUES (2, 'juliet@example.org', 'cca6c9c27a8c56510a460f1fef720e03ad946909');
INSERT INTO tig_nodes(nid, parent_nid, uid, node) VALUES (2, NULL, 2, 'root');
INSERT INTO tig_pairs(nid, uid, pkey, pval) VALUES (2, 2, 'k', 'of juliet@example.org');
CREATE TABLE om_version(version INTEGER NOT NULL);
INSERT INTO om_version(version) VALUES (1);
