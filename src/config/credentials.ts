import { Secret } from '../lib/secret.ts'
import type { Credential } from './config.ts'
import { readText } from './files.ts'
import type { ReadFile } from './files.ts'
import { CredentialLocation } from './schema-common.ts'

export type Environment = Readonly<Record<string, string | undefined>>

/** Where credential locations point to. */
export interface Surroundings {
  readonly env: Environment
  readonly readFile: ReadFile
}

/** Follows a location as far as it goes before there is a request; never fails. */
export async function findCredential(
  location: CredentialLocation,
  around: Surroundings,
): Promise<Credential> {
  if (typeof location === 'string') return followLocation(location, around)
  const first = await followLocation(location.default, around)
  if (first.type !== 'missing' && first.type !== 'dynamic') return first
  const fallback = await followLocation(location.fallback, around)
  return first.type === 'missing' ? fallback : { type: 'either', first, fallback }
}

/** A setting is a plain value, unless it is written as a location. */
export function findSetting(written: unknown, around: Surroundings): Promise<Credential> {
  const location = CredentialLocation.safeParse(written)
  if (location.success) return findCredential(location.data, around)
  return Promise.resolve({ type: 'secret', secret: new Secret(String(written)) })
}

async function followLocation(location: string, around: Surroundings): Promise<Credential> {
  const [, kind = location, name = ''] = /^(\w+)::(.+)$/s.exec(location) ?? []
  switch (kind) {
    case 'none':
      return { type: 'none' }
    case 'sdk':
      return { type: 'sdk' }
    case 'dynamic':
      return { type: 'dynamic', key: name }
    case 'env':
      return readVariable(location, name, around)
    case 'path':
      return readKeyFile(location, name, around)
    case 'path_from_env': {
      const path = around.env[name]
      return path ? readKeyFile(location, path, around) : unset(location, name, path)
    }
    default:
      return {
        type: 'missing',
        location,
        message: `\`${location}\` holds no key for this provider`,
      }
  }
}

function readVariable(location: string, name: string, { env }: Surroundings): Credential {
  const value = env[name]?.trim()
  return value ? { type: 'secret', secret: new Secret(value) } : unset(location, name, value)
}

function unset(location: string, name: string, value: string | undefined): Credential {
  const state = value === undefined ? 'not set' : 'empty'
  return { type: 'missing', location, message: `the environment variable ${name} is ${state}` }
}

/** A key file may end with a line break, which no header could carry. */
async function readKeyFile(
  location: string,
  path: string,
  { readFile }: Surroundings,
): Promise<Credential> {
  const file = await readText(path, readFile)
  const key = file.ok ? file.text.trim() : ''
  if (key !== '') return { type: 'secret', secret: new Secret(key) }
  const reason = file.ok ? 'it is empty' : file.reason
  return { type: 'missing', location, message: `cannot read the key file ${path}: ${reason}` }
}
