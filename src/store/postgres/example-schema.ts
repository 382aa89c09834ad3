/**
 * Answers that may be given again, and examples for dynamic in-context learning. The cache may be
 * lost in a crash, so it costs no write-ahead log. `code` has four bits for each number of the vector
 * (`lib/nibbles.ts`), so that the far ones are told apart without reading what they are.
 */
export const EXAMPLE_MIGRATION = `
  CREATE UNLOGGED TABLE weir.cached_answer (
    key text COLLATE "C" PRIMARY KEY,
    at timestamptz NOT NULL,
    content_type text,
    frame bytea NOT NULL
  );
  ALTER TABLE weir.cached_answer ALTER frame SET STORAGE EXTERNAL;
  CREATE INDEX ON weir.cached_answer (at);

  CREATE TABLE weir.example (
    seq bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id text COLLATE "C" NOT NULL UNIQUE,
    function_name text COLLATE "C" NOT NULL,
    variant_name text COLLATE "C" NOT NULL,
    namespace text COLLATE "C" NOT NULL,
    input text NOT NULL,
    output text NOT NULL,
    code bytea NOT NULL,
    vector bytea NOT NULL
  );
  ALTER TABLE weir.example ALTER vector SET STORAGE EXTERNAL, ALTER code SET STORAGE EXTERNAL;
  CREATE INDEX ON weir.example (function_name, variant_name, namespace, seq);
  `
