import type { Block, ToolResultBlock } from '../../domain/chat.ts'
import type { GatewayError } from '../../domain/errors.ts'
import type { Input, InputBlock, InputMessage } from '../../domain/input.ts'
import { asArray, asString, objectsIn } from '../../lib/json.ts'
import type { Json, JsonObject } from '../../lib/json.ts'
import { decodeThought } from '../tensorzero/input.ts'
import { decodeUnknown } from '../tensorzero/unknown-block.ts'
import { assistantBlocks } from './decode.ts'
import { withExtra } from './extra-content.ts'
import { openaiInvalid, readPiece } from './task-blocks.ts'

/** Messages as a function's input, and what the client should know of how they were read. */
interface ReadInput {
  readonly input: Input
  readonly warnings: readonly string[]
}

/**
 * Chat messages as TensorZero reads them: system messages joined in front, results of tools in a row
 * joined and given their tools' names. Throws `GatewayError` (400). Source: spec §2.3.
 */
export function readInput(messages: Json | undefined): ReadInput {
  const reader = new InputReader()
  const list = objectsIn(messages)
  for (const message of list) reader.read(message)
  return reader.done(list[0]?.['role'])
}

const SYSTEM = new Set<unknown>(['system', 'developer'])

function badRole(role: Json | undefined): GatewayError {
  if (role === undefined) return openaiInvalid('messages: missing field `role`')
  const roles = ['system', 'developer', 'user', 'assistant', 'tool'].map((each) => `\`${each}\``)
  const said = typeof role === 'string' ? role : JSON.stringify(role)
  return openaiInvalid(`messages: unknown variant \`${said}\`, expected one of ${roles.join(', ')}`)
}

class InputReader {
  readonly #warnings: string[] = []
  readonly #messages: InputMessage[] = []
  readonly #names = new Map<string, string>()
  /** Results of tools that came one after the other. */
  #results: ToolResultBlock[] = []
  #systems = 0
  #system: string | JsonObject | undefined

  read(message: JsonObject): void {
    const { role } = message
    if (role === 'tool' || role === 'function') {
      this.#results.push(this.#result(message))
      return
    }
    this.#flush()
    if (SYSTEM.has(role)) this.#addSystem(message)
    else if (role === 'assistant') this.#messages.push(this.#assistant(message))
    else if (role === 'user') this.#messages.push(this.#user(message))
    else throw badRole(role)
  }

  done(firstRole: Json | undefined): ReadInput {
    this.#flush()
    if (this.#systems > 1) {
      this.#warnings.push('several system messages were joined and moved to the front')
    } else if (this.#systems === 1 && !SYSTEM.has(firstRole)) {
      this.#warnings.push('the system message was moved to the front')
    }
    const system = this.#system
    return {
      input: { ...(system !== undefined && { system }), messages: this.#messages },
      warnings: this.#warnings,
    }
  }

  #flush(): void {
    if (this.#results.length > 0) this.#messages.push({ role: 'user', content: this.#results })
    this.#results = []
  }

  #user({ content }: JsonObject): InputMessage {
    return { role: 'user', content: this.#content(content, 'user') }
  }

  #addSystem(message: JsonObject): void {
    this.#systems++
    for (const block of this.#content(message['content'], 'system')) {
      if (block.type === 'template') {
        if (this.#system !== undefined) {
          throw openaiInvalid('System message cannot contain template with other content')
        }
        this.#system = block.arguments
        continue
      }
      const text = block.type === 'raw_text' ? block.value : textOf(block)
      if (typeof this.#system === 'object') {
        throw openaiInvalid('Cannot add text after template system message')
      }
      this.#system = this.#system === undefined ? text : `${this.#system}\n${text}`
    }
  }

  #assistant(message: JsonObject): InputMessage {
    const { tensorzero_extra_content: extra, ...rest } = message
    const spoken = extra === undefined ? message : withoutThoughts(rest)
    const content = this.#content(message['content'], 'assistant')
    const said = content.filter((block) => block.type !== 'text' || block.text !== '')
    const blocks = assistantBlocks(spoken, this.#names, said)
    return { role: 'assistant', content: withExtra(blocks, objectsIn(extra), extraBlock) }
  }

  #result(message: JsonObject): ToolResultBlock {
    const id = asString(message['tool_call_id']) ?? asString(message['name']) ?? ''
    const name = this.#names.get(id)
    if (name === undefined) throw openaiInvalid('tool call id not found')
    const { content } = message
    if (typeof content === 'string') return { type: 'tool_result', id, name, result: content }
    const pieces = this.#content(content, 'tool').flatMap((block): Block[] =>
      block.type === 'text' || block.type === 'file' ? [block] : [],
    )
    const result = pieces.map((piece) => (piece.type === 'text' ? piece.text : '')).join('')
    const plain = pieces.every(({ type }) => type === 'text')
    return { type: 'tool_result', id, name, result, ...(!plain && { content: pieces }) }
  }

  #content(content: Json | undefined, role: string): InputBlock[] {
    if (typeof content === 'string') return [{ type: 'text', text: content }]
    if (content === undefined || content === null) return []
    if (!Array.isArray(content)) {
      throw openaiInvalid(
        'message content must either be a string or an array of length 1 containing structured TensorZero inputs',
      )
    }
    return asArray(content).map((piece) => readPiece(piece, role, this.#warnings))
  }
}

function textOf(block: Exclude<InputBlock, { type: 'template' | 'raw_text' }>): string {
  if (block.type === 'text') return block.text
  throw openaiInvalid('System message must contain only text or template content blocks')
}

/** What came back twice is read once: where it says its place. */
function withoutThoughts({
  reasoning: _plain,
  reasoning_content: _also,
  reasoning_details: _details,
  ...message
}: JsonObject): JsonObject {
  return message
}

function extraBlock(given: JsonObject): Block {
  switch (given['type']) {
    case 'thought':
      return decodeThought(given)
    case 'unknown':
      return decodeUnknown(given)
    default:
      throw openaiInvalid('a block of `tensorzero_extra_content` is a `thought` or `unknown`')
  }
}
