import { expect, test } from 'vitest'
import { GatewayError } from '../domain/errors.ts'
import type { JsonObject } from '../lib/json.ts'
import { functionFiles, loadTexts } from './fakes.ts'
import type { Prompting } from './functions.ts'

const load = async () => (await loadTexts(functionFiles)).config
const renderOf = ({ templates }: Prompting, name: string, args: JsonObject) =>
  templates.get(name)?.render(args)

test('a request may bring a schema', async () => {
  const config = await load()
  const schema = config.compileSchema({ type: 'number' }, 'the output')
  expect(schema.check('x')).toEqual(['"x" is not of type "number"'])
  expect(() => config.compileSchema({ type: 'nope' }, 'the output')).toThrow(
    expect.objectContaining({
      code: 'invalid_request',
      message: expect.stringMatching(/^The JSON Schema of the output is invalid: .*\.$/),
    }),
  )
})

test('however many schemas requests bring, they work', async () => {
  const config = await load()
  for (let least = 0; least < 150; least++) {
    expect(config.compileSchema({ minimum: least }, 'x').check(least - 1)).toHaveLength(1)
  }
})

const remapped = (text: string) => ({ __tensorzero_remapped_path: 'x', __data: text })

test('a request may bring a variant, with texts in place of paths', async () => {
  const config = await load()
  const variant = config.readVariant('extract', {
    type: 'chat_completion',
    model: 'stage::m',
    json_mode: 'strict',
    templates: { system: { path: remapped('Now {{ who }}') }, hint: { path: 'Inline {{ who }}' } },
  })
  if (!('templates' in variant)) throw new Error('There are no templates.')
  expect(renderOf(variant, 'system', { who: 'Ann' })).toBe('Now Ann')
  expect(renderOf(variant, 'hint', { who: 'Ann' })).toBe('Inline Ann')
  const judged = config.readVariant('ask', {
    type: 'best_of_n',
    candidates: ['wrapped'],
    evaluator: { model: 'stage::m', system_template: 'Choose.' },
  })
  expect('judge' in judged && renderOf(judged.judge, 'system', {})).toBe('Choose.')
})

test.each<[string, string, JsonObject, string]>([
  ['an unknown function', 'nope', {}, 'There is no function named `nope`.'],
  [
    'a mistake in its table',
    'ask',
    { type: 'chat_completion', model: 1 },
    '`internal_dynamic_variant_config` is invalid: `model` must be a string, found a number.',
  ],
  [
    'a mistake in a template',
    'ask',
    { type: 'chat_completion', model: 'm', user_template: '{{' },
    '`internal_dynamic_variant_config` is invalid: user_template: Failed to add template: syntax error: unexpected end of input, expected expression in line 1.',
  ],
  [
    'an unknown candidate',
    'ask',
    { type: 'best_of_n', candidates: ['x'], evaluator: { model: 'm' } },
    '`internal_dynamic_variant_config` is invalid: candidate `x` not found.',
  ],
])('a variant with %s is refused', async (_, owner, json, message) => {
  const config = await load()
  expect(() => config.readVariant(owner, json)).toThrow(message)
  expect(() => config.readVariant(owner, json)).toThrow(GatewayError)
})
