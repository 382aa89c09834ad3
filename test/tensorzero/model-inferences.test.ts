import { afterAll, expect, test } from 'vitest'
import { startDatasets } from '../support/datasets.ts'

const { call, close } = await startDatasets()
afterAll(close)
const ask = async (path: string) => (await call('GET', path)).json

const unknown = (data: object, model_name?: string, provider_name?: string) => {
  return { type: 'unknown', data, ...(model_name && { model_name, provider_name }) }
}

test('F132 F313 model inferences have the blocks that were for their model, as they are stored', async () => {
  const called = { type: 'tool_call', id: '1', name: 'weather', arguments: '{"place":"Graz"}' }
  const result = { type: 'tool_result', id: '1', name: 'weather', result: 'sunny' }
  const mine = unknown({ mine: 1 }, 'dummy::tool', 'dummy')
  const all = unknown({ all: 1 })
  const { json } = await call('POST', '/inference', {
    model_name: 'dummy::tool',
    input: {
      messages: [
        { role: 'assistant', content: [called] },
        { role: 'user', content: [result, mine, unknown({ no: 1 }, 'dummy::tool', 'x'), all] },
      ],
    },
  })
  const { model_inferences: found } = await ask(
    `/internal/model_inferences/${String(json['inference_id'])}`,
  )
  expect(found).toMatchObject([
    {
      input_messages: [
        { role: 'assistant', content: [called] },
        { role: 'user', content: [result, mine, all] },
      ],
      output: [
        {
          type: 'tool_call',
          id: '0',
          name: 'get_temperature',
          arguments: '{"location":"Brooklyn","units":"celsius"}',
        },
      ],
    },
  ])
})
