/** `body`: input, output, tools and schema as JSON. Times are ms. */
export const DATAPOINT_MIGRATION = `
  CREATE TABLE datapoint (
    id BLOB PRIMARY KEY,
    dataset INTEGER NOT NULL,
    function INTEGER NOT NULL,
    type TEXT NOT NULL,
    episode_id BLOB,
    name TEXT,
    tags TEXT NOT NULL,
    custom INTEGER NOT NULL,
    source BLOB,
    staled_at INTEGER,
    updated_at INTEGER NOT NULL,
    config_hash INTEGER NOT NULL,
    body TEXT NOT NULL
  );
  CREATE INDEX datapoint_dataset ON datapoint (dataset, updated_at, id, function)
    WHERE staled_at IS NULL;
  `
