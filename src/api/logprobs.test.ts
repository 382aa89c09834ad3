import { expect, test } from 'vitest'
import type { Part } from '../domain/chat.ts'
import { asObject, objectsIn } from '../lib/json.ts'
import { gemini } from '../providers/gemini.ts'
import { openaiResponses } from '../providers/openai-responses.ts'
import { envelope } from './fixtures/envelope.ts'
import { encodeGenerated } from './gemini/encode.ts'
import { encodeCompletion } from './openai/encode.ts'
import { encodeResponse } from './openai/responses/encode.ts'

const candidate = (token: string, logProbability: number) => ({ token, logProbability })
const logprobsResult = {
  chosenCandidates: [candidate('Hi', -0.5)],
  topCandidates: [{ candidates: [candidate('Hi', -0.5), candidate('Yo', -2)] }],
}
const top = { token: 'Yo', logprob: -2 }
const expected = { token: 'Hi', logprob: -0.5, top_logprobs: [{ token: 'Hi' }, top] }

const fromGemini = gemini.parts({
  candidates: [{ content: { parts: [{ text: 'Hi' }] }, logprobsResult, finishReason: 'STOP' }],
})
const fromResponses = openaiResponses.parts({
  status: 'completed',
  output: [
    { type: 'message', content: [{ type: 'output_text', text: 'Hi', logprobs: [expected] }] },
  ],
})

test.each([
  ['Gemini', fromGemini],
  ['Responses', fromResponses],
])('how likely the tokens of %s were is told in every dialect that can', (_, parts: Part[]) => {
  const [choice] = objectsIn(encodeCompletion(envelope, parts)['choices'])
  expect(asObject(choice?.['logprobs'])?.['content']).toMatchObject([expected])
  const [item] = objectsIn(encodeResponse(envelope, parts)['output'])
  expect(item).toMatchObject({ content: [{ logprobs: [expected] }] })
  const [told] = objectsIn(encodeGenerated(envelope, parts)['candidates'])
  expect(told).toMatchObject({ logprobsResult: { chosenCandidates: [candidate('Hi', -0.5)] } })
})
