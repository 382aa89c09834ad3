import { asNumber, asObject, type JsonObject, objectsIn } from '../../../src/lib/json.ts'
import { type Facts, noFacts } from '../facts.ts'
import { addSecrets, errorOf, type Event, text } from './common.ts'

const CONVERSE_FINISH: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool',
  guardrail_intervened: 'filter',
  content_filtered: 'filter',
}

export function readConverse(events: readonly Event[]): Facts {
  const facts = noFacts()
  const calls: Reading['calls'] = new Map()
  const own = new Set<number>()
  const signed = new Set<number>()
  for (const { name, body } of events) {
    if (/exception/i.test(name) || (name === '' && !body['output'])) facts.error = errorOf(body)
    facts.finish = CONVERSE_FINISH[text(body['stopReason'])] ?? facts.finish
    readConverseUsage(facts, asObject(body['usage']))
    const content = objectsIn(asObject(asObject(body['output'])?.['message'])?.['content'])
    const at = asNumber(body['contentBlockIndex']) ?? 0
    const started = asObject(body['start'])
    const delta = asObject(body['delta'])
    const pieces = content.map((piece, index) => ({ piece, index }))
    if (started) pieces.push({ piece: started, index: at })
    if (delta) pieces.push({ piece: delta, index: at })
    const reading = { facts, calls, own, signed }
    for (const { piece, index } of pieces) readConversePiece(reading, piece, index)
  }
  facts.calls = [...calls.values()]
  return facts
}

interface Reading {
  readonly facts: Facts
  readonly calls: Map<number, { id: string; name: string; text: string }>
  readonly own: Set<number>
  readonly signed: Set<number>
}

function readConversePiece(
  { facts, calls, own, signed }: Reading,
  piece: JsonObject,
  index: number,
): void {
  facts.text += text(piece['text'])
  readCited(facts, piece)
  const thought = asObject(piece['reasoningContent'])
  const said = asObject(thought?.['reasoningText']) ?? thought
  facts.reasoning += text(said?.['text'])
  const signature = text(said?.['signature'])
  // In a stream it may come in pieces.
  if (signature !== '' && signed.has(index)) facts.secrets[facts.secrets.length - 1] += signature
  else addSecrets(facts, [signature])
  if (signature !== '') signed.add(index)
  addSecrets(facts, [thought?.['redactedContent']])
  const use = asObject(piece['toolUse'])
  // What Amazon runs itself is nobody's call.
  if (use?.['type'] === 'server_tool_use') own.add(index)
  if (!use || own.has(index)) return
  const known = calls.get(index) ?? {
    id: text(use['toolUseId']),
    name: text(use['name']),
    text: '',
  }
  const { input } = use
  known.text += typeof input === 'object' && input !== null ? JSON.stringify(input) : text(input)
  calls.set(index, known)
}

function readCited(facts: Facts, piece: JsonObject): void {
  const cited = asObject(piece['citationsContent'])
  for (const each of objectsIn(cited?.['content'])) facts.text += text(each['text'])
  const citation = asObject(piece['citation'])
  for (const each of [...objectsIn(cited?.['citations']), ...(citation ? [citation] : [])]) {
    const page = asObject(asObject(each['location'])?.['web'])
    const url = text(page?.['url']) || text(each['source'])
    if (url.startsWith('http')) facts.urls.push(url)
  }
}

function readConverseUsage(facts: Facts, usage: JsonObject | undefined): void {
  if (!usage) return
  const count = (key: string) => asNumber(usage[key]) ?? 0
  facts.cached = count('cacheReadInputTokens')
  facts.input = count('inputTokens') + facts.cached + count('cacheWriteInputTokens')
  facts.output = count('outputTokens')
}
