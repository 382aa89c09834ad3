import { resolve } from 'node:path'
import { restoreStore } from '../store/sqlite/restore.ts'
import { onlyWord } from './command.ts'
import type { CommandWords } from './arguments.ts'

/** `weir restore DIR | FILE.db`: while no gateway runs on the data directory. */
export function restore(words: CommandWords, dataDir: string, at: number): string {
  const from = resolve(onlyWord(words, 'what to restore: weir restore /backups/monday'))
  const { files, movedTo } = restoreStore(dataDir, from, at)
  const before = movedTo === null ? '' : `What was there is now in ${movedTo}.\n`
  return `${files === 1 ? '1 file' : `${files} files`} restored to ${dataDir}.\n${before}`
}
