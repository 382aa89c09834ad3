import type { CandidatesVariant, Prompting, Variant } from '../../config/functions.ts'
import type { Block, ChatRequest, Part } from '../../domain/chat.ts'
import { Collector } from '../../domain/collect.ts'
import { GatewayError } from '../../domain/errors.ts'
import { asNumber, asObject, type JsonObject, parseJson } from '../../lib/json.ts'
import type { Reply } from '../call.ts'
import type { WholeAnswer } from '../whole.ts'
import type { AttemptTrace } from '../trace.ts'
import { answerFromTool, partsOf, textOf } from './answers.ts'
import { chatRequestOf, ownRequestOf, type Told } from './chat-request.ts'
import { render } from './render.ts'
import { askModel, type VariantContext } from './variant-context.ts'

type RunCandidate = (
  context: VariantContext,
  candidate: { variant: Variant; index: number },
) => Promise<Reply>

interface Candidate {
  readonly parts: readonly Part[]
  readonly headers: WholeAnswer['headers']
  /** The try that gave it. */
  readonly attempt: AttemptTrace | undefined
}

/** Several answers, of which a model chooses the best. */
export async function runBestOf(
  context: VariantContext,
  variant: CandidatesVariant,
  runCandidate: RunCandidate,
): Promise<Reply> {
  const candidates = await gather(context, variant, runCandidate)
  const chosen = await choose(context, variant.judge, candidates)
  context.trace.answering = chosen.attempt
  return { kind: 'whole', headers: chosen.headers, bytes: null, parts: chosen.parts }
}

/** Several answers, of which a model makes one. */
export async function runMixture(
  context: VariantContext,
  variant: CandidatesVariant,
  { stream, runCandidate }: { stream: boolean; runCandidate: RunCandidate },
): Promise<Reply> {
  const candidates = await gather(context, variant, runCandidate)
  const [only] = candidates
  if (candidates.length === 1 && only) return asReply(context, only)
  try {
    return await fuse(context, variant.judge, { candidates, stream })
  } catch (thrown) {
    const error = GatewayError.from(thrown)
    if (error.kind.class === 'R7') throw error
    context.trace.warnings.push(`the fuser failed, one candidate answers: ${error.message}`)
    return asReply(context, anyOf(context, candidates))
  }
}

function asReply({ trace }: VariantContext, { headers, parts, attempt }: Candidate): WholeAnswer {
  trace.answering = attempt
  return { kind: 'whole', headers, bytes: null, parts }
}

/** All candidates at once; those that fail are left out, if any is left. */
async function gather(
  context: VariantContext,
  { candidates, candidateTimeoutMs }: CandidatesVariant,
  runCandidate: RunCandidate,
): Promise<Candidate[]> {
  const { fn } = context.noted
  const running = candidates.map(async (candidate, index) => {
    const variant = fn.variants.get(candidate)
    if (!variant) throw new GatewayError('internal', `There is no variant ${candidate}.`)
    const limited = withLimit(variant, candidateTimeoutMs)
    const reply = await runCandidate(context, { variant: limited, index })
    const parts = await partsOf(reply)
    const attempt = context.trace.attempts.findLast(
      ({ ask, error }) => error === null && ask.variant?.candidate === index,
    )
    return { parts, headers: reply.headers, attempt }
  })
  const settled = await Promise.allSettled(running)
  const done = settled.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
  if (done.length > 0) return done
  const errors = settled.flatMap((each) =>
    each.status === 'rejected' ? [GatewayError.from(each.reason)] : [],
  )
  const fatal = errors.find((error) => error.kind.class === 'R7')
  if (fatal) throw fatal
  const causes = errors.map((error, index) => ({ name: candidates[index] ?? '', error }))
  const each = causes.map(({ name: at, error }) => `${at}: ${error.message}`)
  const message = `All candidates failed with errors: ${each.join('\n')}`
  const last = errors.at(-1)
  throw new GatewayError(last?.code ?? 'internal', message, {
    ...last?.context,
    wraps: 'candidates',
    causes,
  })
}

function withLimit(variant: Variant, limitMs: number | null): Variant {
  if (limitMs === null) return variant
  return { ...variant, timeouts: { ...variant.timeouts, totalMs: limitMs } }
}

function anyOf({ engine }: VariantContext, candidates: readonly Candidate[]): Candidate {
  const chosen = candidates[Math.floor(engine.random() * candidates.length)] ?? candidates[0]
  if (chosen) return chosen
  throw new GatewayError('internal', 'There are no candidates to choose from.')
}

/** Who judges badly, or not at all, is replaced by chance. */
async function choose(
  context: VariantContext,
  judge: Prompting,
  candidates: readonly Candidate[],
): Promise<Candidate> {
  const [only] = candidates
  if (candidates.length === 1 && only) return only
  try {
    const index = await judged(context, judge, candidates)
    const chosen = index === undefined ? undefined : candidates[index]
    if (chosen) return chosen
    context.trace.warnings.push('the evaluator named no candidate: chance has chosen')
  } catch (thrown) {
    const error = GatewayError.from(thrown)
    if (error.kind.class === 'R7' && error.code !== 'invalid_request') throw error
    context.trace.warnings.push(`the evaluator failed, chance has chosen: ${error.message}`)
  }
  return anyOf(context, candidates)
}

const VERDICT = {
  type: 'object',
  properties: {
    thinking: { type: 'string', description: 'Compare the candidates, step by step.' },
    answer_choice: { type: 'integer', description: 'The index of the best candidate.' },
  },
  required: ['thinking', 'answer_choice'],
  additionalProperties: false,
}

async function judged(
  context: VariantContext,
  judge: Prompting,
  candidates: readonly Candidate[],
): Promise<number | undefined> {
  const schema = context.config.compileSchema(VERDICT, 'the verdict of an evaluator')
  const jsonMode = judge.jsonMode ?? 'strict'
  const told = toldJudge(context, judge, { jsonMode, outputSchema: schema }, JUDGE_RULES)
  const question = listed(candidates, 'Which of these candidates is the best?')
  const asked = withQuestion(told, question)
  const chat = ownRequestOf(asked)
  const reply = await askModel({ ...context, candidate: null }, judge, {
    chat,
    told: asked,
    stream: false,
  })
  const whole = jsonMode === 'tool' ? answerFromTool(reply) : reply
  const verdict = asObject(parseJson(textOf(await partsOf(whole))))
  return asNumber(verdict?.['answer_choice'])
}

async function fuse(
  context: VariantContext,
  fuser: Prompting,
  { candidates, stream }: { candidates: readonly Candidate[]; stream: boolean },
): Promise<Reply> {
  const { noted } = context
  const { outputSchema } = noted
  const told = toldJudge(context, fuser, { jsonMode: fuser.jsonMode, outputSchema }, FUSER_RULES)
  const asked = withQuestion(told, listed(candidates, 'Write the best possible answer.'))
  const chat: ChatRequest = chatRequestOf(asked, noted)
  const reply = await askModel({ ...context, candidate: null }, fuser, {
    chat,
    told: asked,
    stream,
  })
  return fuser.jsonMode === 'tool' && outputSchema ? answerFromTool(reply) : reply
}

const JUDGE_RULES = `You judge answers. Below are the instructions that an assistant was given, then the conversation, and in the last message several candidate answers, each with an index that counts from 0. Compare them by how well each follows the instructions and serves the user. Answer with a JSON object: {"thinking": your comparison, "answer_choice": the index of the best candidate}.`

const FUSER_RULES = `You combine answers. Below are the instructions that an assistant was given, then the conversation, and in the last message several candidate answers. They may contain mistakes: check them against each other and against the instructions, and write one answer that is better than each of them. Follow the instructions as if they were your own, and do not mention the candidates.`

function toldJudge(
  { task }: VariantContext,
  prompting: Prompting,
  answer: Pick<Told, 'jsonMode' | 'outputSchema'>,
  rules: string,
): Told {
  const rendered = render(prompting, task.input)
  const { system } = rendered
  const instructions = system === null ? rules : `${rules}\n\nInstructions:\n${system}`
  return { rendered: { ...rendered, system: instructions }, params: prompting.params, ...answer }
}

function withQuestion(told: Told, question: string): Told {
  const asked = { role: 'user', content: [{ type: 'text', text: question }] } as const
  const { rendered } = told
  return { ...told, rendered: { ...rendered, messages: [...rendered.messages, asked] } }
}

function listed(candidates: readonly Candidate[], question: string): string {
  const each = candidates.map(({ parts }, index) => `${index}: ${JSON.stringify(contentOf(parts))}`)
  return `Candidates:\n\n${each.join('\n\n')}\n\n${question}`
}

/** What a judge sees of an answer: its words and its calls. */
function contentOf(parts: readonly Part[]): JsonObject[] | string {
  const collector = new Collector()
  for (const part of parts) collector.add(part)
  const { content } = collector.answer()
  if (content.every(({ type }) => type === 'text' || type === 'thought')) return textOf(parts)
  return content.flatMap(shown)
}

function shown(block: Block): JsonObject[] {
  if (block.type === 'text' || block.type === 'refusal') return [{ type: 'text', text: block.text }]
  if (block.type !== 'tool_call') return []
  const { id, name, arguments: args } = block
  return [{ type: 'tool_call', id, name, arguments: args }]
}
