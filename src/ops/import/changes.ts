import { parseToml } from '../../config/toml.ts'
import { FileTexts } from '../../config/references.ts'
import { toSnapshot } from '../../config/snapshot.ts'
import type { Datapoint } from '../../domain/datapoint.ts'
import type { Feedback, FeedbackType } from '../../domain/feedback.ts'
import { timeOfUuidV7 } from '../../domain/ids.ts'
import { toolParamsOf } from '../../domain/native.ts'
import {
  encodeEpisode,
  encodeRun,
  WORKFLOW_EPISODES,
  WORKFLOW_RUNS,
} from '../../domain/workflow-run.ts'
import { asArray } from '../../lib/json.ts'
import type { Change } from '../../store/changes.ts'
import { readNumber, readText, type Row } from '../../store/row.ts'
import type { SourceKind } from '../../store/tensorzero/source.ts'
import { importSnapshot } from '../config-snapshots.ts'
import {
  hashIn,
  inputIn,
  jsonIn,
  keyOf,
  optionalNumber,
  optionalText,
  textsIn,
  toolsIn,
} from './values.ts'

/** How each row that is no inference is written here. Throws for damaged rows. */
export const CHANGES: Readonly<Record<Exclude<SourceKind, 'inferences'>, (row: Row) => Change>> = {
  config_snapshots: snapshotChange,
  workflow_runs: (row) => ({
    kind: 'put',
    collection: WORKFLOW_RUNS,
    key: keyOf(row),
    value: encodeRun({
      id: keyOf(row),
      variants: textsIn(row, 'variant_pins'),
      tags: textsIn(row, 'tags'),
      projectName: optionalText(row, 'project_name'),
      displayName: optionalText(row, 'run_display_name'),
    }),
  }),
  workflow_episodes: (row) => ({
    kind: 'put',
    collection: WORKFLOW_EPISODES,
    key: keyOf(row),
    value: encodeEpisode({
      id: keyOf(row),
      runId: readText(row, 'run'),
      taskName: optionalText(row, 'task_name'),
      tags: textsIn(row, 'tags'),
    }),
  }),
  boolean_feedback: (row) => said(row, { type: 'boolean', value: Boolean(row['value']) }),
  float_feedback: (row) => said(row, { type: 'float', value: readNumber(row, 'value') }),
  comments: (row) =>
    said(row, { type: 'comment', metricName: 'comment', value: readText(row, 'value') }),
  demonstrations: (row) =>
    said(row, { type: 'demonstration', metricName: 'demonstration', value: jsonIn(row, 'value') }),
  chat_datapoints: (row) => datapointChange(row, 'chat'),
  json_datapoints: (row) => datapointChange(row, 'json'),
  examples: (row) => ({
    kind: 'put_examples',
    examples: [
      {
        id: keyOf(row),
        functionName: readText(row, 'function_name'),
        variantName: readText(row, 'variant_name'),
        namespace: optionalText(row, 'namespace') ?? '',
        input: readText(row, 'input'),
        output: readText(row, 'output'),
        embedding: asArray(jsonIn(row, 'embedding')).map(Number),
      },
    ],
  }),
}

function said(
  row: Row,
  what: { type: FeedbackType; metricName?: string; value: Feedback['value'] },
): Change {
  const id = keyOf(row)
  const feedback: Feedback = {
    id,
    at: timeOfUuidV7(id),
    targetId: readText(row, 'target'),
    level: row['level'] === 'inference' ? 'inference' : 'episode',
    metricName: what.metricName ?? readText(row, 'metric_name'),
    type: what.type,
    value: what.value,
    tags: textsIn(row, 'tags'),
    configHash: hashIn(row),
  }
  return { kind: 'feedback', feedback }
}

function datapointChange(row: Row, type: Datapoint['type']): Change {
  const updatedAt = readNumber(row, 'updated_ms')
  const datapoint: Datapoint = {
    id: keyOf(row),
    datasetName: readText(row, 'dataset_name'),
    functionName: readText(row, 'function_name'),
    type,
    episodeId: optionalText(row, 'episode'),
    name: optionalText(row, 'name'),
    input: inputIn(row),
    output: jsonIn(row, 'output'),
    toolParams: type === 'chat' ? toolParamsOf(toolsIn(row)) : {},
    outputSchema: type === 'chat' ? null : (jsonIn(row, 'output_schema') ?? {}),
    tags: textsIn(row, 'tags'),
    isCustom: Boolean(row['is_custom']),
    sourceInferenceId: optionalText(row, 'source'),
    staledAt: optionalNumber(row, 'staled_ms'),
    updatedAt,
    configHash: hashIn(row),
  }
  return { kind: 'write_datapoints', datapoints: [datapoint], stale: [], at: updatedAt }
}

/** TensorZero keeps a configuration as TOML, Weir as its tables. */
function snapshotChange(row: Row): Change {
  const parsed = parseToml({ file: '', text: readText(row, 'config') })
  if (!parsed.ok) throw new Error(parsed.finding.message)
  return importSnapshot({
    hash: BigInt(keyOf(row)).toString(),
    config: toSnapshot(parsed.source.table, new FileTexts()),
    extraTemplates: textsIn(row, 'extra_templates'),
    tags: textsIn(row, 'tags'),
    createdAt: readNumber(row, 'created_ms'),
    lastUsed: readNumber(row, 'used_ms'),
  })
}
