import {
  asObject,
  asString,
  type Json,
  type JsonObject,
  objectsIn,
  parseJson,
} from '../../lib/json.ts'

/** What a provider's own tool did, in nobody's words: some formats tell all in one block, some in two. */
export interface Work {
  /** By which what came of it finds back to what was asked. */
  readonly id: string
  /** `web_search`, `code_execution` …; of a server of tools the tool's own name. */
  readonly tool: string
  /** The server of tools it is of (MCP). */
  readonly server?: string
  /** What it was asked; absent: another block has told. */
  readonly input?: JsonObject
  /** What came of it; absent: another block will tell. */
  readonly result?: Result
}

export interface Result {
  readonly text: string
  readonly pages: readonly Page[]
  readonly failed: boolean
}

export interface Page {
  readonly url: string
  readonly title: string
}

/** Reads a provider's own block; null where it tells of no work that others have words for. */
export function workOf(data: JsonObject, wire: string): Work | null {
  return READERS[wire]?.(data) ?? null
}

type Reader = (data: JsonObject) => Work | null

const READERS: Readonly<Record<string, Reader>> = {
  anthropic_messages: ofAnthropic,
  openai_responses: ofOpenai,
  openai_chat: ofChat,
  gemini: ofGemini,
  bedrock_converse: ofBedrock,
}

const text = (value: Json | undefined) => asString(value) ?? ''

/** Arguments as an object: what is no JSON object stands in one. */
function inputIn(value: Json | undefined): JsonObject {
  const parsed = typeof value === 'string' ? (parseJson(value) ?? value) : value
  return asObject(parsed) ?? (parsed === undefined || parsed === '' ? {} : { input: parsed })
}

function resultIn(words: string, failed = false, pages: readonly Page[] = []): Result {
  return { text: words, pages, failed }
}

/** All that came of it as a text, for those who know no pages. */
export function wordsOf({ text: words, pages }: Result): string {
  return [words, ...pages.map(({ url }) => url)].filter(Boolean).join('\n')
}

function pageIn({ url, title }: JsonObject): Page[] {
  return asString(url) === undefined ? [] : [{ url: text(url), title: text(title) }]
}

function textsIn(value: Json | undefined): string {
  if (typeof value === 'string') return value
  return objectsIn(value)
    .map((piece) => text(piece['text']))
    .join('')
}

const RESULT_ENDING = /_tool_result$/

/** Source: Claude API reference, `server_tool_use`, `mcp_tool_use` and the results of each tool. */
function ofAnthropic(data: JsonObject): Work | null {
  const { id, name, input, content } = data
  const type = text(data['type'])
  if (type === 'server_tool_use') return { id: text(id), ...ofOwnTool(text(name), inputIn(input)) }
  if (type === 'mcp_tool_use') {
    const server = text(data['server_name'])
    return { id: text(id), tool: text(name), server, input: inputIn(input) }
  }
  if (!RESULT_ENDING.test(type)) return null
  const { tool } = ofOwnTool(type.replace(RESULT_ENDING, ''), {})
  const common = { id: text(data['tool_use_id']), tool }
  if (type !== 'mcp_tool_result') return { ...common, result: ofAnthropicResult(content) }
  const result = resultIn(textsIn(content), data['is_error'] === true)
  return { ...common, server: '', result }
}

/** A command is code too. */
function ofOwnTool(tool: string, input: JsonObject): { tool: string; input: JsonObject } {
  if (tool !== 'bash_code_execution') return { tool, input }
  const { command, ...others } = input
  return { tool: 'code_execution', input: { ...(command && { code: command }), ...others } }
}

/** Pages are a list; what else there is, and every error, an object. */
function ofAnthropicResult(content: Json | undefined): Result {
  const said = asObject(content)
  if (!said) return resultIn('', false, objectsIn(content).flatMap(pageIn))
  const error = asString(said['error_code'])
  if (error !== undefined) return resultIn(error, true)
  const printed = text(said['stdout']) + text(said['stderr'])
  const document = asObject(asObject(said['content'])?.['source'])
  const words = printed || text(document?.['data']) || textsIn(said['content'])
  return resultIn(words, (said['return_code'] ?? 0) !== 0, pageIn(said))
}

/** Source: OpenAI API reference, the items of a response's `output`; Perplexity's, of its agents. */
function ofOpenai(data: JsonObject): Work | null {
  const id = text(data['id'])
  const failed = data['status'] === 'failed'
  switch (asString(data['type'])) {
    case 'web_search_call': {
      const { sources, ...input } = asObject(data['action']) ?? {}
      const result = resultIn('', failed, objectsIn(sources).flatMap(pageIn))
      return { id, tool: 'web_search', input, result }
    }
    case 'code_interpreter_call': {
      const told = objectsIn(data['outputs']).map(({ logs, url }) => text(logs) || text(url))
      const input = { code: data['code'] ?? '' }
      return { id, tool: 'code_execution', input, result: resultIn(told.join(''), failed) }
    }
    case 'file_search_call': {
      const found = objectsIn(data['results']).map((file) => {
        return [text(file['filename']), text(file['text'])].filter(Boolean).join(': ')
      })
      const input = { queries: data['queries'] ?? [] }
      return { id, tool: 'file_search', input, result: resultIn(found.join('\n\n'), failed) }
    }
    case 'mcp_call': {
      const input = inputIn(data['arguments'])
      const error = data['error'] ?? null
      const words = text(data['output']) || (error === null ? '' : JSON.stringify(error))
      const server = text(data['server_label'])
      return {
        id,
        tool: text(data['name']),
        server,
        input,
        result: resultIn(words, error !== null),
      }
    }
    // Perplexity's.
    case 'search_results':
      return workOfPages('web_search', { queries: data['queries'] ?? [] }, data['results'])
    case 'fetch_url_results':
      return workOfPages('web_fetch', {}, data['contents'])
    case 'custom_tool_call':
      return { id, tool: text(data['name']), input: inputIn(data['input']), result: resultIn('') }
    default:
      return ofOtherItem(data)
  }
}

function workOfPages(tool: string, input: JsonObject, pages: Json | undefined): Work {
  return { id: '', tool, input, result: resultIn('', false, objectsIn(pages).flatMap(pageIn)) }
}

/** All other items are named alike, `…_call` and `…_call_output`: what was asked, what came of it. */
function ofOtherItem({ type, id, call_id: call, status, ...said }: JsonObject): Work | null {
  const name = text(type)
  if (name === '' || name === 'message' || name === 'reasoning') return null
  const { encrypted_content: _secret, created_by: _by, server_label: label, ...input } = said
  const tool = name.replace(/_(?:call_output|output|call)$/, '')
  const known = { id: text(call) || text(id), tool, ...(label && { server: text(label) }) }
  const failed = status === 'failed' || Boolean(input['error'])
  if (name.endsWith('_output')) return { ...known, result: resultIn(toldBy(input), failed) }
  return { ...known, input, ...(failed && { result: resultIn(text(input['error']), true) }) }
}

/** What came of a call: words, or pieces that have some. */
function toldBy({ output, result, tools }: JsonObject): string {
  const told = output ?? result ?? tools
  if (typeof told === 'string') return told
  const words = objectsIn(told).map((piece) => {
    return text(piece['stdout']) + text(piece['stderr']) + text(piece['text'])
  })
  return words.join('') || JSON.stringify(told ?? '')
}

/** Source: Groq docs, "Built-in tools"; Mistral docs, "Connectors in Chat Completions". */
function ofChat({ executed_tools: executed }: JsonObject): Work | null {
  const [tool] = objectsIn(executed)
  if (!tool) return null
  const { id, index = 0, name, type, arguments: said, output, server_label: server } = tool
  const known = CHAT_TOOLS.find(([pattern]) => pattern.test(text(name) || text(type)))?.[1]
  const results = ['code_results', 'browser_results'].flatMap((key) => objectsIn(tool[key]))
  const words = text(output) || results.map((each) => text(each['text'])).join('\n')
  const pages = objectsIn(asObject(tool['search_results'])?.['results']).flatMap(pageIn)
  return {
    id: text(id) || `executed_${JSON.stringify(index)}`,
    tool: known ?? (text(name) || text(type)),
    ...(server && { server: text(server) }),
    ...(said !== undefined && { input: inputIn(said) }),
    result: resultIn(words, false, pages),
  }
}

const CHAT_TOOLS: readonly (readonly [pattern: RegExp, tool: string])[] = [
  [/^(?:web_|browser[._])?search$/, 'web_search'],
  [/^(?:python|code_(?:interpreter|execution))$/, 'code_execution'],
  [/^(?:visit(?:_website)?|browser[._]open)$/, 'web_fetch'],
]

/** Source: Gemini API reference, `ExecutableCode`, `CodeExecutionResult`, `ToolCall`, `ToolResponse`. */
function ofGemini(data: JsonObject): Work | null {
  const code = asObject(data['executableCode'])
  if (code) {
    return { id: text(code['id']), tool: 'code_execution', input: { code: code['code'] ?? '' } }
  }
  const ran = asObject(data['codeExecutionResult'])
  if (ran) {
    const failed = ran['outcome'] !== 'OUTCOME_OK'
    return {
      id: text(ran['id']),
      tool: 'code_execution',
      result: resultIn(text(ran['output']), failed),
    }
  }
  const called = asObject(data['toolCall'])
  if (called) return { ...toolOf(called), input: inputIn(called['args']) }
  const answered = asObject(data['toolResponse'])
  if (!answered) return null
  return { ...toolOf(answered), result: resultIn(JSON.stringify(answered['response'] ?? {})) }
}

function toolOf({ id, toolType }: JsonObject): Pick<Work, 'id' | 'tool'> {
  const type = text(toolType)
  const [tool] = GOOGLE_TYPES.find(([, each]) => each === type) ?? [type.toLowerCase()]
  return { id: text(id), tool }
}

/** Tools, and Google's kinds of them. Source: Gemini API reference, `ToolType`. */
export const GOOGLE_TYPES: readonly (readonly [tool: string, type: string])[] = [
  ['web_search', 'GOOGLE_SEARCH_WEB'],
  ['web_fetch', 'URL_CONTEXT'],
  ['file_search', 'FILE_SEARCH'],
]

/** Source: Amazon Bedrock API reference, "ToolUseBlock", "ToolResultBlock". */
function ofBedrock(data: JsonObject): Work | null {
  const used = asObject(data['toolUse'])
  if (used) {
    return { id: text(used['toolUseId']), tool: text(used['name']), input: inputIn(used['input']) }
  }
  const came = asObject(data['toolResult'])
  if (!came) return null
  const pieces = objectsIn(came['content'])
  const words = pieces.map(
    (piece) => asString(piece['text']) ?? JSON.stringify(piece['json'] ?? ''),
  )
  const tool = text(came['type']).replace(/_result$/, '')
  const result = resultIn(words.join('\n'), came['status'] === 'error')
  return { id: text(came['toolUseId']), tool, result }
}
