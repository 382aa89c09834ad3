import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../../src/lib/json.ts'
import { type Facts, noFacts } from '../facts.ts'
import { addSecrets, askedIn, errorOf, type Event, isSearchOfX, text } from './common.ts'

const WHY: Readonly<Record<string, string>> = {
  content_filter: 'filter',
  max_output_tokens: 'length',
}

/** The last event that holds the response tells all, unless it came without its items. */
export function readResponses(events: readonly Event[]): Facts {
  const facts = noFacts()
  const items = new Map<number, JsonObject>()
  let response: JsonObject = {}
  for (const { body } of events) {
    if (body['type'] === 'response.output_item.done') {
      items.set(asNumber(body['output_index']) ?? items.size, asObject(body['item']) ?? {})
    }
    if (body['type'] === 'error') facts.error = errorOf(body)
    facts.reasoning += thoughtIn(body)
    response = asObject(body['response']) ?? (body['object'] === 'response' ? body : response)
    if (body['error'] && body['object'] !== 'response') facts.error = errorOf(body)
  }
  if (response['error'] || response['status'] === 'failed') facts.error ??= errorOf(response)
  // mistral.rs tells it beside the items; blanks alone are nothing.
  facts.reasoning += text(response['reasoning']).trim() && text(response['reasoning'])
  const listed = objectsIn(response['output'])
  for (const item of items.size > 0 ? items.values() : listed) readItem(facts, item)
  readUsage(facts, asObject(response['usage']))
  readFinish(facts, response)
  return facts
}

/** Perplexity's agents tell what they think as they search. */
function thoughtIn({ type, thought }: JsonObject): string {
  return text(type).startsWith('response.reasoning.') ? text(thought) : ''
}

function readUsage(facts: Facts, usage: JsonObject | undefined): void {
  facts.input = asNumber(usage?.['input_tokens']) ?? null
  facts.output = asNumber(usage?.['output_tokens']) ?? null
  const details = asObject(usage?.['input_tokens_details'])
  facts.cached = asNumber(details?.['cached_tokens']) ?? null
}

function readFinish(facts: Facts, response: JsonObject): void {
  const why = text(asObject(response['incomplete_details'])?.['reason'])
  if (response['status'] === 'incomplete') facts.finish = WHY[why] ?? ''
  else if (response['status'] === 'completed') {
    facts.finish = facts.calls.length > 0 ? 'tool' : 'stop'
  }
}

function readItem(facts: Facts, item: JsonObject): void {
  for (const piece of item['type'] === 'message' ? objectsIn(item['content']) : []) {
    facts.text += text(piece['text'])
    if (piece['type'] === 'output_audio') facts.text += text(piece['transcript'])
    facts.refusal += text(piece['refusal'])
    for (const annotation of objectsIn(piece['annotations'])) {
      if (asString(annotation['url'])) facts.urls.push(text(annotation['url']))
    }
  }
  if (item['type'] === 'reasoning') {
    for (const piece of [...objectsIn(item['summary']), ...objectsIn(item['content'])]) {
      facts.reasoning += text(piece['text'])
    }
    addSecrets(facts, [item['encrypted_content'], item['signature']])
  }
  facts.calls.push(...askedIn(item))
  const isCall = item['type'] === 'function_call' || item['type'] === 'custom_tool_call'
  if (isCall && !isSearchOfX(item)) {
    addSecrets(facts, [item['thought_signature']])
    const args = text(item['arguments']) || text(item['input'])
    facts.calls.push({ id: text(item['call_id']), name: text(item['name']), text: args })
  }
}
