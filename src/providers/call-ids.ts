import type { Block, ChatRequest } from '../domain/chat.ts'
import { blake3Hex } from '../lib/hash.ts'

/** What names of calls look like at a provider, and what stands for one that does not. */
export interface CallNames {
  readonly fits: RegExp
  /** Made from hexadecimal digits. */
  readonly made: (digits: string) => string
}

/** Source: Claude API reference, `tool_use`; Amazon Bedrock API reference, `toolUseId`. */
export const LETTERS: CallNames = {
  fits: /^[A-Za-z0-9_-]{1,64}$/,
  made: (digits) => `call_${digits.slice(0, 24)}`,
}

/**
 * Mistral's own have nine letters, and it refuses others. Of those only what is surely another
 * provider's is named anew: OpenAI's, Claude's, Bedrock's, vLLM's, Kimi's, ours for Gemini.
 */
export const NINE_LETTERS: CallNames = {
  fits: /^(?!call_\w{20}|call_\d+_|toolu_|tooluse_|chatcmpl-tool-|functions\.)/,
  made: (digits) => digits.slice(0, 9),
}

/**
 * The same conversation with names of calls that the provider takes: another may have begun it. A
 * call and its result get the same name, in each turn again.
 */
export function withCallNames(chat: ChatRequest, names: CallNames): ChatRequest {
  const fits = ({ content }: ChatRequest['messages'][number]) =>
    content.every((block) => !isNamed(block) || names.fits.test(block.id))
  if (chat.messages.every(fits)) return chat
  const messages = chat.messages.map((message) => ({
    ...message,
    content: message.content.map((block) => renamed(block, names)),
  }))
  return { ...chat, messages }
}

type Named = Extract<Block, { type: 'tool_call' | 'tool_result' }>

function isNamed(block: Block): block is Named {
  return (block.type === 'tool_call' || block.type === 'tool_result') && block.id !== ''
}

function renamed(block: Block, { fits, made }: CallNames): Block {
  if (!isNamed(block) || fits.test(block.id)) return block
  return { ...block, id: made(blake3Hex(block.id)) }
}
