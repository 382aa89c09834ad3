/** What is said of answers, and documents: small things of many kinds that change. */
export const DOCUMENT_MIGRATION = `
  CREATE TABLE feedback (
    id BLOB PRIMARY KEY,
    at INTEGER NOT NULL,
    target BLOB NOT NULL,
    level INTEGER NOT NULL,
    type INTEGER NOT NULL,
    metric INTEGER NOT NULL,
    value TEXT NOT NULL,
    tags TEXT,
    config_hash INTEGER NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX feedback_target ON feedback (target, id);

  CREATE TABLE document (collection TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL,
    PRIMARY KEY (collection, key)) WITHOUT ROWID;

  ALTER TABLE attempt ADD COLUMN model INTEGER;
  ALTER TABLE attempt ADD COLUMN variant INTEGER;
  ALTER TABLE attempt ADD COLUMN cached INTEGER NOT NULL DEFAULT 0;
  `
