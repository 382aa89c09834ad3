import type { ChatVariant, DiclVariant, Prompting, Variant } from '../../config/functions.ts'
import type { Reply } from '../call.ts'
import { runBestOf, runMixture } from './candidates.ts'
import { chatRequestOf } from './chat-request.ts'
import { thinkingSchema } from './chain-of-thought.ts'
import { renderExamples } from './examples.ts'
import { answerFromTool, answerFromThinking } from './answers.ts'
import { render, type Rendered } from './render.ts'
import { askModel, tellingOf, type VariantContext } from './variant-context.ts'

/** Does a function's task in the way of one variant. */
export function runVariant(context: VariantContext, stream: boolean): Promise<Reply> {
  const { variant } = context
  switch (variant.type) {
    case 'chat_completion':
      return runChat(context, variant, stream)
    case 'chain_of_thought':
      return runThinking(context, variant)
    case 'dicl':
      return runLearning(context, variant, stream)
    case 'best_of_n':
      return runBestOf(context, variant, runCandidate)
    case 'mixture_of_n':
      return runMixture(context, variant, { stream, runCandidate })
  }
}

/** A candidate is needed whole: nobody can judge half an answer. */
async function runCandidate(
  context: VariantContext,
  { variant, index }: { variant: Variant; index: number },
): Promise<Reply> {
  const startedUs = context.engine.clock.us()
  return runVariant({ ...context, variant, startedUs, candidate: index }, false)
}

function runChat(context: VariantContext, variant: ChatVariant, stream: boolean): Promise<Reply> {
  return runRendered(context, variant, { rendered: render(variant, context.task.input), stream })
}

async function runLearning(
  context: VariantContext,
  variant: DiclVariant,
  stream: boolean,
): Promise<Reply> {
  const rendered = await renderExamples(context, variant)
  return runRendered(context, variant, { rendered, stream })
}

async function runRendered(
  context: VariantContext,
  variant: Prompting,
  { rendered, stream }: { rendered: Rendered; stream: boolean },
): Promise<Reply> {
  const { noted } = context
  const told = tellingOf(context, variant, rendered)
  noted.params = told.params
  const reply = await askModel(context, variant, { chat: chatRequestOf(told, noted), told, stream })
  return told.jsonMode === 'tool' && told.outputSchema ? answerFromTool(reply) : reply
}

/** The model thinks in the field `thinking` first; only its `response` is the answer. */
async function runThinking(context: VariantContext, variant: ChatVariant): Promise<Reply> {
  const { noted, config } = context
  const rendered = render(variant, context.task.input)
  const plain = tellingOf(context, variant, rendered)
  const schema = config.compileSchema(thinkingSchema(plain.outputSchema), 'the schema of thinking')
  const told = { ...plain, outputSchema: schema }
  noted.params = told.params
  const chat = chatRequestOf(told, noted)
  const reply = await askModel(context, variant, { chat, told, stream: false })
  const whole = told.jsonMode === 'tool' ? answerFromTool(reply) : reply
  return answerFromThinking(whole, noted)
}
