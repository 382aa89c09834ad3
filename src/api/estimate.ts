import type { Block, ChatRequest } from '../domain/chat.ts'

/** About this many characters make a token. */
const CHARS_A_TOKEN = 4
/** What a picture or page costs, more or less. */
const FILE_TOKENS = 1500

/** About how many tokens a conversation is, for providers that do not count. */
export function estimateTokens({ messages, tools }: ChatRequest): number {
  const blocks = messages.flatMap(({ content }) => content)
  const chars = blocks.reduce((sum, block) => sum + charsOf(block), JSON.stringify(tools).length)
  const files = blocks.filter(({ type }) => type === 'file').length
  return Math.ceil(chars / CHARS_A_TOKEN) + FILE_TOKENS * files
}

function charsOf(block: Block): number {
  switch (block.type) {
    case 'text':
    case 'refusal':
      return block.text.length
    case 'thought':
      return block.text?.length ?? 0
    case 'tool_call':
      return block.name.length + block.arguments.length
    case 'tool_result':
      return block.result.length
    case 'file':
    case 'unknown':
      return 0
  }
}
