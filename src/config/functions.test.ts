import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../lib/json.ts'
import { functionFiles, loadTexts } from './fakes.ts'
import type { Prompting } from './functions.ts'
import { ConfigError } from './problems.ts'

const load = async () => (await loadTexts(functionFiles)).config
const variantOf = async (owner: string, name: string) => {
  const found = (await load()).functions.get(owner)?.variants.get(name)
  if (found === undefined) throw new Error('There is no such variant.')
  return found
}

test('F011 F013 a json function has its schemas, its answers and its variants', async () => {
  const config = await load()
  const extract = config.functions.get('extract')
  expect(extract).toMatchObject({
    name: 'extract',
    type: 'json',
    description: 'Finds names.',
    tools: [],
    toolChoice: { mode: 'none' },
    parallelToolCalls: null,
  })
  expect([...(extract?.schemas.keys() ?? [])]).toEqual(['system', 'hint'])
  expect(extract?.outputSchema?.check({})).toEqual(['"names" is a required property'])
  expect([...(extract?.variants.keys() ?? [])]).toEqual([
    'plain',
    'thoughtful',
    'learned',
    'untaught',
  ])
  expect(config.functions.get('idle')?.outputSchema?.check('anything')).toEqual([])
})

test('F033 F034 F036 every key of a variant arrives', async () => {
  const plain = await variantOf('extract', 'plain')
  expect(plain).toMatchObject({
    type: 'chat_completion',
    name: 'plain',
    weight: null,
    namespace: null,
    model: 'stage::m',
    jsonMode: 'tool',
    retries: { numRetries: 2, maxDelayMs: 1500 },
    extraBody: [{ pointer: '/a', value: 1 }],
    extraHeaders: [{ name: 'X-A', delete: true }],
    timeouts: { totalMs: 500, ttftMs: null },
  })
  expect('params' in plain && plain.params).toEqual({
    temperature: 0.5,
    top_p: 0.9,
    max_tokens: 10,
    presence_penalty: 0.1,
    frequency_penalty: -0.1,
    seed: 7,
    stop_sequences: ['END'],
    reasoning_effort: 'low',
    service_tier: 'flex',
    thinking_budget_tokens: 100,
    verbosity: 'low',
  })
  expect(Object.isFrozen(plain)).toBe(true)
})

const renderOf = ({ templates }: Prompting, name: string, args: JsonObject) =>
  templates.get(name)?.render(args)

test('F017 templates render, and say what they were not given', async () => {
  const plain = await variantOf('extract', 'plain')
  if (!('templates' in plain)) throw new Error('There are no templates.')
  expect(renderOf(plain, 'system', { who: 'Ann' })).toBe('For Ann.')
  expect(renderOf(plain, 'hint', { who: 'Bob' })).toBe('For Bob.')
  expect(plain.wrappers.size).toBe(0)
  expect(() => renderOf(plain, 'system', { what: 1 })).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message:
        'Error rendering template system.txt: Could not render template: undefined value in line 1. Not given: `who`.',
    }),
  )
})

test('F010 F014 F016 F021 F022 F023 a chat function has tools, and old templates wrap plain text', async () => {
  const config = await load()
  expect(config.functions.get('ask')).toMatchObject({
    type: 'chat',
    tools: ['find'],
    toolChoice: { mode: 'required', tool: 'find' },
    parallelToolCalls: true,
    outputSchema: null,
  })
  const wrapped = await variantOf('ask', 'wrapped')
  if (!('wrappers' in wrapped)) throw new Error('There are no wrappers.')
  expect(wrapped.wrappers).toEqual(
    new Map([
      ['system', 'system_text'],
      ['user', 'user_text'],
    ]),
  )
  expect(renderOf(wrapped, 'user', { user_text: 'Hi' })).toBe('<Hi>')
  expect([...config.tools.values()]).toMatchObject([
    { key: 'find', name: 'find', description: 'Finds.', strict: false },
    { key: 'other', name: 'found', strict: true },
  ])
  expect(config.metrics.get('good')).toEqual({
    name: 'good',
    type: 'boolean',
    optimize: 'max',
    level: 'inference',
    description: 'Was it good?',
  })
})

test('the other kinds of variant are read too', async () => {
  expect(await variantOf('extract', 'thoughtful')).toMatchObject({ type: 'chain_of_thought' })
  expect(await variantOf('extract', 'learned')).toMatchObject({
    type: 'dicl',
    embeddingModel: 'acme::e',
    k: 3,
    maxDistance: 0.5,
    systemInstructions: 'Be kind.\n',
    jsonMode: 'on',
  })
  expect(await variantOf('extract', 'untaught')).toMatchObject({
    maxDistance: null,
    systemInstructions: expect.stringContaining('examples'),
  })
  expect(await variantOf('ask', 'best')).toMatchObject({
    type: 'best_of_n',
    candidates: ['wrapped', 'wrapped'],
    candidateTimeoutMs: 1500,
    judge: { model: 'stage::m', jsonMode: 'strict' },
  })
  expect(await variantOf('ask', 'mixed')).toMatchObject({
    type: 'mixture_of_n',
    candidateTimeoutMs: null,
    judge: { jsonMode: null },
  })
})

test('two functions are always there, for variants that requests bring', async () => {
  const { config } = await loadTexts({})
  expect([...config.functions.values()]).toMatchObject([
    { name: 'tensorzero::hello_chat', type: 'chat', outputSchema: null },
    { name: 'tensorzero::hello_json', type: 'json', outputSchema: { json: {} } },
  ])
})

test('F042 models for embeddings are models of their own', async () => {
  const config = await load()
  expect(config.embeddingModels.get('near')).toMatchObject({
    targets: [{ upstreamModel: 'e', model: 'near' }],
    timeouts: { totalMs: 5 },
  })
  expect(config.models.size).toBe(0)
})

test('whichever lines are missing, doubled or spoilt, nothing worse comes than a ConfigError', async () => {
  const lines = functionFiles['weir.toml'].split('\n')
  const spoil = fc.record({
    line: fc.nat(lines.length - 1),
    how: fc.constantFrom(
      () => '',
      (line: string) => `${line}\n${line}`,
      (line: string) => line.replace(/=.*/, '= 5'),
      (line: string) => line.replace(/=.*/, '= ["x"]'),
      (line: string) => line.replace(/=.*/, '= { x = 1 }'),
      (line: string) => line.replace(/"[^"]*"/, '"x"'),
      (line: string) => line.replace(/\.\w+/, ''),
      (line: string) => line.replace(/^\w+/, '"\\u0000"'),
    ),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(spoil, { maxLength: 4 }), async (spoils) => {
      const spoilt = [...lines]
      for (const { line, how } of spoils) spoilt[line] = how(spoilt[line] ?? '')
      const result = await loadTexts({ ...functionFiles, 'weir.toml': spoilt.join('\n') }).catch(
        (thrown: unknown) => thrown,
      )
      expect(result instanceof Error).toBe(result instanceof ConfigError)
    }),
    { numRuns: 60 },
  )
}, 60_000)
