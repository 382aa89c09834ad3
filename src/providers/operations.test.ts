import { expect, test } from 'vitest'
import { z } from 'zod'
import { asArray, asObject } from '../lib/json.ts'
import { providers } from './index.ts'
import { type Operation, wiresOf } from './provider.ts'

const COLUMNS: readonly (readonly [string, readonly Operation[]])[] = [
  ['Embeddings', ['embeddings']],
  ['Completions', ['completions']],
  ['Rerank', ['rerank']],
  ['Moderations', ['moderations']],
  ['Images', ['images', 'image_edits', 'image_variations']],
  ['Speech', ['speech']],
  ['Transcription', ['transcription', 'translation']],
  ['Token counts', ['count_tokens']],
]

const WORDS: Partial<Record<Operation, string>> = {
  images: 'new',
  image_edits: 'edits',
  image_variations: 'variations',
  transcription: 'yes',
  translation: 'translated',
}

const INTRODUCTION = `# What each provider offers

Chat works with every provider, whatever dialect the client speaks. The second column says in which
formats the provider itself is asked: a client that speaks the same one is relayed byte for byte. The
first is the usual one; the others are chosen by \`api_type\` (\`api\` for Ollama), or in a short name
(\`openrouter::messages::anthropic/claude-sonnet-4.5\`). The rest is what a provider's own documentation
offers. Asked for something else, Weir says so, and tries the next provider of the model.

The names are those of \`type\` in the configuration. The addresses are OpenAI's: \`/v1/embeddings\`,
\`/v1/completions\`, \`/v1/rerank\`, \`/v1/moderations\`, \`/v1/images/generations\`, \`/v1/images/edits\`,
\`/v1/images/variations\`, \`/v1/audio/speech\`, \`/v1/audio/transcriptions\` and
\`/v1/audio/translations\`. Token counts are asked for in the words of Anthropic, Gemini or OpenAI's
Responses; where a provider does not count in the client's words, Weir estimates and says so.
`

const NOTES = `
## What is different where

- **\`anthropic\`**: thoughts go back with their signatures; server tools from \`provider_tools\` or the request. How it is told to think depends on the model: a budget, or an effort.
- **\`aws_bedrock\`**: Converse; Claude's own format with \`api_type = "invoke"\`. Files as bytes or from S3, none by their address. What Amazon's own tools did is told in the client's own words for such work.
- **\`aws_sagemaker\`**: whatever the hosted server speaks of OpenAI's format, without tools.
- **\`azure\`**: chat belongs to a deployment; Responses and Claude's Messages name it in the body.
- **\`cohere\`**: its API of version 2, with citations and tool plans.
- **\`deepseek\`**: texts are continued under \`/beta\`, Messages answered under \`/anthropic\`; reasoning goes back as \`reasoning_content\`; of JSON only \`json_object\`.
- **\`fireworks\`, \`together\`**: schemas stand beside \`json_object\`.
- **\`gcp_vertex_anthropic\`, \`gcp_vertex_gemini\`**: by project and location, with Google's own credentials.
- **\`google_ai_studio_gemini\`**: signatures go back on the very part they came with; calls without one are marked so that Gemini 3 takes them.
- **\`groq\`**: \`reasoning_format\`; tells its usage in \`x_groq\` too.
- **\`mistral\`**: thoughts are pieces of the content; names of calls have nine letters, so that those of other providers are named anew; \`random_seed\`, and \`any\` for a call that must be.
- **\`moonshot\`, \`zai\`**: thinking is on or off; Messages at an address of their own.
- **\`ollama\`**: its own API with \`keep_alive\`, or one of three others.
- **\`openai\`**: and every server that speaks its API, by \`api_base\`.
- **\`openrouter\`**: thoughts as \`reasoning_details\`, each with its signature; \`cache_control\` goes through; its price is kept.
- **\`perplexity\`**: pages are citations; its price is kept. \`responses\` are its agents, in their own words.
- **\`vllm\`, \`sglang\`, \`tgi\`, \`llamacpp\`**: servers of your own, by \`api_base\`.
- **\`xai\`**: counts reasoning beside the answer, and its price in ticks; both are brought into our terms.

What a provider has no word for is left out and named in the answer's \`x-weir-warnings\`.
`

const FORMATS: Readonly<Record<string, string>> = {
  openai_chat: 'chat completions',
  openai_responses: 'Responses',
  anthropic_messages: 'Messages',
  gemini: 'Gemini',
  bedrock_converse: 'Converse',
  ollama_chat: 'its own',
  cohere_chat: 'its own',
}

/** The formats of conversations that a provider can be asked in, the usual one first. */
function formatsOf(provider: (typeof providers)[number]): string {
  const keys = ['api_type', 'api']
  const shape = asObject(asObject(z.toJSONSchema(provider.fields))?.['properties'])
  const chosen = keys.flatMap((key) =>
    asArray(asObject(shape?.[key])?.['enum']).map((value) => ({ [key]: value })),
  )
  const names = [{}, ...chosen].map((options) => wiresOf(provider, options).chat?.name ?? '')
  return [...new Set(names)].map((name) => FORMATS[name] ?? name).join(', ')
}

function cellsOf(provider: (typeof providers)[number]): string[] {
  const wires = wiresOf(provider, {})
  const cells = COLUMNS.map(([, operations]) =>
    operations
      .filter((operation) => wires[operation])
      .map((operation) => WORDS[operation] ?? 'yes')
      .join(', '),
  )
  return [`\`${provider.type}\``, formatsOf(provider), ...cells]
}

test('the manual says what each provider offers', async () => {
  const head = ['Provider', 'Chat, asked in', ...COLUMNS.map(([name]) => name)]
  const rows = [head, ...providers.map(cellsOf)]
  const widths = head.map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0)))
  const lines = rows.map((row) => {
    const cells = row.map((cell, at) => cell.padEnd(widths[at] ?? 0))
    return `| ${cells.join(' | ')} |`
  })
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  const table = [lines[0], rule, ...lines.slice(1)].join('\n')
  await expect(`${INTRODUCTION}\n${table}\n${NOTES}`).toMatchFileSnapshot('../../docs/providers.md')
})
