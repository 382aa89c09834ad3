import { compactStore } from '../store/sqlite/compact.ts'
import { bytesText } from './bytes.ts'
import { noWords } from './command.ts'
import type { CommandWords } from './arguments.ts'

/** `weir compact`: while no gateway runs on the data directory. */
export function compact(
  words: CommandWords,
  dataDir: string,
  progress: (text: string) => void,
): string {
  noWords(words)
  const { beforeBytes, afterBytes, repacked } = compactStore(dataDir, (file) =>
    progress(`\r${file}`),
  )
  progress('\n')
  const sizes = `${bytesText(beforeBytes)} before, ${bytesText(afterBytes)} after`
  return `${sizes}; texts of ${repacked} requests packed again\n`
}
