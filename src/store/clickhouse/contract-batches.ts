import { type Batch, BATCH_PIECES, BATCHES, type KeptItem, pieceKey } from '../../domain/batch.ts'
import type { Input } from '../../domain/input.ts'
import { inputJson } from '../../domain/native-blocks.ts'
import { choiceJson, providerToolJson, toolAsJson } from '../../domain/native-tools.ts'
import { asString } from '../../lib/json.ts'
import type { Row } from '../row.ts'
import { snapshotHash, toolColumns } from './contract-rows.ts'
import { type DocumentChange, readDocument } from './documents.ts'
import type { Means } from './means.ts'
import { tagsText } from './record-rows.ts'
import { wellFormedJson } from './values.ts'

/**
 * Notes batches in TensorZero's tables too: each state of one, and its requests once they are handed
 * in. Weir itself reads only its documents.
 */
export async function noteBatches(
  means: Means,
  changes: readonly DocumentChange[],
  step: string,
): Promise<void> {
  for (const [place, change] of changes.entries()) {
    if (change.kind !== 'put' || change.collection !== BATCHES) continue
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the engine writes these
    const batch = change.value as unknown as Batch
    const own = `${step} ${place}`
    if (batch.status === 'pending') await noteItems(means, batch, own)
    await means.insert('BatchRequest', [requestRow(batch)], own)
  }
}

async function noteItems(means: Means, batch: Batch, step: string): Promise<void> {
  for (let number = 0; number < batch.pieces; number++) {
    const name = { collection: BATCH_PIECES, key: pieceKey(batch.id, number) }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the engine writes these
    const items = ((await readDocument(means.ask, name)) ?? []) as unknown as KeptItem[]
    const rows = items.map((item) => itemRow(batch, item))
    await means.insert('BatchModelInference', rows, `${step} piece ${number}`)
  }
}

function requestRow(batch: Batch): Row {
  return {
    ...placeColumns(batch),
    id: batch.stateId,
    batch_params: wellFormedJson(batch.known),
    status: batch.status,
    errors: [...new Set(Object.values(batch.failures))].map((text) => text.toWellFormed()),
    raw_request: '',
    raw_response: '',
  }
}

function placeColumns(batch: Batch): Row {
  return {
    batch_id: batch.id,
    function_name: batch.functionName.toWellFormed(),
    variant_name: batch.variantName.toWellFormed(),
    model_name: batch.model.toWellFormed(),
    model_provider_name: batch.provider.toWellFormed(),
    snapshot_hash: snapshotHash(batch.configHash),
  }
}

function itemRow(batch: Batch, item: KeptItem): Row {
  const { task, input } = item
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- only the engine writes these
  const messages = (input['messages'] ?? []) as unknown as Input['messages']
  const { allowed, additional, choice, parallel, provider } = task.tools
  const words = {
    allowed_tools: allowed && [...allowed],
    additional_tools: additional.map(toolAsJson),
    tool_choice: choice && choiceJson(choice),
    parallel_tool_calls: parallel,
    provider_tools: provider.map(providerToolJson),
  }
  return {
    ...placeColumns(batch),
    ...toolColumns(words),
    inference_id: item.id,
    episode_id: item.episodeId,
    input: wellFormedJson(inputJson(task.input)),
    input_messages: wellFormedJson(inputJson({ messages })['messages']),
    system: asString(input['system'])?.toWellFormed() ?? null,
    inference_params: wellFormedJson({ chat_completion: item.params }),
    raw_request: item.request.toWellFormed(),
    output_schema: task.outputSchema === null ? null : wellFormedJson(task.outputSchema),
    tags: tagsText(item.tags),
  }
}
