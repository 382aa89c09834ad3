/** Examples for dynamic in-context learning. `sign` is gone by now. */
export const EXAMPLE_MIGRATION = `
  CREATE TABLE example (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, space INTEGER NOT NULL,
    sign BLOB NOT NULL, input TEXT NOT NULL, output TEXT NOT NULL);
  CREATE INDEX example_space ON example (space, seq, sign);
  CREATE TABLE example_vector (seq INTEGER PRIMARY KEY, vector BLOB NOT NULL);
  `

/**
 * `code` has four bits for each number of the vector (`lib/nibbles.ts`), in the order in which the
 * codes of a space are read. Examples from before have none: theirs are made when they are read.
 */
export const EXAMPLE_CODE_MIGRATION = `
  DROP INDEX example_space;
  ALTER TABLE example DROP COLUMN sign;
  CREATE INDEX example_space ON example (space, seq);
  CREATE TABLE example_code (space INTEGER NOT NULL, seq INTEGER NOT NULL, code BLOB NOT NULL,
    PRIMARY KEY (space, seq)) WITHOUT ROWID;
  INSERT INTO meta (key, value)
    SELECT 'example_codes_from', max(seq) + 1 FROM example HAVING max(seq) IS NOT NULL;
  `
