import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../../src/lib/json.ts'
import { type Facts, noFacts } from '../facts.ts'
import { addSecrets, errorOf, type Event, text } from './common.ts'

const MESSAGES_FINISH: Readonly<Record<string, string>> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool',
  refusal: 'filter',
  model_context_window_exceeded: 'length',
}

export function readMessages(events: readonly Event[]): Facts {
  const facts = noFacts()
  const calls = new Map<number, { id: string; name: string; text: string; input: unknown }>()
  for (const { name, body } of events) {
    const failed = body['type'] === 'error' || body['error'] || /.(exception|failure)$/i.test(name)
    if (failed) facts.error = errorOf(body)
    const message = asObject(body['message']) ?? body
    readMessagesUsage(facts, asObject(message['usage']))
    const stop = text(asObject(body['delta'])?.['stop_reason']) || text(message['stop_reason'])
    facts.finish = MESSAGES_FINISH[stop] ?? facts.finish
    const blocks = objectsIn(message['content']).map((block, index) => ({ block, index }))
    const started = asObject(body['content_block'])
    const at = asNumber(body['index']) ?? 0
    for (const { block, index } of started ? [{ block: started, index: at }] : blocks) {
      readMessagesBlock(facts, block)
      if (block['type'] !== 'tool_use') continue
      const named = { id: text(block['id']), name: text(block['name']) }
      calls.set(index, { ...named, text: '', input: block['input'] })
    }
    const delta = asObject(body['delta'])
    if (delta) readMessagesDelta(facts, delta, calls.get(at))
  }
  facts.calls = [...calls.values()].map(({ id, name, text: json, input }) => ({
    id,
    name,
    text: json || JSON.stringify(input ?? {}),
  }))
  return facts
}

function readMessagesBlock(facts: Facts, block: JsonObject): void {
  if (block['type'] === 'text') facts.text += text(block['text'])
  if (block['type'] === 'thinking') facts.reasoning += text(block['thinking'])
  if (block['type'] === 'thinking' || block['type'] === 'redacted_thinking') {
    addSecrets(facts, [block['signature'], block['data']])
  }
  for (const citation of objectsIn(block['citations'])) {
    if (block['type'] === 'text' && asString(citation['url'])) {
      facts.urls.push(text(citation['url']))
    }
  }
}

function readMessagesDelta(
  facts: Facts,
  delta: JsonObject,
  call: { text: string } | undefined,
): void {
  if (delta['type'] === 'text_delta') facts.text += text(delta['text'])
  if (delta['type'] === 'thinking_delta') facts.reasoning += text(delta['thinking'])
  if (delta['type'] === 'signature_delta') addSecrets(facts, [delta['signature']])
  if (delta['type'] === 'input_json_delta' && call) call.text += text(delta['partial_json'])
  const url = asString(asObject(delta['citation'])?.['url'])
  if (url !== undefined) facts.urls.push(url)
}

function readMessagesUsage(facts: Facts, usage: JsonObject | undefined): void {
  if (!usage) return
  const count = (key: string) => asNumber(usage[key]) ?? 0
  const input =
    count('input_tokens') + count('cache_read_input_tokens') + count('cache_creation_input_tokens')
  if (asNumber(usage['input_tokens']) !== undefined) facts.input = Math.max(facts.input ?? 0, input)
  if (asNumber(usage['output_tokens']) !== undefined) {
    facts.output = Math.max(facts.output ?? 0, count('output_tokens'))
  }
  facts.cached = Math.max(facts.cached ?? 0, count('cache_read_input_tokens'))
}
