import type { Part } from '../domain/chat.ts'

/** The parts of each answer, where the client asked for several; the first is always there. */
export function byChoice(parts: readonly Part[]): Map<number, Part[]> {
  const choices = new Map<number, Part[]>([[0, []]])
  for (const part of parts) {
    if (part.type === 'usage' || part.type === 'error') continue
    if (part.type === 'raw' && part.level === 'response') continue
    const choice = part.choice ?? 0
    const own = choices.get(choice) ?? []
    own.push(withoutChoice(part))
    choices.set(choice, own)
  }
  return choices
}

function withoutChoice(part: Part): Part {
  return 'choice' in part ? { ...part, choice: 0 } : part
}
