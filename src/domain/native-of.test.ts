import { expect, test } from 'vitest'
import { nativeOf } from './native-of.ts'
import { recordOf } from '../store/fixtures/records.ts'

test('a plain answer in the words of TensorZero', () => {
  const record = recordOf(1, {
    input: [
      { role: 'system', content: [{ type: 'text', text: 'Be brief.' }] },
      { role: 'user', content: [{ type: 'text', text: 'Hi' }] },
    ],
    output: [{ type: 'tool_call', id: 'c1', name: 'look', arguments: '{"at":1}' }],
    params: { temperature: 0.5, stream: true, top_p: null },
  })
  expect(nativeOf(record)).toEqual({
    type: 'chat',
    input: {
      system: 'Be brief.',
      messages: [{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }],
    },
    output: [
      {
        type: 'tool_call',
        id: 'c1',
        raw_name: 'look',
        raw_arguments: '{"at":1}',
        name: 'look',
        arguments: { at: 1 },
      },
    ],
    inference_params: { chat_completion: { temperature: 0.5 } },
    extra_body: [],
  })
})
