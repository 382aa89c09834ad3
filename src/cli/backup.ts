import { extname, resolve } from 'node:path'
import { backUpRows, backUpStore } from '../store/sqlite/backup.ts'
import { onlyWord } from './command.ts'
import type { CommandWords } from './arguments.ts'
import { bytesText } from './bytes.ts'

/** `weir backup DIR | FILE.db`: while the gateway runs, too. */
export function backup(words: CommandWords, dataDir: string): string {
  const target = resolve(onlyWord(words, 'where the copy goes: weir backup /backups/monday'))
  const copied =
    extname(target) === '.db' ? backUpRows(dataDir, target) : backUpStore(dataDir, target)
  const bytes = copied.reduce((sum, file) => sum + file.bytes, 0)
  const files = copied.length === 1 ? '1 file' : `${copied.length} files`
  return `${target}: ${files}, ${bytesText(bytes)}\n`
}
