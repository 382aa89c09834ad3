import { expect, test } from 'vitest'
import { providers } from './index.ts'
import { type Operation, wiresOf } from './provider.ts'

const COLUMNS: readonly (readonly [string, readonly Operation[]])[] = [
  ['Chat', ['chat']],
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

Chat works with every provider, whatever dialect the client speaks. The rest is what a provider's own
documentation offers. Asked for something else, Weir says so, and tries the next provider of the model.

The names are those of \`type\` in the configuration. The addresses are OpenAI's: \`/v1/embeddings\`,
\`/v1/completions\`, \`/v1/rerank\`, \`/v1/moderations\`, \`/v1/images/generations\`, \`/v1/images/edits\`,
\`/v1/images/variations\`, \`/v1/audio/speech\`, \`/v1/audio/transcriptions\` and
\`/v1/audio/translations\`.
`

function cellsOf(provider: (typeof providers)[number]): string[] {
  const wires = wiresOf(provider, {})
  const cells = COLUMNS.map(([, operations]) =>
    operations
      .filter((operation) => wires[operation])
      .map((operation) => WORDS[operation] ?? 'yes')
      .join(', '),
  )
  return [`\`${provider.type}\``, ...cells]
}

test('the manual says what each provider offers', async () => {
  const head = ['Provider', ...COLUMNS.map(([name]) => name)]
  const rows = [head, ...providers.map(cellsOf)]
  const widths = head.map((_, at) => Math.max(3, ...rows.map((row) => row[at]?.length ?? 0)))
  const lines = rows.map((row) => {
    const cells = row.map((cell, at) => cell.padEnd(widths[at] ?? 0))
    return `| ${cells.join(' | ')} |`
  })
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`
  const table = [lines[0], rule, ...lines.slice(1)].join('\n')
  await expect(`${INTRODUCTION}\n${table}\n`).toMatchFileSnapshot('../../docs/providers.md')
})
