import type { Part } from '../domain/chat.ts'
import { asNumber, asObject, asString, type JsonObject, objectsIn } from '../lib/json.ts'

/**
 * How likely each token was, in the shape of chat completions: every wire's reader brings it into
 * this shape, at the choice.
 */
export function logprobsIn(parts: readonly Part[]): JsonObject[] {
  return parts.flatMap((part) => {
    if (part.type !== 'raw' || part.level !== 'choice') return []
    return objectsIn(asObject(part.fields['logprobs'])?.['content'])
  })
}

/** The same as Gemini tells it. Source: Gemini API reference, "LogprobsResult". */
export function logprobsResult(tokens: readonly JsonObject[]): JsonObject {
  if (tokens.length === 0) return {}
  const chosenCandidates = tokens.map(candidateOf)
  const topCandidates = tokens.map((token) => ({
    candidates: objectsIn(token['top_logprobs']).map(candidateOf),
  }))
  return { logprobsResult: { chosenCandidates, topCandidates } }
}

function candidateOf(token: JsonObject): JsonObject {
  return {
    token: asString(token['token']) ?? '',
    logProbability: asNumber(token['logprob']) ?? 0,
  }
}
