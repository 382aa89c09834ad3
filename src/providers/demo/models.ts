import { asArray, asObject, asString, type Json, type JsonObject } from '../../lib/json.ts'
import { hexFrom, pickFrom, type Random } from '../scripted/random.ts'
import { lastSaid, type Said, stopsOf } from '../scripted/request.ts'
import { splitTokens } from '../scripted/tokens.ts'
import { sampleSchema } from './schema-sampler.ts'

/** A token of an answer, without its delay. */
export type Token =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string; readonly signature?: string }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string }
  | { readonly type: 'tool_arguments'; readonly text: string }

/** What a demo model answers; a text is why it refuses the request. */
type Model = (body: JsonObject, random: Random) => readonly Token[] | string

/** The demo models by name. */
export const MODELS: ReadonlyMap<string, Model> = new Map<string, Model>([
  ['echo', echo],
  ['think', think],
  ['tools', tools],
  ['json', json],
  ['flaky', echo],
])

function echo(body: JsonObject, random: Random): readonly Token[] {
  const opening = pickFrom(random, ['Hello!', 'Good to hear from you.', 'Here I am.'])
  return say(
    body,
    `${opening} You said: ${quote(lastSaid(body))}. I am a demo model, so all I can do is repeat ` +
      'what I hear, one token at a time. No provider was asked, and nothing left this machine.',
  )
}

function think(body: JsonObject, random: Random): readonly Token[] {
  const said = quote(lastSaid(body))
  const thoughts = splitTokens(
    `The user says ${said}. What could be meant by that? I have no model behind me, so I cannot ` +
      'know. The honest way is to say so, and to show what reasoning looks like on its way.',
  )
  const last = thoughts.pop() ?? ''
  return [
    ...thoughts.map((text): Token => ({ type: 'reasoning', text })),
    { type: 'reasoning', text: last, signature: `demo-${hexFrom(random, 24)}` },
    ...say(body, `I have thought about ${said} and come to this: a real model would know better.`),
  ]
}

function tools(body: JsonObject, random: Random): readonly Token[] | string {
  const answered = asObject(asArray(body['messages']).at(-1))?.['role'] === 'tool'
  if (answered) return say(body, `The tool says: ${quote(lastSaid(body, 'tool'))}.`)

  const functions = asArray(body['tools']).flatMap((tool) => asObject(tool)?.['function'] ?? [])
  const wanted = wantedTool(body['tool_choice'])
  if (wanted === NO_TOOL) return say(body, 'I was told not to call a tool, so I only say hello.')
  const chosen = functions.map(asObject).find((tool) => !wanted || tool?.['name'] === wanted)
  if (!chosen) {
    if (wanted) return `The tool \`${wanted}\` in \`tool_choice\` is not in \`tools\`.`
    return say(body, 'There is no tool to call. Send me some in `tools`, and I call the first one.')
  }
  const values = sampleSchema(chosen['parameters'] ?? { type: 'object' }, random)
  return [
    { type: 'tool_call', id: `call_${hexFrom(random, 24)}`, name: asString(chosen['name']) ?? '' },
    ...splitTokens(JSON.stringify(values)).map((text): Token => ({ type: 'tool_arguments', text })),
  ]
}

const NO_TOOL = Symbol('no tool')

/** The tool that must be called; undefined when any may be. */
function wantedTool(choice: Json | undefined): string | typeof NO_TOOL | undefined {
  if (choice === 'none') return NO_TOOL
  const object = asObject(choice)
  const allowed = asObject(object?.['allowed_tools']) ?? object
  const first = asObject(asArray(allowed?.['tools'])[0]) ?? object
  return asString(asObject(first?.['function'])?.['name'])
}

function json(body: JsonObject, random: Random): readonly Token[] {
  const format = asObject(body['response_format'])
  const schema = asObject(format?.['json_schema'])?.['schema']
  const plain = { message: 'This is a demo model.', you_said: shortened(lastSaid(body).text) }
  return asText(JSON.stringify(schema === undefined ? plain : sampleSchema(schema, random)))
}

/** A text up to the first of the request's stop texts. */
function say(body: JsonObject, text: string): Token[] {
  const ends = stopsOf(body).map((stop) => text.indexOf(stop))
  const end = Math.min(text.length, ...ends.filter((at) => at >= 0))
  return asText(text.slice(0, end))
}

function asText(text: string): Token[] {
  return splitTokens(text).map((piece) => ({ type: 'text', text: piece }))
}

const QUOTE_LENGTH = 280

function quote({ text, attachments }: Said): string {
  const counts = [...attachments].map(([noun, n]) => `${n} ${noun}${n === 1 ? '' : 's'}`)
  const extra = counts.length > 0 ? ` (with ${counts.join(' and ')})` : ''
  return `“${shortened(text)}”${extra}`
}

function shortened(text: string): string {
  const short = text.length > QUOTE_LENGTH ? `${text.slice(0, QUOTE_LENGTH)}…` : text
  return short.toWellFormed()
}
