import type { DiclVariant } from '../../config/functions.ts'
import type { Message } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { NearExample } from '../../domain/example.ts'
import type { Input, InputMessage } from '../../domain/input.ts'
import { inputJson } from '../../domain/native-blocks.ts'
import { asArray, asObject, asString, parseJson } from '../../lib/json.ts'
import { answerOf } from '../attempts.ts'
import { partsOf } from './answers.ts'
import type { Rendered } from './render.ts'
import type { VariantContext } from './variant-context.ts'

/**
 * Dynamic in-context learning: what the model is told is the instructions, the examples whose
 * inputs are most like this one, each as a question and its answer, and this input. Without any
 * such examples it is an ordinary conversation under the instructions.
 */
export async function renderExamples(
  context: VariantContext,
  variant: DiclVariant,
): Promise<Rendered> {
  const { input } = context.task
  refuseFiles(input)
  const text = JSON.stringify(inputJson(input))
  const examples = await nearest(context, variant, text)
  const { systemInstructions: system } = variant
  if (examples.length === 0) return withoutExamples(input, system)
  const shown = examples.flatMap(({ input: asked, output }) => [
    said('user', asked),
    said('assistant', answerOfExample(output)),
  ])
  return { system, messages: [...shown, said('user', text)] }
}

/** Examples are texts: nobody can say what a picture is like by its address. */
function refuseFiles({ messages }: Input): void {
  for (const { content } of messages) {
    for (const { type } of content) {
      if (type !== 'file' && type !== 'unknown') continue
      const kind = type === 'file' ? 'image' : type
      const message = `Unsupported content block type \`${kind}\` for provider \`dicl\`: variants that learn from examples take texts.`
      throw new GatewayError('invalid_request', message, { param: 'input' })
    }
  }
}

async function nearest(
  context: VariantContext,
  variant: DiclVariant,
  text: string,
): Promise<NearExample[]> {
  const { engine, noted, task } = context
  const { k, maxDistance, name: variantName } = variant
  const embedding = await embed(context, variant, text)
  const space = { functionName: noted.fn.name, variantName, namespace: task.namespace ?? '' }
  return engine.stored?.reads.nearestExamples(space, { embedding, k, maxDistance }) ?? []
}

/** A call like any other, with its own record among the attempts. */
async function embed(
  { engine, config, trace, ask, candidate, startedUs }: VariantContext,
  { embeddingModel: name, name: variantName, timeouts }: DiclVariant,
  text: string,
): Promise<readonly number[]> {
  const model = config.embeddingModels.get(name) ?? config.model(name)
  if (!model) throw new GatewayError('internal', `There is no embedding model ${name}.`)
  const { task: _task, ...base } = ask
  const reply = await answerOf(engine, trace, {
    model,
    retries: model.retries,
    ask: {
      ...base,
      operation: 'embeddings',
      wire: null,
      relay: false,
      verbatim: false,
      stream: false,
      requestedModel: name,
      // What a request changes is meant for the model that answers.
      extraBody: [],
      extraHeaders: [],
      encodeFor: ({ wires }, target) =>
        wires.embeddings?.encode({ inputs: [text], extra: {}, wire: '' }, target) ?? null,
      variant: {
        name: variantName,
        timeouts,
        startedUs,
        extraBody: [],
        extraHeaders: [],
        input: { system: null, messages: [{ role: 'user', content: [{ type: 'text', text }] }] },
        candidate,
      },
    },
  })
  const found = (await partsOf(reply)).find((part) => part.type === 'embedding')
  if (found?.type === 'embedding') return found.vector
  throw new GatewayError('upstream_bad_response', `The model ${name} gave no embedding.`)
}

/** Of a chat function what it said, of a json function the JSON as it was written. */
function answerOfExample(output: string): string {
  const read = parseJson(output)
  const raw = asString(asObject(read)?.['raw'])
  if (raw !== undefined) return raw
  const blocks = asArray(read).map(asObject)
  const texts = blocks.map((block) => asString(block?.['text']))
  const plain = texts.length > 0 && texts.every((text) => text !== undefined)
  return plain ? texts.join('\n') : output
}

function said(role: Message['role'], text: string): Message {
  return { role, content: [{ type: 'text', text }] }
}

function withoutExamples({ system, messages }: Input, instructions: string): Rendered {
  const own = typeof system === 'object' ? JSON.stringify(system) : (system ?? '')
  return {
    system: own === '' ? instructions : `${instructions}\n\n${own}`,
    messages: messages.map(plainMessage),
  }
}

/** There are no templates: arguments stand for themselves. */
function plainMessage({ role, content }: InputMessage): Message {
  return {
    role,
    content: content.map((block) => {
      if (block.type === 'template') {
        return { type: 'text', text: JSON.stringify(block.arguments) }
      }
      return block.type === 'raw_text' ? { type: 'text', text: block.value } : block
    }),
  }
}
