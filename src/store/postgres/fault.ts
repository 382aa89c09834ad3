import { RemoteFault, type RemoteFaultKind } from '../remote/engine.ts'

/** By the first letters of SQLSTATE, the longest that fits. Source: PostgreSQL's manual, appendix A. */
const STATES: readonly (readonly [string, RemoteFaultKind, string])[] = [
  ['08', 'away', ''],
  ['25006', 'away', 'It is read-only: perhaps a standby. Records need the primary.'],
  ['28', 'settings', 'Look at the name and the password in its URL.'],
  ['3D', 'settings', 'Make that database, or name another one in the URL.'],
  ['42501', 'settings', 'Its user must be allowed to make the schema `weir` and own it.'],
  ['42', 'settings', 'The schema `weir` is not as this version left it.'],
  ['3F', 'settings', 'The schema `weir` is not as this version left it.'],
  ['22', 'data', ''],
  ['23', 'data', ''],
  ['54', 'data', ''],
  ['53100', 'away', 'Its disk is full.'],
  ['53300', 'away', 'All its connections are in use: raise `max_connections`.'],
]

/** What the driver, the network or the server threw, as what to do about it. */
export function asRemoteFault(thrown: unknown, name: string): RemoteFault {
  if (thrown instanceof RemoteFault) return thrown
  const why = thrown instanceof Error ? thrown.message : String(thrown)
  const code = codeOf(thrown)
  const [, kind, hint] =
    STATES.find(([state]) => code.startsWith(state)) ??
    (why.startsWith('SASL') ? NO_PASSWORD : (['', 'away', ''] as const))
  const what = kind === 'data' ? `${name} does not take this` : `${name} cannot be used`
  const text = `${what}: ${why || code || 'it does not answer'}.`
  return new RemoteFault(kind, hint === '' ? text : `${text} ${hint}`, thrown)
}

const NO_PASSWORD = ['', 'settings', 'Its URL needs a password.'] as const

/** SQLSTATE, or Node's name of a network failure. */
export function codeOf(thrown: unknown): string {
  if (!(thrown instanceof Error) || !('code' in thrown)) return ''
  return typeof thrown.code === 'string' ? thrown.code : ''
}
