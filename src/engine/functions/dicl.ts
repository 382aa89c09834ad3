import type { DiclVariant } from '../../config/functions.ts'
import type { Block, Message } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { Input } from '../../domain/input.ts'
import { asArray, asObject, asString, type Json, objectsIn, parseJson } from '../../lib/json.ts'
import type { Shelf } from '../../store/facts.ts'
import { embed } from './embed.ts'
import { render, type Rendered } from './render.ts'
import type { VariantContext } from './variant-context.ts'

/** A good answer of the past, as it lies on the shelf. */
interface Example {
  readonly input: Json
  readonly output: Json
  readonly embedding: readonly number[]
}

/** More examples of one variant than this are not looked at. */
const MAX_EXAMPLES = 10_000
const PAGE = 500

/** The prompt with the nearest examples in it, as turns of a conversation that went well. */
export async function renderWithExamples(
  context: VariantContext,
  variant: DiclVariant,
): Promise<Rendered> {
  const { input } = context.task
  refuseFiles(input)
  const asked = JSON.stringify(input)
  const vector = await embed(context, variant.embeddingModel, asked)
  const known = await examplesOf(context.engine.shelf, context.noted.fn.name, variant.name)
  const near = nearestExamples(known, vector, variant)
  const plain = render(variant, input)
  const system = variant.systemInstructions
  if (near.length === 0) return { ...plain, system }
  const turns = near.flatMap(({ input: before, output }): Message[] => [
    { role: 'user', content: [text(JSON.stringify(before))] },
    { role: 'assistant', content: blocksOf(output) },
  ])
  return { system, messages: [...turns, { role: 'user', content: [text(asked)] }] }
}

function text(said: string): Block {
  return { type: 'text', text: said }
}

function refuseFiles({ messages }: Input): void {
  for (const { content } of messages) {
    const other = content.find(({ type }) => type === 'file' || type === 'unknown')
    if (!other) continue
    throw new GatewayError(
      'invalid_request',
      `Unsupported content block: in-context learning cannot compare \`${other.type}\` blocks.`,
      { param: 'input' },
    )
  }
}

async function examplesOf(shelf: Shelf, fn: string, variant: string): Promise<Example[]> {
  const prefix = examplePrefix(fn, variant)
  const found: Example[] = []
  let after: string | null = null
  while (found.length < MAX_EXAMPLES) {
    const page = await shelf.list('example', { prefix, after, limit: PAGE })
    for (const { value } of page) {
      const example = readExample(value)
      if (example) found.push(example)
    }
    after = page.at(-1)?.key ?? null
    if (page.length < PAGE) break
  }
  return found
}

/** Where the examples of a variant lie; their ids follow. */
export function examplePrefix(fn: string, variant: string): string {
  return `${fn}\n${variant}\n`
}

function readExample(value: Buffer): Example | undefined {
  const json = asObject(parseJson(value.toString('utf8')))
  const { input, output } = json ?? {}
  if (!json || input === undefined || output === undefined) return undefined
  const embedding = asArray(json['embedding']).flatMap((each) =>
    typeof each === 'number' ? [each] : [],
  )
  return { input, output, embedding }
}

/** The `k` nearest by cosine distance, the farthest first: what stands last is heard best. */
function nearestExamples(
  examples: readonly Example[],
  vector: readonly number[],
  { k, maxDistance }: DiclVariant,
): Example[] {
  return examples
    .map((example) => ({ example, distance: cosineDistance(example.embedding, vector) }))
    .filter(({ distance }) => distance <= (maxDistance ?? Number.POSITIVE_INFINITY))
    .toSorted((one, other) => one.distance - other.distance)
    .slice(0, k)
    .map(({ example }) => example)
    .toReversed()
}

/** 0 for the same direction, 2 for the opposite; infinite where they cannot be compared. */
export function cosineDistance(one: readonly number[], other: readonly number[]): number {
  if (one.length !== other.length || one.length === 0) return Number.POSITIVE_INFINITY
  let dot = 0
  let ofOne = 0
  let ofOther = 0
  for (const [index, value] of one.entries()) {
    const beside = other[index] ?? 0
    dot += value * beside
    ofOne += value * value
    ofOther += beside * beside
  }
  const size = Math.sqrt(ofOne * ofOther)
  return size === 0 ? Number.POSITIVE_INFINITY : 1 - dot / size
}

/** An example's output: content blocks, or a json function's `{raw}`. */
function blocksOf(output: Json): Block[] {
  const json = asObject(output)
  if (json) return [text(asString(json['raw']) ?? JSON.stringify(output))]
  if (typeof output === 'string') return [text(output)]
  return objectsIn(output).flatMap((block): Block[] => {
    if (block['type'] === 'text') return [text(asString(block['text']) ?? '')]
    if (block['type'] !== 'tool_call') return []
    const name = asString(block['name']) ?? asString(block['raw_name']) ?? ''
    const args = block['arguments'] ?? block['raw_arguments'] ?? {}
    const written = typeof args === 'string' ? args : JSON.stringify(args)
    return [{ type: 'tool_call', id: asString(block['id']) ?? '', name, arguments: written }]
  })
}
