import type { Thought } from './chat.ts'

/** All the words of a thought, for those who know but one kind; null where there are none. */
export function wordsOf({ text, summary }: Pick<Thought, 'text' | 'summary'>): string | null {
  if (!summary) return text
  return summary.join('\n\n') + (text ?? '')
}
