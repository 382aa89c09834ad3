import type { ObjectStore } from '../../access/object-store.ts'
import type { FileBlock, StoragePath } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import { pathOfFile } from '../../domain/file-path.ts'
import type { Input, InputBlock, InputMessage } from '../../domain/input.ts'
import { sniffBase64 } from '../../lib/sniff.ts'
import type { Ask } from '../ask.ts'
import type { Engine } from '../engine.ts'
import { fetchFile } from '../fetch-file.ts'
import { readStored } from '../stored-file.ts'
import type { LateFiles } from './late-files.ts'
import type { Task } from './task.ts'

const NOT_CONFIGURED =
  'Object storage is not configured. You must configure object storage before making requests containing a `file` content block. If you don\'t want to use object storage, you can explicitly set `object_storage.type = "disabled"` in your configuration.'

const UNKNOWN_KIND = 'No mime type provided and unable to infer from data'

interface Noted {
  readonly warnings: string[]
  /** Where what goes by its address is to be downloaded for the record; absent: nowhere. */
  readonly late?: LateFiles
  readonly ask: Pick<Ask, 'dryrun'>
}

/**
 * The task with each file's bytes, and noted by its place in the object storage. Files that came
 * along are put there meanwhile: nobody waits, and what fails is a warning. Those that are there
 * already are read from it. Throws `GatewayError` where a file cannot be had.
 */
export async function storeFiles(engine: Engine, noted: Noted, task: Task): Promise<Task> {
  const { input, asIs } = task
  const some = filesOf(input).length > 0
  // A plain model's request goes on as it came, to wherever that is.
  if (!some || (!engine.files && asIs)) return task
  if (!engine.files) throw new GatewayError('invalid_request', NOT_CONFIGURED, { param: 'input' })
  const keeping = new Keeping(engine, engine.files, noted)
  const settled = await withFiles(input, (file) => keeping.settle(file))
  // What the client wrote has no bytes of such files.
  return { ...task, input: settled, asIs: asIs && !keeping.hasBrought }
}

function filesOf({ messages }: Input): FileBlock[] {
  return messages.flatMap(({ content }) => content.filter((block) => block.type === 'file'))
}

/** The input with what becomes of its files. One after the other: no more than fits is ever in memory. */
async function withFiles(
  input: Input,
  become: (file: FileBlock) => Promise<FileBlock>,
): Promise<Input> {
  const messages: InputMessage[] = []
  for (const message of input.messages) {
    const content: InputBlock[] = []
    for (const block of message.content) {
      content.push(block.type === 'file' ? await become(block) : block)
    }
    messages.push({ ...message, content })
  }
  return { ...input, messages }
}

/** The files of one request. */
class Keeping {
  readonly #files: ObjectStore
  readonly #noted: Noted
  readonly #engine: Engine
  /** Bytes that did not come with the request. */
  #brought = 0
  /** The provider is sent such. */
  hasBrought = false

  constructor(engine: Engine, files: ObjectStore, noted: Noted) {
    this.#engine = engine
    this.#files = files
    this.#noted = noted
  }

  async settle(file: FileBlock): Promise<FileBlock> {
    const inline = INLINE.exec(file.url)
    if (inline) return this.#keep(file, inline[1] ?? '', inline[2] ?? '')
    const { storagePath, sourceUrl } = file
    if (!storagePath) return this.#named(file)
    // Of what was never kept there is only the address.
    if (storagePath.kind['type'] === 'disabled' && sourceUrl !== undefined) {
      const { storagePath: _nowhere, ...asked } = file
      return this.#named({ ...asked, url: sourceUrl })
    }
    this.hasBrought = true
    const base64 = this.#inBase64(await readStored(this.#files, storagePath))
    const type = file.mimeType ?? sniffBase64(base64) ?? 'application/octet-stream'
    return { ...file, url: `data:${type};base64,${base64}`, mimeType: type }
  }

  /** By an address, which goes to the provider if it is not to be downloaded here. */
  async #named(file: FileBlock): Promise<FileBlock> {
    const { gateway } = this.#engine.config()
    if (!URL.canParse(file.url) || file.url.startsWith('data:')) return file
    if (gateway.fetchFiles) {
      this.hasBrought = true
      return this.#fetched(file)
    }
    const keeps = this.#files.kind['type'] !== 'disabled' && !this.#noted.ask.dryrun
    if (keeps && /^https?:/.test(file.url)) {
      this.#noted.late?.add(file, async () => ({ ...(await this.#fetched(file)), url: '' }))
    }
    return file
  }

  async #fetched(file: FileBlock): Promise<FileBlock> {
    const { bytes, mimeType } = await fetchFile(this.#engine, file.url)
    const base64 = this.#inBase64(bytes)
    const type = file.mimeType ?? mimeType ?? sniffBase64(base64)
    if (type === null) throw new GatewayError('invalid_request', UNKNOWN_KIND, { param: 'input' })
    const url = `data:${type};base64,${base64}`
    return this.#keep({ ...file, url, mimeType: type, sourceUrl: file.url }, type, base64)
  }

  #keep(file: FileBlock, mimeType: string, base64: string): FileBlock {
    const storagePath = placeOf(this.#files, base64, mimeType)
    if (!this.#noted.ask.dryrun) {
      this.#files
        .put(storagePath.path, Buffer.from(base64, 'base64'), mimeType)
        .then(undefined, (thrown: unknown) => {
          const { message } = GatewayError.from(thrown)
          this.#noted.warnings.push(`a file could not be kept: ${message}`)
        })
    }
    return { ...file, storagePath }
  }

  /** All of a request's files together may be as large as if they had come along. */
  #inBase64(bytes: Buffer): string {
    const base64 = bytes.toString('base64')
    this.#brought += base64.length
    const most = this.#engine.config().gateway.maxRequestBytes
    if (this.#brought <= most) return base64
    const message = `The files of the request are larger than ${most} bytes together.`
    throw new GatewayError('too_large', message, { param: 'input' })
  }
}

const INLINE = /^data:([^;,]*);base64,(.*)$/s

/**
 * An input whose files that came along are kept and named by where; null where nothing is to be kept.
 * Throws `GatewayError` where one cannot be kept.
 */
export async function keepInline(
  { files }: Pick<Engine, 'files'>,
  input: Input,
): Promise<Input | null> {
  if (!files || files.kind['type'] === 'disabled') return null
  const some = filesOf(input).some(({ url }) => INLINE.test(url))
  return some ? withFiles(input, (file) => kept(files, file)) : null
}

async function kept(files: ObjectStore, file: FileBlock): Promise<FileBlock> {
  const [, mimeType = '', base64] = INLINE.exec(file.url) ?? []
  if (base64 === undefined) return file
  const storagePath = placeOf(files, base64, mimeType)
  await files.put(storagePath.path, Buffer.from(base64, 'base64'), mimeType)
  return { ...file, storagePath }
}

function placeOf({ kind, prefix }: ObjectStore, base64: string, mimeType: string): StoragePath {
  return { kind, path: prefix + pathOfFile(base64, mimeType) }
}
