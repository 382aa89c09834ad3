import type { Config } from '../config/config.ts'
import { Collector } from '../domain/collect.ts'
import type { AttemptRecord } from '../domain/record.ts'
import type { Usage } from '../domain/usage.ts'
import { readResponse } from './read-response.ts'

/**
 * What an answer of the cache had used when its provider gave it, as its text tells; null where that
 * cannot be read, as when there is no such model any more. Its record counts nothing, for nothing was
 * used again.
 */
export function usageOfCached(config: Config, attempt: AttemptRecord): Usage | null {
  const { model, provider, rawResponse: text } = attempt
  const targets = model === undefined ? [] : (config.model(model)?.targets ?? [])
  const wire = targets.find(({ name }) => name === provider)?.wires.chat
  if (!wire) return null
  const streamed = !/^\s*[[{]/.test(text)
  const collector = new Collector()
  const { parts } = readResponse({ status: 200, streamed, responseType: null }, text, wire)
  for (const part of parts) collector.add(part)
  return collector.answer().usage
}
