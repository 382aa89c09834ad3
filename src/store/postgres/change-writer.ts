import type pg from 'pg'
import type { Json } from '../../domain/chat.ts'
import type { Change, ChangeOutcome } from '../changes.ts'
import { keepAnswer } from './cached-answers.ts'
import { deleteDatapoints, writeDatapoints } from './datapoints.ts'
import { claimDocument, putDocument, removeDocument } from './documents.ts'
import { putExamples } from './examples.ts'
import { asRemoteFault } from './fault.ts'
import { addFeedback } from './feedback.ts'
import { encodeText } from './text.ts'

/** Applies changes inside the transaction of the records they came with. */
export async function applyChanges(
  client: pg.ClientBase,
  changes: readonly Change[],
): Promise<ChangeOutcome[]> {
  const outcomes: ChangeOutcome[] = []
  for (const change of changes) outcomes.push(await applyAlone(client, change))
  return outcomes
}

/** A change that does not fit takes nothing else with it. */
async function applyAlone(client: pg.ClientBase, change: Change): Promise<ChangeOutcome> {
  await client.query('SAVEPOINT change')
  try {
    const result = await apply(client, change)
    await client.query('RELEASE change')
    return { result }
  } catch (thrown) {
    const fault = asRemoteFault(thrown, 'PostgreSQL')
    if (fault.kind !== 'data') throw thrown
    await client.query('ROLLBACK TO change; RELEASE change')
    return { error: fault.message }
  }
}

async function apply(client: pg.ClientBase, change: Change): Promise<Json> {
  switch (change.kind) {
    case 'feedback':
      return addFeedback(client, change.feedback)
    case 'put':
      return putDocument(client, change, change.value)
    case 'claim':
      return claimDocument(client, change, change.value)
    case 'remove':
      return removeDocument(client, change)
    case 'forget_response':
      await client.query('UPDATE weir.inference SET response_id = NULL WHERE response_id = $1', [
        encodeText(change.responseId),
      ])
      return null
    case 'write_datapoints':
      return writeDatapoints(client, change)
    case 'delete_datapoints':
      return deleteDatapoints(client, change)
    case 'cache':
      return keepAnswer(client, change)
    case 'put_examples':
      return putExamples(client, change.examples)
  }
}
