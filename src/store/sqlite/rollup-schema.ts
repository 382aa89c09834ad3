import type { UsageEnding, UsageLevel } from '../usage.ts'
import { SUMMED_COLUMNS } from '../usage-columns.ts'

/** As stored. Never renumber. */
export const LEVEL_CODES: Readonly<Record<UsageLevel, number>> = { inference: 0, attempt: 1 }
export const ENDING_CODES: Readonly<Record<UsageEnding, number>> = { ok: 0, failed: 1, cached: 2 }

export const HOUR_MS = 3_600_000
export const HOURS_A_DAY = 24

/** What sums consist of; times are sketches (`lib/sketch.ts`) of µs. */
export const ROLLUP_COLUMNS = `
    level INTEGER NOT NULL,
    hour INTEGER NOT NULL,
    function INTEGER NOT NULL,
    variant INTEGER NOT NULL,
    requested_model INTEGER NOT NULL,
    model INTEGER NOT NULL,
    provider INTEGER NOT NULL,
    ending INTEGER NOT NULL,
    n INTEGER NOT NULL,
    ${SUMMED_COLUMNS.map((column) => `${column} INTEGER,`).join('\n    ')}
    costed INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    latency BLOB NOT NULL,
    ttft BLOB NOT NULL`

/**
 * Sums of every hour (of when requests began), kept beside the rows and in the same transactions.
 * A name that is missing is 0; tries have no `requested_model`. Rows from before it was there are
 * added bit by bit: `rollup_below` is the seq of the lowest that is.
 */
export const ROLLUP_MIGRATION = `
  CREATE TABLE rollup (
    ${ROLLUP_COLUMNS},
    PRIMARY KEY (level, hour, function, variant, requested_model, model, provider, ending)
  ) WITHOUT ROWID;
  INSERT INTO meta (key, value)
    SELECT 'rollup_below', max(seq) + 1 FROM inference HAVING max(seq) IS NOT NULL;
  `
