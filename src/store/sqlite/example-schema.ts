/**
 * Examples for dynamic in-context learning. `sign` has a bit for each number of the vector, so that
 * the far ones are told apart without reading what they are: see `SignIndex`.
 */
export const EXAMPLE_MIGRATION = `
  CREATE TABLE example (seq INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, space INTEGER NOT NULL,
    sign BLOB NOT NULL, input TEXT NOT NULL, output TEXT NOT NULL);
  CREATE INDEX example_space ON example (space, seq, sign);
  CREATE TABLE example_vector (seq INTEGER PRIMARY KEY, vector BLOB NOT NULL);
  `
