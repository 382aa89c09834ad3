import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import OpenAI from 'openai'
import { expect, test } from 'vitest'
import type { JsonObject } from '../src/lib/json.ts'
import { startWeir } from './support/process.ts'

const root = join(import.meta.dirname, '..')

/** The blocks of an example's README in one language. */
function readme(name: string, language: string): string {
  const text = readFileSync(join(root, 'examples', name, 'README.md'), 'utf8')
  const blocks = [...text.matchAll(new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``, 'g'))]
  return blocks.map(([, block = '']) => block).join('\n')
}

/** A gateway as the example's README starts it, and what its readers do there. */
async function start(name: string) {
  const [, files = ''] = /--config-file "?([^"\n]+)/.exec(readme(name, 'sh')) ?? []
  const weir = await startWeir({ args: ['--config-file', join(root, files)] })
  const post = async (path: string, body: object) => {
    const init = { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }
    const response = await fetch(weir.url + path, { method: 'POST', ...init })
    expect(response.status).toBe(200)
    return (await response.json()) as JsonObject
  }
  return {
    post,
    client: new OpenAI({ baseURL: `${weir.url}/openai/v1`, apiKey: 'any', maxRetries: 0 }),
    /** What the README's program prints. */
    async run(): Promise<string> {
      const code = readme(name, 'js').replace('http://localhost:3000', weir.url)
      const words = ['--input-type=module', '--eval', code]
      const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: root })
      return stdout
    },
    async stored(): Promise<JsonObject[]> {
      const { inferences } = await post('/v1/inferences/list_inferences', {
        output_source: 'inference',
      })
      return inferences as JsonObject[]
    },
    async calls(id: unknown): Promise<JsonObject[]> {
      const response = await fetch(`${weir.url}/internal/model_inferences/${String(id)}`)
      return ((await response.json()) as { model_inferences: JsonObject[] }).model_inferences
    },
    [Symbol.asyncDispose]: () => weir[Symbol.asyncDispose](),
  }
}

test('names come out of texts, with examples to learn from too', async () => {
  await using example = await start('ner')
  expect(await example.run()).toContain('organization: [')
  const body = /-d '([\s\S]*?)'/.exec(readme('ner', 'sh'))?.[1] ?? ''
  await example.post('/internal/dicl_examples', JSON.parse(body) as object)
  const [learned, baseline] = await Promise.all(
    ['learned', 'baseline'].map((variant) => {
      const request = {
        model: 'tensorzero::function_name::extract_entities',
        messages: [{ role: 'user', content: 'Ada Lovelace, London' }],
        'tensorzero::variant_name': variant,
      }
      const system = {
        type: 'tensorzero::template',
        name: 'system',
        arguments: { language: 'English', kinds: ['person'] },
      }
      return example.client.chat.completions.create({
        ...request,
        messages: [{ role: 'system', content: [system] }, ...request.messages],
      } as OpenAI.ChatCompletionCreateParamsNonStreaming)
    }),
  )
  expect(JSON.parse(baseline?.choices[0]?.message.content ?? '')).toEqual({
    person: ['Ada Lovelace'],
    organization: ['Royal Society'],
    location: ['London'],
    miscellaneous: [],
  })
  const told = JSON.stringify((await example.calls(learned?.id)).at(-1)?.['input_messages'])
  expect(told).toContain('Grace Hopper was in Arlington.')
  const found = await example.stored()
  expect(found.find((each) => each['variant_name'] === 'learned')).toMatchObject({
    type: 'json',
    output: { parsed: { person: ['Ada Lovelace'] } },
  })
})

test('an agent calls its tools over an episode, until it knows the answer', async () => {
  await using example = await start('rag')
  expect(await example.run()).toBe('The Thames\n')
  const turns = await example.stored()
  const [last] = turns
  expect(new Set(turns.map((turn) => turn['episode_id'])).size).toBe(1)
  expect(turns).toHaveLength(3)
  expect(last).toMatchObject({
    input: {
      messages: [
        { role: 'user', content: [{ type: 'template', name: 'question' }] },
        {
          role: 'assistant',
          content: [
            { type: 'tool_call', name: 'think' },
            { type: 'tool_call', name: 'search' },
          ],
        },
        { role: 'user' },
        { role: 'assistant', content: [{ type: 'tool_call', name: 'load_page' }] },
        {
          role: 'user',
          content: [{ type: 'tool_result', result: 'Ada Lovelace was born in London.' }],
        },
      ],
    },
    output: [{ type: 'tool_call', name: 'answer_question', arguments: { answer: 'The Thames' } }],
  })
  const episode = { episode_id: last?.['episode_id'], metric_name: 'answer_correct' }
  await example.post('/feedback', { ...episode, value: true })
})

test('a judge chooses the best of three haiku', async () => {
  await using example = await start('haiku')
  expect(await example.run()).toContain('still holds the whole afternoon')
  const [best] = await example.stored()
  expect(best).toMatchObject({ variant_name: 'best' })
  const calls = await example.calls(best?.['inference_id'])
  expect(calls.map((call) => JSON.stringify(call['model_name'])).toSorted()).toEqual([
    '"bold_poet"',
    '"bold_poet"',
    '"critic"',
    '"poet"',
  ])
  expect(JSON.stringify(calls)).toContain('Write a haiku about: tea')
  const inference = { inference_id: best?.['inference_id'], metric_name: 'haiku_score' }
  await example.post('/feedback', { ...inference, value: 0.8 })
})
