import type { Block, JsonObject, Message } from './chat.ts'

/** What a function is given: texts and template arguments, not yet a prompt. */
export interface Input {
  /** A text, or the arguments of the template `system`. */
  readonly system?: string | JsonObject
  readonly messages: readonly InputMessage[]
}

export interface InputMessage {
  readonly role: 'user' | 'assistant'
  readonly content: readonly InputBlock[]
}

export type InputBlock =
  | Block
  /** Goes through the template of this name. */
  | { readonly type: 'template'; readonly name: string; readonly arguments: JsonObject }
  /** Goes past all templates. */
  | { readonly type: 'raw_text'; readonly value: string }

/** A conversation as a function's input: the texts of the system are one, beside what was said. */
export function inputOf(messages: readonly Message[]): Input {
  const system = messages
    .filter(({ role }) => role === 'system')
    .flatMap(({ content }) => content)
    .flatMap((block) => (block.type === 'text' ? [block.text] : []))
  return {
    ...(system.length > 0 && { system: system.join('\n') }),
    messages: messages.flatMap(({ role, content }) =>
      role === 'system' ? [] : [{ role, content }],
    ),
  }
}
