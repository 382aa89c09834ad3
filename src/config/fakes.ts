import { z } from 'zod'
import type { ChatWire, Provider } from '../providers/provider.ts'
import { loadConfig } from './load.ts'
import type { Loaded, LoadOptions } from './load.ts'
import { ConfigError, formatProblem } from './problems.ts'

/** A wire that nothing is ever sent over. */
const wire: ChatWire = {
  name: 'openai_chat',
  path: () => 'chat',
  namesModel: true,
  endMarks: [],
  encode: () => ({ body: {}, dropped: [] }),
  parts: () => [],
  decoder: () => ({ push: () => [], done: true }),
  error: () => null,
}

const fields = z.object({ model_name: z.string().min(1).describe('Its name there.') })

/** Has an address and wants a key. */
export const acme: Provider = {
  type: 'acme',
  wires: { chat: wire, embeddings: { ...wire, encode: () => ({ body: {}, dropped: [] }) } },
  auth: { type: 'bearer' },
  quirks: {},
  fields,
  shorthand: true,
  apiBase: 'https://api.acme.test/v1/',
  credential: 'env::ACME_API_KEY',
}

/** Must be told its address; has keys of its own. */
export const nearby: Provider = {
  type: 'nearby',
  wires: { chat: wire },
  auth: { type: 'bearer' },
  quirks: {},
  fields: fields.extend({
    format: z.enum(['plain', 'fancy']).default('plain').describe('How it answers.'),
    temperature: z.number().min(0).max(2).optional().describe('How warm.'),
    places: z.int().optional().describe('How many.'),
  }),
  shorthand: false,
  credential: 'none',
}

/** Answers by itself. */
export const stage: Provider = {
  type: 'stage',
  wires: { chat: wire },
  auth: { type: 'bearer' },
  quirks: {},
  fields,
  shorthand: true,
  credential: 'none',
  script: () => ({ status: 200, headers: {}, steps: [] }),
}

export const fakeProviders: readonly Provider[] = [acme, nearby, stage]

/** Loads files from memory, by their names; other files than TOML are there to be named. */
export function loadTexts(
  texts: Readonly<Record<string, string>>,
  options: Partial<LoadOptions> = {},
): Promise<Loaded> {
  const byPath = new Map(Object.entries(texts))
  return loadConfig({
    sources: Object.keys(texts).filter((name) => name.endsWith('.toml')),
    env: { ACME_API_KEY: 'acme-key' },
    providers: fakeProviders,
    readFile: async (path) => {
      for (const [name, text] of byPath) if (path.endsWith(name)) return text
      throw Object.assign(new Error('not there'), { code: 'ENOENT' })
    },
    ...options,
  })
}

/** Everything that is wrong with a file, as the terminal shows it. */
export function complaints(
  texts: string | Readonly<Record<string, string>>,
  options: Partial<LoadOptions> = {},
): Promise<string> {
  const files = typeof texts === 'string' ? { 'weir.toml': texts } : texts
  return loadTexts(files, options).then(
    ({ warnings }) =>
      warnings.map((problem) => formatProblem(problem, { color: false })).join('\n'),
    (thrown: unknown) => {
      if (thrown instanceof ConfigError) return thrown.message
      throw thrown
    },
  )
}

/** The same in short: how bad, in which line, and what. */
export async function remarks(
  texts: string | Readonly<Record<string, string>>,
  options: Partial<LoadOptions> = {},
): Promise<string[]> {
  const files = typeof texts === 'string' ? { 'weir.toml': texts } : texts
  const problems = await loadTexts(files, options).then(
    ({ warnings }) => warnings,
    (thrown: unknown) => {
      if (thrown instanceof ConfigError) return thrown.problems
      throw thrown
    },
  )
  return problems.map(({ severity, line, message }) => `${severity} ${line}: ${message}`)
}
