import type { Block, Message, ResponseFormat } from '../../domain/chat.ts'
import type { Quirks } from '../provider.ts'

const WORD = 'Respond using JSON.'

/**
 * Servers of this format refuse to answer in free JSON when nobody has said the word. As TensorZero
 * does, it is put before the system's text, or is all of it.
 */
export function withJsonWord(
  messages: readonly Message[],
  format: ResponseFormat | undefined,
  { json = 'json_schema' }: Quirks,
): readonly Message[] {
  const isFree = format?.type === 'json_object' && json !== 'none'
  const isPlain = format?.type === 'json_schema' && json === 'json_object'
  if ((!isFree && !isPlain) || messages.some(({ content }) => content.some(saysIt))) return messages
  const index = messages.findIndex(({ role }) => role === 'system')
  const system = messages[index]
  if (!system) return [{ role: 'system', content: [text(WORD)] }, ...messages]
  const [first, ...rest] = system.content
  if (first?.type !== 'text') {
    return messages.with(index, { ...system, content: [text(WORD), ...system.content] })
  }
  const said = { ...first, text: `${WORD}\n\n${first.text}` }
  return messages.with(index, { ...system, content: [said, ...rest] })
}

function text(said: string): Block {
  return { type: 'text', text: said }
}

function saysIt(block: Block): boolean {
  if (block.type === 'tool_result') return /json/i.test(block.result)
  return block.type === 'text' && /json/i.test(block.text)
}
