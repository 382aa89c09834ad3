import type { DatabaseSync, StatementSync } from 'node:sqlite'
import type { Feedback, FeedbackType } from '../../domain/feedback.ts'
import { encodeId } from './values.ts'

/** As stored. Never renumber. */
export const FEEDBACK_TYPE_CODES: Readonly<Record<FeedbackType, number>> = {
  boolean: 0,
  float: 1,
  comment: 2,
  demonstration: 3,
}

/**
 * The newest value of each metric of each target, so that pages by metric need not sort feedback.
 * Targets are UUIDv7s: their order is that of time, as pages have it.
 */
export const METRIC_VALUE_MIGRATION = `
  CREATE TABLE metric_value (
    metric INTEGER NOT NULL,
    type INTEGER NOT NULL,
    target BLOB NOT NULL,
    value REAL,
    feedback BLOB NOT NULL,
    PRIMARY KEY (metric, type, target)
  ) WITHOUT ROWID;
  CREATE INDEX metric_value_up ON metric_value (metric, type, value, target DESC);
  CREATE INDEX metric_value_down ON metric_value (metric, type, value, target);
  CREATE INDEX inference_function_id ON inference (function, id);

  INSERT INTO metric_value (metric, type, target, value, feedback)
  SELECT metric, type, target,
    CASE type WHEN 0 THEN value = 'true' WHEN 1 THEN CAST(value AS REAL) END, id
  FROM feedback WHERE type <> 2 ORDER BY id
  ON CONFLICT (metric, type, target) DO UPDATE SET
    value = excluded.value, feedback = excluded.feedback
  WHERE excluded.feedback > metric_value.feedback;
  `

const KEEP_NEWEST = `
  INSERT INTO metric_value (metric, type, target, value, feedback) VALUES (?, ?, ?, ?, ?)
  ON CONFLICT (metric, type, target) DO UPDATE SET
    value = excluded.value, feedback = excluded.feedback
  WHERE excluded.feedback > metric_value.feedback`

/** The writer's side. */
export class MetricValueWriter {
  readonly #keep: StatementSync

  constructor(db: DatabaseSync) {
    this.#keep = db.prepare(KEEP_NEWEST)
  }

  note({ id, type, targetId, value }: Feedback, metric: number): void {
    if (type === 'comment') return
    const number = type === 'demonstration' ? null : Number(value)
    this.#keep.run(metric, FEEDBACK_TYPE_CODES[type], encodeId(targetId), number, encodeId(id))
  }
}
