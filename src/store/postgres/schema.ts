import { USAGE_COLUMNS } from '../usage-columns.ts'
import { EXAMPLE_MIGRATION } from './example-schema.ts'

const USAGE_SQL = Object.values(USAGE_COLUMNS)
  .map((column) => `${column} bigint,`)
  .join('\n    ')

/**
 * Each entry takes the schema `weir` one version further. Only ever append. Names are text, as
 * people write them in their queries; money is nano-US-dollars; durations are µs.
 */
export const MIGRATIONS: readonly string[] = [
  `
  -- The order of arrival, and the cursor of every page.
  CREATE SEQUENCE weir.arrival;

  CREATE TABLE weir.inference (
    seq bigint NOT NULL DEFAULT nextval('weir.arrival'),
    id text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL,
    episode_id text COLLATE "C" NOT NULL,
    dialect text NOT NULL,
    response_id text COLLATE "C",
    function_name text COLLATE "C" NOT NULL,
    variant_name text COLLATE "C" NOT NULL,
    requested_model text COLLATE "C" NOT NULL,
    model text COLLATE "C",
    provider text COLLATE "C",
    stream boolean NOT NULL,
    outcome text NOT NULL,
    status integer NOT NULL,
    error text,
    error_message text,
    latency_us bigint NOT NULL,
    overhead_us bigint NOT NULL,
    ttft_us bigint,
    finish text,
    usage_told boolean NOT NULL,
    ${USAGE_SQL}
    input_tokens bigint,
    output_tokens bigint,
    cost_nano bigint,
    config_hash text NOT NULL,
    attempts integer NOT NULL,
    tags jsonb NOT NULL,
    input_preview text NOT NULL,
    output_preview text NOT NULL,
    PRIMARY KEY (id, started_at)
  ) PARTITION BY RANGE (started_at);
  CREATE INDEX ON weir.inference (seq);
  CREATE INDEX ON weir.inference (started_at);
  CREATE INDEX ON weir.inference (function_name, variant_name, seq);
  CREATE INDEX ON weir.inference (model, seq);
  CREATE INDEX ON weir.inference (episode_id, seq);
  CREATE INDEX ON weir.inference (seq) WHERE outcome <> 'ok';
  CREATE INDEX ON weir.inference (response_id, seq) WHERE response_id IS NOT NULL;
  CREATE INDEX ON weir.inference USING gin (tags jsonb_path_ops);

  -- Every request to a provider.
  CREATE TABLE weir.attempt (
    inference_id text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL,
    position integer NOT NULL,
    id text COLLATE "C" NOT NULL,
    number integer NOT NULL,
    reason text NOT NULL,
    provider text COLLATE "C" NOT NULL,
    provider_type text NOT NULL,
    model text COLLATE "C",
    variant text COLLATE "C",
    cached boolean NOT NULL,
    upstream_model text COLLATE "C" NOT NULL,
    url text NOT NULL,
    status integer,
    error text,
    error_message text,
    started_us bigint NOT NULL,
    head_us bigint,
    ttft_us bigint,
    ended_us bigint NOT NULL,
    bytes_out bigint NOT NULL,
    bytes_in bigint NOT NULL,
    reused_socket boolean NOT NULL,
    stale_retry boolean NOT NULL,
    may_have_been_billed boolean NOT NULL,
    usage_told boolean NOT NULL,
    ${USAGE_SQL}
    usage_source text NOT NULL,
    cost_nano bigint,
    cost_source text,
    finish text,
    finish_raw text,
    PRIMARY KEY (inference_id, position, started_at)
  ) PARTITION BY RANGE (started_at);

  -- Prompts and answers: JSON in zstd, compressed here so that the server need not.
  CREATE TABLE weir.payload (
    inference_id text COLLATE "C" NOT NULL,
    started_at timestamptz NOT NULL,
    frame bytea NOT NULL,
    PRIMARY KEY (inference_id, started_at)
  ) PARTITION BY RANGE (started_at);
  ALTER TABLE weir.payload ALTER frame SET STORAGE EXTERNAL;

  -- What is said of answers.
  CREATE TABLE weir.feedback (
    id text COLLATE "C" PRIMARY KEY,
    at timestamptz NOT NULL,
    target_id text COLLATE "C" NOT NULL,
    level text NOT NULL,
    type text NOT NULL,
    metric_name text COLLATE "C" NOT NULL,
    value json NOT NULL,
    tags jsonb NOT NULL,
    config_hash text NOT NULL
  );
  CREATE INDEX ON weir.feedback (target_id, id);
  CREATE INDEX ON weir.feedback (metric_name, target_id, id DESC);

  -- Small things of many kinds that change.
  CREATE TABLE weir.document (
    collection text COLLATE "C" NOT NULL,
    key text COLLATE "C" NOT NULL,
    value json NOT NULL,
    PRIMARY KEY (collection, key)
  );
  `,
  `
  -- Examples of what functions should do, by dataset.
  CREATE TABLE weir.datapoint (
    id text COLLATE "C" PRIMARY KEY,
    dataset_name text COLLATE "C" NOT NULL,
    function_name text COLLATE "C" NOT NULL,
    type text NOT NULL,
    episode_id text COLLATE "C",
    name text,
    input json NOT NULL,
    output json NOT NULL,
    tool_params json NOT NULL,
    output_schema json NOT NULL,
    tags jsonb NOT NULL,
    is_custom boolean NOT NULL,
    source_inference_id text COLLATE "C",
    staled_at timestamptz,
    updated_at timestamptz NOT NULL,
    config_hash text NOT NULL
  );
  CREATE INDEX ON weir.datapoint (dataset_name, updated_at, id) WHERE staled_at IS NULL;
  `,
  EXAMPLE_MIGRATION,
  `
  -- What is old is found to be deleted.
  CREATE INDEX ON weir.payload (started_at);
  CREATE INDEX ON weir.feedback (at);
  `,
  `
  -- Whether its answer came from the cache; null in older rows: their last attempt says it.
  ALTER TABLE weir.inference ADD COLUMN cached boolean;
  `,
]
