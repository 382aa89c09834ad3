import { afterAll, expect, test } from 'vitest'
import { say, startNative } from '../support/native.ts'
import { FUNCTION_FILES, FUNCTIONS } from './fixtures/functions.ts'

const native = await startNative(FUNCTIONS, FUNCTION_FILES)
afterAll(() => native[Symbol.asyncDispose]())

const plain = { function_name: 'plain', input: say() }
const future = '7fffffff-ac96-774b-bcce-b302099a8057'

test.each<[string, object, number, string]>([
  ['F059 no input', { function_name: 'plain' }, 400, 'missing field `input`'],
  ['F059 an unknown field', { ...plain, foo: 1 }, 400, 'unknown field `foo`, expected one of'],
  [
    'F059 an unknown field inside',
    { ...plain, input: { messages: [], texts: [] } },
    400,
    'input: unknown field `texts`, expected `system` or `messages`',
  ],
  [
    'F059 a parameter that nobody knows',
    { ...plain, params: { chat_completion: { temprature: 1 } } },
    400,
    'params.chat_completion: unknown field `temprature`, expected one of `temperature`',
  ],
  [
    'F059 a text where a number belongs',
    { ...plain, params: { chat_completion: { temperature: 'hot' } } },
    400,
    'params.chat_completion.temperature: invalid type: string "hot", expected f32',
  ],
  [
    'F059 a stream that is a text',
    { ...plain, stream: 'yes' },
    400,
    'stream: invalid type: string',
  ],
  [
    'F059 a role of nobody',
    { ...plain, input: { messages: [{ role: 'system', content: 'x' }] } },
    400,
    'input.messages[0].role: unknown variant `system`, expected `user` or `assistant`',
  ],
  [
    'F129 a block of no kind',
    { ...plain, input: say([{ type: 'sound' }]) },
    400,
    'input.messages[0].content[0]: unknown variant `sound`, expected one of `text`',
  ],
  [
    'F129 a text block without text',
    { ...plain, input: say([{ type: 'text' }]) },
    400,
    'input.messages[0].content[0]: Expected exactly one other key in text content, found 0 other keys',
  ],
  [
    'F129 a text that is a list',
    { ...plain, input: say([{ type: 'text', text: ['a'] }]) },
    400,
    'Error deserializing `text`: invalid type: sequence, expected a string',
  ],
  [
    'F130 a result without its name',
    { ...plain, input: say([{ type: 'tool_result', id: '1', result: 'x' }]) },
    400,
    'missing field `name`',
  ],
  [
    'F058 both targets',
    { ...plain, model_name: 'dummy::good' },
    400,
    'Invalid inference target: Only one of `function_name` or `model_name` can be provided',
  ],
  [
    'F058 no target',
    { input: say() },
    400,
    'Invalid inference target: Either `function_name` or `model_name` must be provided',
  ],
  [
    'F065 a variant of a model',
    { model_name: 'dummy::good', variant_name: 'a', input: say() },
    400,
    '`variant_name` cannot be provided when using `model_name`',
  ],
  ['F199 an episode that is no UUID', { ...plain, episode_id: 'x' }, 400, 'episode_id: UUID'],
  [
    'F199 an episode of another version',
    { ...plain, episode_id: '01890a5d-ac96-474b-bcce-b302099a8057' },
    400,
    'Invalid Episode ID: Version must be 7, got 4',
  ],
  [
    'F199 an episode of long ago',
    { ...plain, episode_id: '00000a5d-ac96-774b-bcce-b302099a8057' },
    400,
    'Invalid Episode ID: Timestamp is too early',
  ],
  [
    'F199 an episode to come',
    { ...plain, episode_id: '02000a5d-ac96-774b-bcce-b302099a8057' },
    400,
    'Invalid Episode ID: Timestamp is in the future',
  ],
  [
    'F199 F200 an episode of no run',
    { ...plain, episode_id: future },
    400,
    'not found for episode',
  ],
  ['F080 an empty namespace', { ...plain, namespace: '' }, 400, 'cannot be empty'],
  ['F080 a namespace of ours', { ...plain, namespace: 'tensorzero::x' }, 400, 'cannot start with'],
  [
    'F072 an aggregate without a stream',
    { ...plain, include_aggregated_response: true },
    400,
    '`include_aggregated_response` is only supported in streaming mode',
  ],
  [
    'F012 a table for an old template that takes plain text alone',
    { function_name: 'wrapped', input: say([{ type: 'template', name: 'user', arguments: {} }]) },
    400,
    'Message at index 0 has non-string content but there is no template `user` in any variant',
  ],
  [
    'F077 a mode of the cache that nobody knows',
    { ...plain, cache_options: { enabled: 'maybe' } },
    400,
    'cache_options.enabled: unknown variant `maybe`, expected one of `on`, `off`',
  ],
  [
    'F079 a variant of its own without a dry run',
    {
      ...plain,
      internal_dynamic_variant_config: { type: 'chat_completion', model: 'dummy::good' },
    },
    400,
    'If `internal_dynamic_variant_config` is used, `dryrun` must also be set to true',
  ],
  [
    'F056 a function without variants',
    { function_name: 'empty', input: say() },
    500,
    'has no variants',
  ],
  [
    'F135 a system that is a table where nothing takes it',
    { ...plain, input: say('x', { a: 1 }) },
    400,
    'System message has non-string content but there is no template `system` in any variant',
  ],
  [
    'F135 arguments where nothing takes them',
    { ...plain, input: say([{ type: 'text', arguments: { a: 1 } }]) },
    400,
    'Message at index 0 has non-string content but there is no template `user` in any variant',
  ],
  [
    'F012 F135 a text where a schema asks for arguments',
    { function_name: 'typed', input: say('x', { name: 'Ada' }) },
    400,
    'JSON Schema validation failed:',
  ],
  [
    'F110 a json function with tools',
    { function_name: 'facts', allowed_tools: ['x'], input: say() },
    400,
    'Cannot pass `allowed_tools` to a JSON function.',
  ],
  [
    'F110 a tool that is not there',
    { ...plain, allowed_tools: ['hammer'] },
    400,
    'Tool not found: hammer',
  ],
  [
    'F108 two tools of one name',
    {
      function_name: 'armed',
      input: say(),
      additional_tools: [{ name: 'get_temperature', description: '', parameters: {} }],
    },
    400,
    'Duplicate tool name: get_temperature. Tool names must be unique.',
  ],
  [
    'F164 json mode `tool` without a schema',
    { ...plain, params: { chat_completion: { json_mode: 'tool' } } },
    400,
    'JSON mode `tool` requires `output_schema`.',
  ],
  [
    'F164 json mode `tool` beside tools',
    { function_name: 'armed', input: say(), params: { chat_completion: { json_mode: 'tool' } } },
    400,
    'JSON mode `tool` is not supported with other tools configured.',
  ],
])('%s is refused', async (_, body, status, message) => {
  const answer = await native.infer(body)
  expect(answer.json['error']).toContain(message)
  expect(answer.status).toBe(status)
})
