import type { Part } from '../../domain/chat.ts'
import { restOf } from '../../domain/usage.ts'
import { asNumber, asString, type JsonObject, objectsIn } from '../../lib/json.ts'
import { split } from '../openai-chat/usage.ts'

/**
 * Prompt counts include what was cached and every kind of content; thoughts stand apart from the
 * answer. Source: Gemini API reference, "UsageMetadata".
 */
export function usagePart(raw: JsonObject): Part {
  const number = (key: string) => asNumber(raw[key]) ?? null
  const prompt = number('promptTokenCount')
  const tools = number('toolUsePromptTokenCount')
  const cached = number('cachedContentTokenCount')
  const answer = number('candidatesTokenCount')
  const thoughts = number('thoughtsTokenCount')
  const total = number('totalTokenCount')
  const input = prompt === null && tools === null ? null : (prompt ?? 0) + (tools ?? 0)
  const said = modality(raw, ['promptTokensDetails', 'toolUsePromptTokensDetails'])
  const kept = modality(raw, ['cacheTokensDetails'])
  // What was cached is not always told by its kind: no more can be fresh than was not cached.
  const [text, [cacheRead = null, audioInput = null, imageInput = null]] = split(input, [
    cached,
    fresh(said.audio, kept.audio),
    fresh(said.image, kept.image),
  ])
  const audioOutput = modality(raw, ['candidatesTokensDetails', 'responseTokensDetails']).audio
  const rest = total === null || input === null ? null : total - input - (thoughts ?? 0)
  // A count of zero is left out: where thoughts are counted, so is the answer.
  const told = thoughts !== null || (rest ?? 0) > 0
  const output = answer ?? (told && rest !== null ? Math.max(0, rest) : null)
  return {
    type: 'usage',
    usage: {
      input: text,
      cacheRead,
      cacheWrite: null,
      cacheWrite1h: null,
      audioInput,
      imageInput,
      output: restOf(output, [audioOutput]),
      reasoning: thoughts,
      audioOutput,
    },
    raw,
  }
}

interface Modalities {
  readonly audio: number | null
  readonly image: number | null
}

function modality(raw: JsonObject, keys: readonly string[]): Modalities {
  const details = keys.flatMap((key) => objectsIn(raw[key]))
  const count = (names: readonly string[]) => {
    const found = details.filter((detail) => names.includes(modalityOf(detail)))
    if (found.length === 0) return null
    return found.reduce((sum, detail) => sum + (asNumber(detail['tokenCount']) ?? 0), 0)
  }
  return { audio: count(['AUDIO']), image: count(['IMAGE', 'VIDEO']) }
}

/** By its name, or by its number in Google's own protocol. */
function modalityOf({ modality: said }: JsonObject): string {
  return typeof said === 'number' ? (NUMBERED[said] ?? '') : (asString(said) ?? '')
}

const NUMBERED = ['', 'TEXT', 'IMAGE', 'VIDEO', 'AUDIO', 'DOCUMENT']

/** What came from the cache is counted there. */
function fresh(all: number | null, kept: number | null): number | null {
  return all === null ? null : Math.max(0, all - (kept ?? 0))
}
