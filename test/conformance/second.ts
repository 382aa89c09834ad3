import { createAnthropic } from '@ai-sdk/anthropic'
import { createOpenAICompatible } from '@ai-sdk/openai-compatible'
import { generateText, jsonSchema, type LanguageModel, streamText, tool, type ToolSet } from 'ai'
import { asObject, type JsonObject, parseJson } from '../../src/lib/json.ts'
import { partsOf } from './decoded.ts'
import { type Facts, missing, noFacts } from './facts.ts'
import { ORACLES } from './oracle.ts'
import { eventsOf, type Recording } from './recording.ts'
import { SPEAKERS, streamOf } from './speakers.ts'
import { envelopeFor } from './sums.ts'

/** The dialects that Vercel's AI SDK reads with packages of its own making. */
const READERS = ['chat', 'messages'] as const
type Reader = (typeof READERS)[number]

/** What a program on Vercel's AI SDK reads of a recorded answer, whole and streamed. */
export async function checkSecond(
  recording: Recording,
): Promise<readonly { dialect: Reader; failure: string | null }[]> {
  const parts = partsOf(recording).flat()
  const said = ORACLES[recording.api]?.(eventsOf(recording))
  if (!said || isBeyondIt(recording, parts)) return []
  return Promise.all(
    READERS.map(async (dialect) => {
      const failures: (string | null)[] = []
      for (const stream of [false, true]) {
        const got = await read(recording, { dialect, stream, said })
        failures.push(missing(expected(said), got, false))
      }
      return { dialect, failure: failures.find((failure) => failure !== null) ?? null }
    }),
  )
}

type Parts = ReturnType<typeof partsOf>[number]

/** It reads one answer alone, knows no custom tools, and shows what a provider's own tools did. */
function isBeyondIt(recording: Recording, parts: Parts): boolean {
  return parts.some((part) => {
    if (part.type === 'error') return true
    if ('choice' in part && (part.choice ?? 0) > 0) return true
    if (part.type === 'unknown') return recording.api === 'messages' || recording.api === 'invoke'
    return part.type === 'tool_call' && part.custom === true
  })
}

/** To it a refusal is filtered content; it tells of neither signatures nor pages here. */
function expected(said: Facts): Facts {
  const finish = said.refusal === '' ? said.finish : ''
  const isCall = said.calls.length > 0 && said.finish === 'stop'
  return { ...said, finish: isCall ? '' : finish, secrets: [], urls: [], cached: null }
}

interface Reading {
  readonly dialect: Reader
  readonly stream: boolean
  readonly said: Facts
}

async function read(recording: Recording, { dialect, stream, said }: Reading): Promise<Facts> {
  const names = [...new Set(said.calls.map(({ name }) => name))]
  const schema = jsonSchema({ type: 'object' })
  const known = names.map((name) => [name, tool({ inputSchema: schema })])
  const tools = Object.fromEntries(known) as ToolSet
  const model = modelOf(dialect, answering(recording, dialect, stream))
  const question = { model, prompt: 'Hello', tools, maxRetries: 0, onError: () => {} }
  const answer = stream ? streamText(question) : await generateText(question)
  const facts = noFacts()
  facts.text = (await answer.text).replaceAll(/!\[file\]\([^)]*\)/g, '')
  facts.reasoning = (await answer.reasoningText) ?? ''
  const calls = await answer.toolCalls
  facts.calls = calls.filter(isClients).map(({ toolCallId: id, toolName: name, input }) => ({
    id,
    name,
    text: typeof input === 'string' ? input : JSON.stringify(input),
  }))
  facts.finish = FINISH[await answer.finishReason] ?? ''
  const { inputTokens, outputTokens } = await answer.usage
  return { ...facts, input: inputTokens ?? null, output: outputTokens ?? null }
}

/** Calls that the provider has answered itself are nobody's to answer. */
function isClients({ providerExecuted: done }: { readonly providerExecuted?: boolean }): boolean {
  return done !== true
}

// What it says on its own about settings belongs in no report.
Object.assign(globalThis, { AI_SDK_LOG_WARNINGS: false })

const FINISH: Readonly<Record<string, string>> = {
  stop: 'stop',
  length: 'length',
  'tool-calls': 'tool',
  'content-filter': 'filter',
}

function modelOf(dialect: Reader, fetch: typeof globalThis.fetch): LanguageModel {
  const common = { apiKey: 'ANY', baseURL: 'http://localhost/v1', fetch }
  if (dialect === 'messages') return createAnthropic(common)('claude-sonnet-4-5')
  return createOpenAICompatible({ ...common, name: 'weir', includeUsage: true })('m')
}

function answering(
  recording: Recording,
  dialect: Reader,
  stream: boolean,
): typeof globalThis.fetch {
  const events = partsOf(recording)
  const envelope = envelopeFor(recording)
  return () => {
    if (!stream) return Promise.resolve(Response.json(whole()))
    const headers = { 'content-type': 'text/event-stream' }
    return Promise.resolve(new Response(streamOf(dialect, envelope, events), { headers }))
  }

  function whole(): JsonObject {
    const answer = SPEAKERS[dialect].whole(envelope, events.flat())
    return asObject(parseJson(JSON.stringify(answer))) ?? {}
  }
}
