import type { Block, TextBlock, Thought } from '../domain/chat.ts'
import { isBareSignature } from './signatures.ts'

/**
 * A thought's words and what only its provider can read of it may come back in two pieces: words
 * that nobody signed belong to the wordless secret that follows them.
 */
export function joinThoughts(blocks: readonly Block[]): Block[] {
  return joined(blocks, (last, block) => {
    if (last.type !== 'thought' || block.type !== 'thought') return null
    const wordless = !block.text && !block.summary && !isBareSignature(block)
    return wordless && !isSealed(last) ? { ...last, ...block, text: last.text } : null
  })
}

/** The pieces of a turn that was streamed, as its text and thoughts were before. */
export function joinStreamed(blocks: readonly Block[]): Block[] {
  const grown = joined(blocks, (last, block) => {
    if (last.type === 'text' && block.type === 'text') return grownText(last, block)
    return last.type === 'thought' && block.type === 'thought' ? grownThought(last, block) : null
  })
  return joinThoughts(grown)
}

function joined(
  blocks: readonly Block[],
  join: (last: Block, block: Block) => Block | null,
): Block[] {
  const list: Block[] = []
  for (const block of blocks) {
    const last = list.at(-1)
    const both = last ? join(last, block) : null
    if (both) list[list.length - 1] = both
    else list.push(block)
  }
  return list
}

/** Nothing may be joined to what is signed. */
function isSealed({ signature, data }: Thought): boolean {
  return signature !== undefined || data !== undefined
}

function grownText(last: TextBlock, block: TextBlock): TextBlock | null {
  const sealed = last.signature !== undefined || block.signature !== undefined
  // What is told of a text is told as it begins.
  return sealed || block.raw ? null : { ...last, text: last.text + block.text }
}

function grownThought(last: Thought, block: Thought): Thought | null {
  const alike = last.id === block.id && last.format === block.format
  if (!alike || isSealed(last) || isSealed(block)) return null
  return { ...last, text: (last.text ?? '') + (block.text ?? '') }
}
