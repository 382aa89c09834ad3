import type { FunctionConfig } from '../../config/functions.ts'
import { GatewayError } from '../../domain/errors.ts'
import { isUuidV7, timeOfUuidV7 } from '../../domain/ids.ts'
import { isWorkflowEpisode } from '../../domain/workflow-run.ts'
import type { Task } from './task.ts'

/** 2020-01-23: no UUIDv7 is older. */
const EARLIEST_MS = 1_579_751_960_000

/** Whether an id may name an episode. Throws `GatewayError` (400). `nowMs`: since 1970. */
export function checkEpisode(id: string, nowMs: number): void {
  if (!isUuidV7(id)) throw invalid(`Version must be 7, got ${Number.parseInt(id.charAt(14), 16)}`)
  const seconds = Math.floor(timeOfUuidV7(id) / 1000)
  const now = Math.floor(nowMs / 1000)
  if (seconds < EARLIEST_MS / 1000) throw invalid('Timestamp is too early')
  if (seconds > now && !isWorkflowEpisode(id)) throw invalid('Timestamp is in the future')
}

function invalid(message: string): GatewayError {
  return refuse(`Invalid Episode ID: ${message}`)
}

/** A chat function answers by a tool of ours only where it has no others. Throws (400). */
export function checkJsonTool(fn: FunctionConfig, { params, tools, outputSchema }: Task): void {
  if (fn.type !== 'chat' || params.json_mode !== 'tool') return
  if (fn.tools.length > 0) {
    throw refuse('JSON mode `tool` is not supported with other tools configured.')
  }
  if (fn.toolChoice.mode !== 'auto') throw configured('tool_choice')
  if (fn.parallelToolCalls !== null) throw configured('parallel_tool_calls')
  if (outputSchema === null) throw refuse('JSON mode `tool` requires `output_schema`.')
  const given = {
    allowed_tools: tools.allowed !== null,
    additional_tools: tools.additional.length > 0,
    parallel_tool_calls: tools.parallel !== null,
    provider_tools: tools.provider.length > 0,
    tool_choice: tools.choice !== null,
  }
  const [wrong] = Object.entries(given).find(([, isGiven]) => isGiven) ?? []
  if (wrong !== undefined) throw refuse(`Cannot pass \`${wrong}\` when using JSON mode \`tool\`.`)
}

function configured(key: string): GatewayError {
  return refuse(`JSON mode \`tool\` is not supported with \`${key}\` configured in the function.`)
}

function refuse(message: string): GatewayError {
  return new GatewayError('invalid_request', message)
}
