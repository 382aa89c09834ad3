import { asArray, type Json, type JsonObject } from '../../lib/json.ts'
import { carry } from './carried.ts'
import { type Result, type Work, wordsOf } from './work.ts'

/** What a provider's tool did, as one item of a response: what was asked, and what came of it. */
export interface WorkItem {
  readonly work: Work
  readonly wire: string
  /** The provider's own blocks: one, or one for each. */
  readonly blocks: readonly JsonObject[]
}

/** The work that a result is of joins it; null where it is of another. */
export function joined(item: WorkItem, { work, blocks }: WorkItem): WorkItem | null {
  const { result, id, input } = work
  const open = item.work.result === undefined && item.work.id === id
  if (!open || !result || input) return null
  return { ...item, work: { ...item.work, result }, blocks: [...item.blocks, ...blocks] }
}

/** Source: OpenAI API reference, `web_search_call`, `code_interpreter_call`, `mcp_call`. */
export function itemOfWork({ work, wire, blocks }: WorkItem, id: string): JsonObject {
  const { result = NONE } = work
  const status = result.failed ? 'failed' : 'completed'
  return { id, ...said(work, result, status), ...carry(wire, ...blocks) }
}

const NONE: Result = { text: '', pages: [], failed: false }

function said({ tool, server, input = {} }: Work, result: Result, status: string): JsonObject {
  const { text, pages, failed } = result
  if (server === undefined && tool === 'web_search') {
    const sources = pages.map(({ url }) => ({ type: 'url', url }))
    const action = { type: 'search', query: queryIn(input), sources }
    return { type: 'web_search_call', status, action }
  }
  if (server === undefined && tool === 'code_execution') {
    const outputs = text === '' ? [] : [{ type: 'logs', logs: text }]
    return {
      type: 'code_interpreter_call',
      status,
      code: input['code'] ?? null,
      container_id: '',
      outputs,
    }
  }
  const words = wordsOf(result)
  return {
    type: 'mcp_call',
    status,
    server_label: server ?? tool,
    name: tool,
    arguments: JSON.stringify(input),
    output: failed ? null : words,
    error: failed ? words : null,
    approval_request_id: null,
  }
}

function queryIn({ query, queries }: JsonObject): Json {
  return query ?? asArray(queries).at(0) ?? ''
}
