/**
 * What metrics add up to. `metric_credit` says for which function, variant and namespace
 * (`metric_cell`) the newest value of each target counts, and `metric_sum` what these add up to for
 * each minute, hour and day and for ever (size 0).
 */
export const STATISTICS_MIGRATION = `
  CREATE TABLE metric_cell (id INTEGER PRIMARY KEY, function INTEGER NOT NULL,
    metric INTEGER NOT NULL, variant INTEGER NOT NULL, namespace INTEGER NOT NULL,
    UNIQUE (function, metric, variant, namespace));

  CREATE TABLE metric_credit (target BLOB NOT NULL, cell INTEGER NOT NULL, at INTEGER NOT NULL,
    value REAL NOT NULL, PRIMARY KEY (target, cell)) WITHOUT ROWID;
  CREATE INDEX metric_credit_time ON metric_credit (cell, at);

  CREATE TABLE metric_sum (cell INTEGER NOT NULL, size INTEGER NOT NULL, slot INTEGER NOT NULL,
    count INTEGER NOT NULL, mean REAL NOT NULL, squares REAL NOT NULL,
    PRIMARY KEY (cell, size, slot)) WITHOUT ROWID;
  `

/** The sizes in which sums are kept, ms, each made of the one before; 0 holds everything. */
export const SUM_SIZES = [60_000, 3_600_000, 86_400_000, 0] as const

/** Where a time falls among the sums of one size, ms. */
export function slotOf(at: number, size: number): number {
  return size === 0 ? 0 : at - (at % size)
}
