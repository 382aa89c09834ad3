import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../../../src/lib/json.ts'
import { type Facts, noFacts } from '../facts.ts'
import { addSecrets, errorOf, type Event, text } from './common.ts'
import { wholeCalls } from './partial-args.ts'

const GEMINI_FINISH: Readonly<Record<string, string>> = {
  '"STOP"': 'stop',
  '1': 'stop',
  '"MAX_TOKENS"': 'length',
  '2': 'length',
  '"SAFETY"': 'filter',
  '"PROHIBITED_CONTENT"': 'filter',
  '"RECITATION"': 'filter',
}

export function readGemini(events: readonly Event[]): Facts {
  const facts = noFacts()
  const parts: JsonObject[] = []
  for (const { body } of events) {
    if (body['error']) facts.error = errorOf(body)
    const candidate = objectsIn(body['candidates']).find(({ index }) => (index ?? 0) === 0)
    parts.push(...objectsIn(asObject(candidate?.['content'])?.['parts']))
    facts.finish = GEMINI_FINISH[JSON.stringify(candidate?.['finishReason'] ?? '')] ?? facts.finish
    readGrounding(facts, candidate)
    const feedback = asObject(body['promptFeedback'])
    // Only a prompt that was refused has no candidates.
    if (feedback?.['blockReason'] || (feedback && !candidate)) facts.finish = 'filter'
    readGeminiUsage(facts, asObject(body['usageMetadata']))
  }
  for (const part of wholeCalls(parts)) readPart(facts, part)
  if (facts.finish === 'stop' && facts.calls.length > 0) facts.finish = 'tool'
  return facts
}

function readGrounding(facts: Facts, candidate: JsonObject | undefined): void {
  const grounding = asObject(candidate?.['groundingMetadata'])
  const recited = asObject(candidate?.['citationMetadata'])
  for (const source of [
    ...objectsIn(recited?.['citationSources']),
    ...objectsIn(recited?.['citations']),
  ]) {
    if (asString(source['uri'])) facts.urls.push(text(source['uri']))
  }
  for (const chunk of objectsIn(grounding?.['groundingChunks'])) {
    const [page] = ['web', 'maps', 'retrievedContext', 'image'].flatMap((kind) => chunk[kind] ?? [])
    const url = asString(asObject(page)?.['uri']) ?? asString(asObject(page)?.['sourceUri'])
    if (url !== undefined) facts.urls.push(url)
  }
}

function readPart(facts: Facts, part: JsonObject): void {
  addSecrets(facts, [part['thoughtSignature']])
  if (part['thought'] === true) facts.reasoning += text(part['text'])
  else facts.text += text(part['text'])
  const call = asObject(part['functionCall'])
  if (!call) return
  const args = JSON.stringify(call['args'] ?? {})
  facts.calls.push({ id: text(call['id']), name: text(call['name']), text: args })
}

function readGeminiUsage(facts: Facts, usage: JsonObject | undefined): void {
  if (!usage) return
  const count = (key: string) => asNumber(usage[key])
  const prompt = count('promptTokenCount')
  if (prompt !== undefined) facts.input = prompt + (count('toolUsePromptTokenCount') ?? 0)
  const answer = count('candidatesTokenCount')
  const thoughts = count('thoughtsTokenCount')
  if (answer !== undefined || thoughts !== undefined) {
    facts.output = (answer ?? 0) + (thoughts ?? 0)
  }
  facts.cached = count('cachedContentTokenCount') ?? facts.cached
}
