import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto'
import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { GatewayError } from '../domain/errors.ts'
import { Secret } from '../lib/secret.ts'

/** Where a secret stands: one that was copied to another place does not open there. */
export interface SecretPlace {
  readonly table: string
  readonly column: string
  readonly row: string
}

const VERSION = 'v1'
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * Seals secrets that are stored: `v1.<key id>.<nonce>.<ciphertext and tag>`, base64url, AES-256-GCM
 * with the place as additional data. What is no such envelope is an error, never a plain text.
 */
export class SecretBox {
  /** The first seals; all open. */
  readonly #keys: ReadonlyMap<string, Buffer>

  private constructor(keys: ReadonlyMap<string, Buffer>) {
    this.#keys = keys
  }

  /** `text` has a key a line (or after a comma), the newest first: `<key id>:<base64 of 32 bytes>`. */
  static fromText(text: string): SecretBox {
    const keys = new Map<string, Buffer>()
    for (const entry of text.split(/[\n,]/).map((line) => line.trim())) {
      if (entry === '') continue
      const [, id, base64 = ''] = /^([a-z0-9]{1,32}):([A-Za-z0-9+/=_-]+)$/.exec(entry) ?? []
      const key = Buffer.from(base64, 'base64')
      if (id === undefined || key.length !== KEY_BYTES || keys.has(id)) {
        throw new GatewayError(
          'internal',
          'The key for stored secrets is not `<id>:<32 bytes in base64>`, a line each.',
        )
      }
      keys.set(id, key)
    }
    if (keys.size === 0) throw new GatewayError('internal', 'There is no key for stored secrets.')
    return new SecretBox(keys)
  }

  /** The keys of a file, which is made, for its owner's eyes alone, where there is none. */
  static fromFile(path: string): SecretBox {
    try {
      // Whoever of two processes is first makes the key of both.
      writeFileSync(path, `${newKey()}\n`, { flag: 'wx', mode: 0o600 })
    } catch (thrown) {
      if (!isExisting(thrown)) throw thrown
    }
    return SecretBox.fromText(readFileSync(path, 'utf8'))
  }

  seal(secret: Secret, place: SecretPlace): string {
    const [[id, key] = raise()] = this.#keys
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv(CIPHER, key, nonce)
    cipher.setAAD(contextOf(place, id))
    const sealed = [cipher.update(secret.reveal(), 'utf8'), cipher.final(), cipher.getAuthTag()]
    return [
      VERSION,
      id,
      nonce.toString('base64url'),
      Buffer.concat(sealed).toString('base64url'),
    ].join('.')
  }

  /** Throws `upstream_credential`, naming the setting, for what does not open. */
  open(envelope: string, place: SecretPlace): Secret {
    const [version, id = '', nonce = '', rest = '', ...more] = envelope.split('.')
    if (version !== VERSION || more.length > 0) throw unreadable(place, 'it is not sealed')
    const key = this.#keys.get(id)
    if (!key) throw unreadable(place, `the key \`${id}\` it was sealed with is not here`)
    const bytes = Buffer.from(rest, 'base64url')
    const iv = Buffer.from(nonce, 'base64url')
    if (iv.length !== NONCE_BYTES || bytes.length < TAG_BYTES) {
      throw unreadable(place, 'it is damaged')
    }
    const decipher = createDecipheriv(CIPHER, key, iv)
    decipher.setAAD(contextOf(place, id))
    decipher.setAuthTag(bytes.subarray(-TAG_BYTES))
    try {
      const opened = Buffer.concat([
        decipher.update(bytes.subarray(0, -TAG_BYTES)),
        decipher.final(),
      ])
      return new Secret(opened.toString('utf8'))
    } catch (cause) {
      throw unreadable(place, 'it is damaged, or was sealed for another place', cause)
    }
  }

  /** The same secret under the newest key; the envelope itself where it has that already. */
  reseal(envelope: string, place: SecretPlace): string {
    const [[newest] = raise()] = this.#keys
    const secret = this.open(envelope, place)
    return envelope.startsWith(`${VERSION}.${newest}.`) ? envelope : this.seal(secret, place)
  }
}

/** Puts a new key before the others of a file: from now on it seals, and all still open. */
export function rotateKeyFile(path: string): void {
  const draft = `${path}.new`
  writeFileSync(draft, `${newKey()}\n${readFileSync(path, 'utf8')}`, { mode: 0o600 })
  renameSync(draft, path)
}

function newKey(): string {
  return `${randomBytes(6).toString('hex')}:${randomBytes(KEY_BYTES).toString('base64')}`
}

function contextOf({ table, column, row }: SecretPlace, keyId: string): Buffer {
  return Buffer.from([table, column, row, keyId].join(':'))
}

function unreadable(
  { table, column, row }: SecretPlace,
  why: string,
  cause?: unknown,
): GatewayError {
  const message = `The stored secret \`${column}\` of ${table} ${row} cannot be read: ${why}. Set it again.`
  return new GatewayError('upstream_credential', message, { cause })
}

function isExisting(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST'
}

function raise(): never {
  throw new GatewayError('internal', 'There is no key for stored secrets.')
}
