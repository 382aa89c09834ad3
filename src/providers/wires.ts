import { openaiChat } from './openai-chat.ts'
import type { Wire, WireName } from './provider.ts'

const WIRES: Readonly<Record<WireName, Wire>> = { openai_chat: openaiChat }

/** The wire of a name, for reading what was recorded: without the providers and their schemas. */
export function wireNamed(name: WireName): Wire {
  return WIRES[name]
}
