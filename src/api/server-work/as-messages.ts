import type { JsonObject } from '../../lib/json.ts'
import { askedOf } from './asked.ts'
import { carry } from './carried.ts'
import { type Result, type Work, wordsOf, workOf } from './work.ts'

/**
 * What other providers' tools did in an answer, as Anthropic's clients know it of Anthropic's: what
 * was asked and what came of it are blocks of their own, by the same name.
 */
export class WorkBlocks {
  /** What was asked, by the provider's name of it, and our name. */
  readonly #asked = new Map<string, { readonly use: Work; readonly name: string }>()
  #count = 0

  /** None where a provider's block tells of no work. */
  of(data: JsonObject, wire: string): JsonObject[] {
    const call = askedOf(data, wire)
    if (call) return [{ type: 'tool_use', ...call, ...carry(wire, data) }]
    const work = workOf(data, wire)
    if (!work) return []
    const { id, input, result } = work
    // Clients take no result of what nobody asked.
    const before = this.#asked.get(id)
    const asks = input ?? (before ? undefined : {})
    const asked = !asks && before ? before : { use: work, name: nameOf(work, this.#count++) }
    this.#asked.set(id, asked)
    const { use, name } = asked
    const blocks = [
      ...(asks ? [useBlock(work, name, asks)] : []),
      ...(result ? [resultBlock(use, name, result)] : []),
    ]
    // The provider's own block goes back once.
    return blocks.map((block, place) =>
      Object.assign(block, carry(wire, ...(place === 0 ? [data] : []))),
    )
  }
}

const OWN_TOOLS = new Set(['web_search', 'code_execution'])

/** Of tools that Anthropic has not, a server's is the nearest: its results are plain text. */
function isServers({ tool, server }: Work): boolean {
  return server !== undefined || !OWN_TOOLS.has(tool)
}

function useBlock(work: Work, id: string, input: JsonObject): JsonObject {
  const { tool: name, server } = work
  if (!isServers(work)) return { type: 'server_tool_use', id, name, input }
  return { type: 'mcp_tool_use', id, name, server_name: server ?? name, input }
}

/** Anthropic's ids begin in the way of each kind, and hold letters and digits alone. */
function nameOf(work: Work, number: number): string {
  const letters = work.id.replaceAll(/[^A-Za-z0-9_]/g, '_')
  return `${isServers(work) ? 'mcptoolu' : 'srvtoolu'}_${letters || number}`
}

function resultBlock(work: Work, tool_use_id: string, result: Result): JsonObject {
  const { text, pages, failed } = result
  if (isServers(work)) {
    const content = [{ type: 'text', text: wordsOf(result), citations: null }]
    return { type: 'mcp_tool_result', tool_use_id, is_error: failed, content }
  }
  if (work.tool === 'web_search') {
    const content = failed
      ? { type: 'web_search_tool_result_error', error_code: 'unavailable' }
      : pages.map(({ url, title }) => ({
          type: 'web_search_result',
          url,
          title,
          encrypted_content: '',
          page_age: null,
        }))
    return { type: 'web_search_tool_result', tool_use_id, content }
  }
  const content = {
    type: 'code_execution_result',
    stdout: failed ? '' : text,
    stderr: failed ? text : '',
    return_code: failed ? 1 : 0,
    content: [],
  }
  return { type: 'code_execution_tool_result', tool_use_id, content }
}
