import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../../src/lib/json.ts'
import { type Facts, noFacts } from '../facts.ts'
import { errorOf, type Event, text } from './common.ts'

export function readOllama(events: readonly Event[]): Facts {
  const facts = noFacts()
  for (const { body } of events) {
    if (body['error']) facts.error = errorOf(body)
    const message = asObject(body['message'])
    facts.text += text(message?.['content'])
    facts.reasoning += text(message?.['thinking'])
    for (const call of objectsIn(message?.['tool_calls'])) {
      const fn = asObject(call['function'])
      const args = JSON.stringify(fn?.['arguments'] ?? {})
      facts.calls.push({ id: text(call['id']), name: text(fn?.['name']), text: args })
    }
    facts.input = asNumber(body['prompt_eval_count']) ?? facts.input
    facts.output = asNumber(body['eval_count']) ?? facts.output
    if (body['done_reason'] === 'stop') facts.finish = facts.calls.length > 0 ? 'tool' : 'stop'
    if (body['done_reason'] === 'length') facts.finish = 'length'
  }
  return facts
}

const COHERE_FINISH: Readonly<Record<string, string>> = {
  COMPLETE: 'stop',
  STOP_SEQUENCE: 'stop',
  MAX_TOKENS: 'length',
  TOOL_CALL: 'tool',
}

export function readCohere(events: readonly Event[]): Facts {
  const facts = noFacts()
  for (const { body } of events) {
    const delta = asObject(body['delta']) ?? body
    const message = asObject(delta['message'])
    if (message) readCohereMessage(facts, message, body['type'] === 'tool-call-delta')
    else if (asString(body['message']) !== undefined) facts.error = errorOf(body)
    const tokens = asObject(asObject(delta['usage'])?.['tokens'])
    facts.input = asNumber(tokens?.['input_tokens']) ?? facts.input
    facts.output = asNumber(tokens?.['output_tokens']) ?? facts.output
    facts.finish = COHERE_FINISH[text(delta['finish_reason'])] ?? facts.finish
    const failed = delta['finish_reason'] === 'ERROR' || delta['finish_reason'] === 'TIMEOUT'
    if (failed) facts.error = errorOf(delta)
  }
  return facts
}

function readCohereMessage(facts: Facts, message: JsonObject, grows: boolean): void {
  const one = asObject(message['content'])
  for (const piece of one ? [one] : objectsIn(message['content'])) {
    facts.text += text(piece['text'])
    facts.reasoning += text(piece['thinking'])
  }
  facts.reasoning += text(message['tool_plan'])
  readCohereSources(facts, message)
  const call = asObject(message['tool_calls'])
  for (const each of call ? [call] : objectsIn(message['tool_calls'])) {
    const fn = asObject(each['function'])
    const last = facts.calls.at(-1)
    const args = text(fn?.['arguments'])
    if (grows && last) last.text += args
    else facts.calls.push({ id: text(each['id']), name: text(fn?.['name']), text: args })
  }
}

/** What is cited in a thought or a plan has no place elsewhere. */
function readCohereSources(facts: Facts, { citations }: JsonObject): void {
  const one = asObject(citations)
  for (const citation of one ? [one] : objectsIn(citations)) {
    if ((citation['type'] ?? 'TEXT_CONTENT') !== 'TEXT_CONTENT') continue
    for (const source of objectsIn(citation['sources'])) {
      const url = asObject(source['document'])?.['url'] ?? asObject(source['tool_output'])?.['url']
      if (asString(url)) facts.urls.push(text(url))
    }
  }
}
