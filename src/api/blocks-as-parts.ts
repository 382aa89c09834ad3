import type { Block, Part, TextBlock, Thought, ToolCallBlock } from '../domain/chat.ts'
import { asObject } from '../lib/json.ts'
import { compact } from './compact.ts'

/** Recorded blocks of an answer as the parts that made them, for an encoder to write again. */
export function blocksAsParts(blocks: readonly Block[]): Part[] {
  return blocks.flatMap(partsOfBlock)
}

function partsOfBlock(block: Block, index: number): Part[] {
  switch (block.type) {
    case 'text':
      return partsOfText(block)
    case 'thought':
      return partsOfThought(block)
    case 'tool_call':
      return partsOfCall(block, index)
    case 'refusal':
      return [block]
    case 'file': {
      const { type, url, mimeType, signature, raw, wire } = block
      return [{ type, url, ...compact({ mimeType, signature, raw, wire }) }]
    }
    case 'unknown': {
      const data = asObject(block.data)
      return data && block.wire !== undefined ? [{ type: 'unknown', data, wire: block.wire }] : []
    }
    case 'tool_result':
      return []
  }
}

function partsOfText({ text, citations = [], signature, raw, wire }: TextBlock): Part[] {
  return [
    { type: 'text', text, begins: true, ...compact({ signature, raw, wire }) },
    ...citations.map((citation): Part => ({ type: 'citation', citation })),
  ]
}

function partsOfThought(thought: Thought): Part[] {
  const { text, summary = [], id, signature, data, format, details } = thought
  const said = compact({ id, signature, data, format, details })
  return [
    { type: 'reasoning', text: text ?? '', begins: true, ...said },
    ...summary.map((paragraph): Part => ({
      type: 'reasoning',
      text: paragraph,
      summary: true,
      paragraph: true,
    })),
  ]
}

function partsOfCall(block: ToolCallBlock, index: number): Part[] {
  const { type, id, name, custom, signature, raw, wire, arguments: text } = block
  return [
    { type, index, id, name, ...compact({ custom, signature, raw, wire }) },
    { type: 'tool_arguments', index, text },
  ]
}
