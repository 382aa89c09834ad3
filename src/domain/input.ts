import type { Block, JsonObject } from './chat.ts'

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
