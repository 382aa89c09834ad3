import type { Datapoint } from '../../domain/datapoint.ts'
import { toolParamsOf } from '../../domain/native.ts'
import { asObject } from '../../lib/json.ts'
import { jsonAt, toolsIn } from './contract-reads.ts'
import { snapshotHash, toolColumns } from './contract-rows.ts'
import { decodeTags, tagsText, timeIn, timeText } from './record-rows.ts'
import { readNumber, readNumberOrNull, readText, readTextOrNull, type Row } from '../row.ts'
import { wellFormedJson } from './values.ts'

export const DATAPOINT_TABLES = ['ChatInferenceDatapoint', 'JsonInferenceDatapoint'] as const

export function tableOf({ type }: Datapoint): (typeof DATAPOINT_TABLES)[number] {
  return type === 'chat' ? 'ChatInferenceDatapoint' : 'JsonInferenceDatapoint'
}

/** `there`: when what it replaces was changed, in us since 1970, perhaps by a faster clock. */
export function encodeDatapoint(datapoint: Datapoint, there = 0): Row {
  const { input, output, type, toolParams, outputSchema } = datapoint
  return {
    dataset_name: datapoint.datasetName.toWellFormed(),
    function_name: datapoint.functionName.toWellFormed(),
    id: datapoint.id,
    episode_id: datapoint.episodeId,
    input: wellFormedJson(input),
    output: output === null ? null : wellFormedJson(output),
    tags: tagsText(datapoint.tags),
    auxiliary: '',
    is_deleted: false,
    updated_at: versionText(datapoint.updatedAt, there),
    staled_at: datapoint.staledAt === null ? null : timeText(datapoint.staledAt),
    source_inference_id: datapoint.sourceInferenceId,
    is_custom: datapoint.isCustom,
    name: datapoint.name?.toWellFormed() ?? null,
    snapshot_hash: snapshotHash(datapoint.configHash),
    ...(type === 'chat'
      ? toolColumns(toolParams)
      : { output_schema: wellFormedJson(outputSchema ?? {}) }),
  }
}

function versionText(ms: number, thereUs: number): string {
  if (timeIn(ms) * 1000 >= thereUs) return timeText(ms)
  const us = thereUs + 1
  return timeText(Math.floor(us / 1000)) + String(us % 1000).padStart(3, '0')
}

const COMMON = `toString(id) AS id_text, dataset_name, function_name,
  toString(episode_id) AS episode_text, name, input, output, tags, is_custom,
  toString(source_inference_id) AS source, toUnixTimestamp64Milli(staled_at) AS staled_ms,
  toUnixTimestamp64Milli(updated_at) AS updated_ms, updated_at, toString(snapshot_hash) AS snapshot`

/** Both tables as one; `where` may speak of what both have. */
export function datapointsWhere(where: string): string {
  return `(
    SELECT 'chat' AS type, ${COMMON}, '' AS output_schema, dynamic_tools, dynamic_provider_tools,
      allowed_tools, tool_choice, parallel_tool_calls
    FROM ChatInferenceDatapoint FINAL WHERE ${where}
    UNION ALL
    SELECT 'json' AS type, ${COMMON}, output_schema, [], [], NULL, NULL, NULL
    FROM JsonInferenceDatapoint FINAL WHERE ${where}
  )`
}

export function decodeDatapoint(row: Row): Datapoint {
  const isChat = row['type'] === 'chat'
  return {
    id: readText(row, 'id_text'),
    datasetName: readText(row, 'dataset_name'),
    functionName: readText(row, 'function_name'),
    type: isChat ? 'chat' : 'json',
    episodeId: readTextOrNull(row, 'episode_text'),
    name: readTextOrNull(row, 'name'),
    input: asObject(jsonAt(row, 'input')) ?? {},
    output: jsonAt(row, 'output'),
    toolParams: isChat ? toolParamsOf(toolsIn(row)) : {},
    outputSchema: isChat ? null : jsonAt(row, 'output_schema'),
    tags: decodeTags(row['tags']),
    isCustom: Boolean(row['is_custom']),
    sourceInferenceId: readTextOrNull(row, 'source'),
    staledAt: readNumberOrNull(row, 'staled_ms'),
    updatedAt: readNumber(row, 'updated_ms'),
    configHash: readTextOrNull(row, 'snapshot') ?? '',
  }
}
