import type { Outcome } from '../../domain/record.ts'
import { USAGE_COLUMNS } from '../usage-columns.ts'
import { COST_SOURCE_MIGRATION } from './cost-source.ts'
import { DATAPOINT_MIGRATION } from './datapoint-schema.ts'
import { DOCUMENT_MIGRATION } from './document-schema.ts'
import { METRIC_VALUE_MIGRATION } from './metric-values.ts'
import { EXAMPLE_CODE_MIGRATION, EXAMPLE_MIGRATION } from './example-schema.ts'
import { BODIES_APART_MIGRATION } from './payload.ts'
import { RESPONSE_ID_MIGRATION } from './response-id.ts'
import { GRAIN_MIGRATION } from './rollup-grains.ts'
import { ROLLUP_MIGRATION } from './rollup-schema.ts'
import { STATISTICS_MIGRATION } from './statistics-schema.ts'

export const HOT_FILE = 'weir.db'

/** As stored. Never renumber: `inference_failed` relies on 0 being the good one. */
export const OUTCOME_CODES: Readonly<Record<Outcome, number>> = {
  ok: 0,
  upstream_error: 1,
  client_gone: 2,
  timeout: 3,
  rejected: 4,
  truncated: 5,
  internal: 6,
}

/** Times in `arrival` are counted in these. */
export const SLOT_MS = 300_000

const USAGE_SQL = Object.values(USAGE_COLUMNS)
  .map((column) => `${column} INTEGER,`)
  .join('\n    ')

/**
 * The facts. `seq` is the order of arrival and the cursor of every page, so every index ends in it.
 * Names are numbers into `dim`; ids are 16 bytes; money is nano-US-dollars; times are µs unless
 * they are dates (ms).
 */
export const HOT_MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

  CREATE TABLE dim (id INTEGER PRIMARY KEY, kind TEXT NOT NULL, name TEXT NOT NULL,
    UNIQUE (kind, name));

  CREATE TABLE inference (
    seq INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    started_at INTEGER NOT NULL,
    episode_id BLOB NOT NULL,
    dialect INTEGER NOT NULL,
    function INTEGER NOT NULL,
    variant INTEGER NOT NULL,
    requested_model INTEGER NOT NULL,
    model INTEGER,
    provider INTEGER,
    stream INTEGER NOT NULL,
    outcome INTEGER NOT NULL,
    status INTEGER NOT NULL,
    error INTEGER,
    error_message TEXT,
    latency_us INTEGER NOT NULL,
    overhead_us INTEGER NOT NULL,
    ttft_us INTEGER,
    finish INTEGER,
    usage_told INTEGER NOT NULL,
    ${USAGE_SQL}
    input_tokens INTEGER,
    output_tokens INTEGER,
    cost_nano INTEGER,
    config_hash INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    tags TEXT,
    input_preview TEXT NOT NULL,
    output_preview TEXT NOT NULL,
    part INTEGER NOT NULL,
    segment INTEGER NOT NULL,
    segment_index INTEGER NOT NULL
  );
  CREATE INDEX inference_function ON inference (function, variant, seq);
  CREATE INDEX inference_model ON inference (model, seq);
  CREATE INDEX inference_episode ON inference (episode_id, seq);
  CREATE INDEX inference_failed ON inference (seq) WHERE outcome <> 0;

  CREATE TABLE attempt (
    seq INTEGER NOT NULL,
    position INTEGER NOT NULL,
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    reason INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    provider_type INTEGER NOT NULL,
    upstream_model INTEGER NOT NULL,
    url INTEGER NOT NULL,
    status INTEGER,
    error INTEGER,
    error_message TEXT,
    started_us INTEGER NOT NULL,
    head_us INTEGER,
    ttft_us INTEGER,
    ended_us INTEGER NOT NULL,
    bytes_out INTEGER NOT NULL,
    bytes_in INTEGER NOT NULL,
    reused_socket INTEGER NOT NULL,
    stale_retry INTEGER NOT NULL,
    may_have_been_billed INTEGER NOT NULL,
    usage_told INTEGER NOT NULL,
    ${USAGE_SQL}
    usage_source INTEGER NOT NULL,
    cost_nano INTEGER,
    finish INTEGER,
    finish_raw INTEGER,
    PRIMARY KEY (seq, position)
  ) WITHOUT ROWID;

  CREATE TABLE tagkv (id INTEGER PRIMARY KEY, key TEXT NOT NULL, value TEXT NOT NULL,
    UNIQUE (key, value));
  CREATE TABLE tag (kv INTEGER NOT NULL, seq INTEGER NOT NULL, PRIMARY KEY (kv, seq))
    WITHOUT ROWID;

  -- Which seq the requests that began in each five minutes have: no index on time is needed.
  CREATE TABLE arrival (slot INTEGER PRIMARY KEY, first_seq INTEGER NOT NULL,
    last_seq INTEGER NOT NULL);

  -- Requests that have begun: what is still here after a crash was interrupted.
  CREATE TABLE open_request (id BLOB PRIMARY KEY, record BLOB NOT NULL);
  `,
  COST_SOURCE_MIGRATION,
  RESPONSE_ID_MIGRATION,
  DOCUMENT_MIGRATION,
  ROLLUP_MIGRATION,
  METRIC_VALUE_MIGRATION,
  STATISTICS_MIGRATION,
  DATAPOINT_MIGRATION,
  EXAMPLE_MIGRATION,
  GRAIN_MIGRATION,
  EXAMPLE_CODE_MIGRATION,
  BODIES_APART_MIGRATION,
]
