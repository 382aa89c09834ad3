import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { JsonObject } from '../../lib/json.ts'
import { geminiEmbeddings, vertexEmbeddings } from '../../providers/gemini-embeddings.ts'
import { decodeGenerate } from './decode.ts'
import { decodeEmbed } from './embeddings.ts'

const contents = [{ role: 'user', parts: [{ text: 'Hi' }] }]

test('each field is known in either spelling', () => {
  const { params, messages, tools, extra } = decodeGenerate({
    contents: [
      { role: 'user', parts: [{ inline_data: { mime_type: 'image/png', data: 'AA==' } }] },
      { role: 'model', parts: [{ function_call: { name: 'f', args: { a_b: 1 } } }] },
    ],
    system_instruction: { parts: [{ text: 'Be brief' }] },
    tools: [{ function_declarations: [{ name: 'f', parameters: { type: 'OBJECT' } }] }],
    tool_config: { function_calling_config: { mode: 'ANY', allowed_function_names: ['f'] } },
    generation_config: {
      max_output_tokens: 5,
      top_p: 0.5,
      stop_sequences: ['END'],
      response_mime_type: 'application/json',
      response_schema: { type: 'STRING' },
      thinking_config: { thinking_budget: 7, include_thoughts: true },
      media_resolution: 'LOW',
    },
  })
  expect(params).toEqual({
    maxTokens: 5,
    topP: 0.5,
    stop: ['END'],
    responseFormat: { type: 'json_schema', schema: { type: 'string' } },
    reasoning: { budgetTokens: 7, visible: true },
    toolChoice: { mode: 'required', tool: 'f' },
  })
  expect(messages.map(({ content }) => content)).toMatchObject([
    [{ type: 'text', text: 'Be brief' }],
    [{ type: 'file', url: 'data:image/png;base64,AA==' }],
    [{ type: 'tool_call', name: 'f', arguments: '{"a_b":1}' }],
  ])
  expect(tools).toEqual([{ name: 'f', parameters: { type: 'object' } }])
  expect(extra).toEqual({ generationConfig: { mediaResolution: 'LOW' } })
})

test('what only Gemini knows of the use of tools is named', () => {
  const functionCallingConfig = { mode: 'VALIDATED', allowedFunctionNames: ['f', 'g'] }
  const toolConfig = { functionCallingConfig, retrievalConfig: { languageCode: 'de' } }
  const { params, unread } = decodeGenerate({ contents, toolConfig })
  expect(params.toolChoice).toEqual({ mode: 'auto', allowed: ['f', 'g'] })
  expect(unread).toEqual([
    '`toolConfig.retrievalConfig`',
    'the mode `VALIDATED` of `functionCallingConfig`',
  ])
})

const piece = (part: JsonObject) => ({ role: 'model', parts: [part] })

test('the pieces of a streamed turn are one turn again', () => {
  const { messages } = decodeGenerate({
    contents: [
      piece({ text: 'Let me ', thought: true }),
      piece({ text: 'see', thought: true }),
      piece({ text: 'Yes' }),
      piece({ text: '.' }),
      piece({ text: '', thoughtSignature: 'one' }),
    ],
  })
  expect(messages).toEqual([
    {
      role: 'assistant',
      content: [
        { type: 'thought', text: 'Let me see' },
        { type: 'text', text: 'Yes.' },
        { type: 'text', text: '', signature: 'one' },
      ],
    },
  ])
})

test('what an embedding is for is said in Google’s words', () => {
  const json = {
    content: { parts: [{ text: 'a' }] },
    task_type: 'RETRIEVAL_DOCUMENT',
    title: 'T',
    output_dimensionality: 8,
  }
  const target = { model: 'm', stream: false, options: {} }
  expect(geminiEmbeddings.encode(decodeEmbed(json), target)).toEqual({
    body: {
      requests: [
        {
          model: 'models/m',
          content: { parts: [{ text: 'a' }] },
          taskType: 'RETRIEVAL_DOCUMENT',
          title: 'T',
          outputDimensionality: 8,
        },
      ],
    },
    dropped: [],
  })
  expect(vertexEmbeddings.encode(decodeEmbed(json), target).body).toEqual({
    instances: [{ content: 'a', task_type: 'RETRIEVAL_DOCUMENT', title: 'T' }],
    parameters: { outputDimensionality: 8 },
  })
})

test('no JSON makes it throw', () => {
  const anything = fc.jsonValue({ maxDepth: 5 })
  const asked = fc.record({
    contents: anything,
    systemInstruction: anything,
    tools: anything,
    toolConfig: fc.oneof(anything, fc.record({ functionCallingConfig: anything })),
    generationConfig: fc.oneof(anything, fc.record({ thinkingConfig: anything })),
  })
  fc.assert(
    fc.property(asked, anything, (json, part) => {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- JSON by its making
      decodeGenerate(json as JsonObject)
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the same
      decodeGenerate({ contents: [{ role: 'model', parts: [part] }] } as JsonObject)
    }),
  )
})

const tier = (serviceTier: string) => decodeGenerate({ contents, serviceTier }).params.serviceTier

test('a tier of service has OpenAI’s name among our nouns', () => {
  expect(['standard', 'flex', 'priority', 'unspecified'].map(tier)).toEqual([
    'default',
    'flex',
    'priority',
    undefined,
  ])
})

test('files in the result of a function are part of it', () => {
  const functionResponse = {
    name: 'f',
    response: { output: 'See.' },
    parts: [{ inlineData: { mimeType: 'image/png', data: 'AA==' } }],
  }
  const { messages } = decodeGenerate({ contents: [{ parts: [{ functionResponse }] }] })
  expect(messages[0]?.content).toMatchObject([
    {
      type: 'tool_result',
      result: 'See.',
      content: [
        { type: 'text', text: 'See.' },
        { type: 'file', url: 'data:image/png;base64,AA==' },
      ],
    },
  ])
})

test('what only Gemini knows of a part or a function is named', () => {
  const { unread } = decodeGenerate({
    contents: [
      {
        parts: [{ fileData: { fileUri: 'https://a/b' }, videoMetadata: { fps: 1 } }, { text: 'a' }],
      },
      { role: 'model', parts: [{ executableCode: { code: '1' } }] },
    ],
    tools: [{ functionDeclarations: [{ name: 'f', behavior: 'BLOCKING', parameters: {} }] }],
  })
  expect(unread).toEqual(['`behavior` of a function', '`videoMetadata` of a part'])
})
