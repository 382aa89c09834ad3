import type { Block, Message, Tool, ToolCallBlock } from './chat.ts'

/**
 * Tools may stand in groups, and have names that only count there (OpenAI's namespaces). Who knows
 * no groups is told each by a name of its own: its name in the group, or with the group's before it
 * where another tool is called so too.
 */
export function groupNames(tools: readonly Tool[]): Tool[] {
  const times = new Map<string, number>()
  for (const { name } of tools) times.set(name, (times.get(name) ?? 0) + 1)
  return tools.map((tool) => {
    const { within, name } = tool
    return within && times.get(name) !== 1 ? { ...tool, name: `${within.group}__${name}` } : tool
  })
}

/** The same conversation with tools called by their own names in place of those in their groups. */
export function withNamesOfTheirOwn(
  messages: readonly Message[],
  tools: readonly Tool[],
  groupOf: (call: ToolCallBlock) => string | undefined,
): readonly Message[] {
  return renamed(messages, tools, (call) => {
    const group = groupOf(call)
    const called = ({ within }: Tool) => within?.group === group && within?.name === call.name
    return group === undefined ? undefined : tools.find(called)?.name
  })
}

/** And back. */
export function withNamesInGroups(
  messages: readonly Message[],
  tools: readonly Tool[],
): readonly Message[] {
  return renamed(
    messages,
    tools,
    (call) => tools.find(({ name }) => name === call.name)?.within?.name,
  )
}

function renamed(
  messages: readonly Message[],
  tools: readonly Tool[],
  nameOf: (call: ToolCallBlock) => string | undefined,
): readonly Message[] {
  if (tools.every(({ name, within }) => within === undefined || within.name === name)) {
    return messages
  }
  const names = new Map<string, string>()
  const anew = (block: Block): Block => {
    if (block.type === 'tool_call') {
      const name = nameOf(block) ?? block.name
      names.set(block.id, name)
      return { ...block, name }
    }
    return block.type === 'tool_result'
      ? { ...block, name: names.get(block.id) ?? block.name }
      : block
  }
  return messages.map((message) => ({ ...message, content: message.content.map(anew) }))
}
