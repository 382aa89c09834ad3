import type { JsonObject } from '../../lib/json.ts'
import { carry } from './carried.ts'
import { type Result, type Work, workOf } from './work.ts'

/**
 * What another provider's tool did, as Anthropic's clients know it of Anthropic's: what was asked and
 * what came of it are blocks of their own. None where it is no work of a tool.
 */
export function blocksOfWork(data: JsonObject, wire: string): JsonObject[] {
  const work = workOf(data, wire)
  if (!work) return []
  const { input, result } = work
  const blocks = [
    ...(input ? [useBlock(work, input)] : []),
    ...(result ? [resultBlock(work, result)] : []),
  ]
  // The provider's own block goes back once.
  return blocks.map((block, place) =>
    Object.assign(block, carry(wire, ...(place === 0 ? [data] : []))),
  )
}

const OWN_TOOLS = new Set(['web_search', 'code_execution'])

/** Of tools that Anthropic has not, a server's is the nearest: its results are plain text. */
function isServers({ tool, server }: Work): boolean {
  return server !== undefined || !OWN_TOOLS.has(tool)
}

function useBlock(work: Work, input: JsonObject): JsonObject {
  const { tool, server } = work
  if (!isServers(work)) {
    return { type: 'server_tool_use', id: idOf(work), name: tool, input }
  }
  const server_name = server ?? tool
  return { type: 'mcp_tool_use', id: idOf(work), name: tool, server_name, input }
}

/** Anthropic's ids begin in the way of each kind, and hold letters and digits alone. */
function idOf(work: Work): string {
  const letters = work.id.replaceAll(/[^A-Za-z0-9_]/g, '_')
  return `${isServers(work) ? 'mcptoolu' : 'srvtoolu'}_${letters}`
}

function resultBlock(work: Work, { text, pages, failed }: Result): JsonObject {
  const tool_use_id = idOf(work)
  if (isServers(work)) {
    const words = [text, ...pages.map(({ url }) => url)].filter(Boolean).join('\n')
    const content = [{ type: 'text', text: words, citations: null }]
    return { type: 'mcp_tool_result', tool_use_id, is_error: failed, content }
  }
  if (work.tool === 'web_search') {
    const content = failed
      ? { type: 'web_search_tool_result_error', error_code: 'unavailable' }
      : pages.map((page) => ({
          type: 'web_search_result',
          ...page,
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
