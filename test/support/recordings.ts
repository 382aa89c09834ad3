import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../src/lib/json.ts'

/** One real exchange with a provider; see the README beside the recordings. */
export interface Recording {
  readonly id: string
  readonly provider: string
  readonly api: string
  readonly model: string | null
  readonly request: JsonObject
  readonly status: number
  readonly response_headers: Readonly<Record<string, string>>
  readonly response_text: string
  readonly response_kind: 'json' | 'sse' | 'ndjson' | 'eventstream' | 'text'
  readonly stream: boolean
  readonly chunk_sizes?: readonly number[]
}

/** They live beside the project and are no part of it: without them there is nothing to replay. */
const FOLDER = join(import.meta.dirname, '../../../shared/recordings/exchanges')

export function recordingsOf(provider: string, api: string): Recording[] {
  const folder = join(FOLDER, provider)
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((file) => file.startsWith(`${provider}.${api}.`) && file.endsWith('.json'))
    .map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Recording)
}

/** What an answer of the OpenAI family says, read in the plainest way: the measure of what must arrive. */
export interface Facts {
  readonly choices: Record<number, ChoiceFacts>
  readonly usage: unknown
  /** Fields of the answer beside those every answer has. */
  readonly extra: JsonObject
}

interface ChoiceFacts {
  content: string
  reasoning: string
  details: JsonObject[]
  refusal: string
  finish: string | null
  tools: Record<number, { id: string; name: string; arguments: string }>
  extra: JsonObject
}

const COMMON = new Set(['id', 'object', 'created', 'model', 'choices', 'usage'])
const MESSAGE = new Set([
  'role',
  'content',
  'reasoning',
  'reasoning_content',
  'reasoning_details',
  'refusal',
  'tool_calls',
  'function_call',
])

export function factsOf(bodies: readonly JsonObject[]): Facts {
  const facts: { choices: Record<number, ChoiceFacts>; usage: unknown; extra: JsonObject } = {
    choices: {},
    usage: null,
    extra: {},
  }
  for (const body of bodies) {
    facts.usage = body['usage'] ?? facts.usage
    addExtra(facts.extra, body, COMMON)
    for (const [place, choice] of objectsIn(body['choices']).entries()) {
      const index = asNumber(choice['index']) ?? place
      readChoice((facts.choices[index] ??= emptyChoice()), choice)
    }
  }
  return facts
}

function emptyChoice(): ChoiceFacts {
  return {
    content: '',
    reasoning: '',
    details: [],
    refusal: '',
    finish: null,
    tools: {},
    extra: {},
  }
}

function addExtra(extra: JsonObject, object: JsonObject, known: ReadonlySet<string>): void {
  for (const [key, value] of Object.entries(object)) {
    if (!known.has(key) && value !== null) extra[key] = value
  }
}

function readChoice(facts: ChoiceFacts, choice: JsonObject): void {
  const message = asObject(choice['message']) ?? asObject(choice['delta']) ?? {}
  const text = (field: string) => asString(message[field]) ?? ''
  facts.content += text('content')
  facts.reasoning += text('reasoning') || text('reasoning_content')
  facts.details.push(...objectsIn(message['reasoning_details']))
  facts.refusal += text('refusal')
  facts.finish = asString(choice['finish_reason']) ?? facts.finish
  addExtra(facts.extra, message, MESSAGE)
  const legacy = asObject(message['function_call'])
  const calls = objectsIn(message['tool_calls'])
  if (legacy) calls.push({ function: legacy })
  for (const [place, call] of calls.entries()) {
    const index = asNumber(call['index']) ?? place
    readCall((facts.tools[index] ??= { id: '', name: '', arguments: '' }), call)
  }
}

function readCall(tool: ChoiceFacts['tools'][number], call: JsonObject): void {
  const body = asObject(call['function']) ?? asObject(call['custom']) ?? {}
  tool.id ||= asString(call['id']) ?? ''
  tool.name ||= asString(body['name']) ?? ''
  tool.arguments += asString(body['arguments']) ?? asString(body['input']) ?? ''
}

/** The JSON of each event, by the standard's grammar as far as these recordings use it. */
export function eventsOf(text: string): JsonObject[] {
  return text
    .split(/\r?\n\r?\n/)
    .map((block) =>
      block
        .split(/\r?\n/)
        .filter((line) => line.startsWith('data:'))
        .map((line) => line.slice(5).trimStart())
        .join('\n'),
    )
    .filter((data) => data !== '' && data !== '[DONE]')
    .map((data) => JSON.parse(data) as JsonObject)
}
