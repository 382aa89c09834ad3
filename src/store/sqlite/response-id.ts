/** Clients ask for an answer again by this name. Most rows have none, so the index is small. */
export const RESPONSE_ID_MIGRATION = `
  ALTER TABLE inference ADD COLUMN response_id TEXT;
  CREATE INDEX inference_response ON inference (response_id) WHERE response_id IS NOT NULL;
  `

/** An upstream may use a name twice: the newest counts. */
export const FIND_RESPONSE =
  'SELECT id FROM inference WHERE response_id = ? ORDER BY seq DESC LIMIT 1'

/** Of the inferences between two ids, that with this request. */
export const FIND_ATTEMPT = `
  SELECT i.id FROM inference i CROSS JOIN attempt a ON a.seq = i.seq
  WHERE i.id BETWEEN ? AND ? AND a.id = ? ORDER BY i.id DESC LIMIT 1`

/** The row stays: it is the log. */
export const FORGET_RESPONSE = 'UPDATE inference SET response_id = NULL WHERE response_id = ?'
