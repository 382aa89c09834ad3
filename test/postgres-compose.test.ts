import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readArguments } from '../src/cli/arguments.ts'
import { chooseStore } from '../src/cli/store-choice.ts'
import { resolveCompose } from './support/compose.ts'
import { startPostgres } from './support/postgres.ts'
import { startValkey } from './support/valkey.ts'
import { startWeir } from './support/process.ts'

const PATIENCE_MS = 120_000
const folder = join(import.meta.dirname, '../deploy/postgres')
const { services, volumes } = resolveCompose(readFileSync(join(folder, 'compose.yaml'), 'utf8'), {
  WEIR_POSTGRES_PASSWORD: 'chosen',
})

describe('the compose file for Weir, PostgreSQL and Valkey', { timeout: PATIENCE_MS }, () => {
  test('starts Weir as it is to be started, with all its services there', () => {
    const { command, environment, depends_on: needs } = services['weir'] ?? {}
    const [npm, start, dashes, ...args] = command ?? []
    expect([npm, start, dashes]).toEqual(['npm', 'start', '--'])
    const { configFiles, bindAddress, dataDir } = readArguments(args, {})
    expect({ configFiles, bindAddress, dataDir }).toEqual({
      configFiles: ['/config/tensorzero.toml'],
      bindAddress: '0.0.0.0:3000',
      dataDir: '/data',
    })
    const settings = { observabilityBackend: 'auto', clickHouseMigrations: true } as const
    expect(chooseStore(settings, environment ?? {})).toEqual({
      kind: 'postgres',
      url: 'postgres://weir:chosen@postgres:5432/weir',
    })
    const names = Object.keys(services)
    expect(names).toEqual(expect.arrayContaining([...(needs ?? [])]))
    expect(new URL(environment?.['TENSORZERO_VALKEY_URL'] ?? '').hostname).toBe('valkey')
    const mounted = Object.values(services).flatMap((service) => service.volumes ?? [])
    const named = mounted.map((mount) => mount.split(':')[0] ?? '')
    expect(volumes).toEqual(named.filter((name) => /^\w+$/.test(name)))
  })

  test('gives PostgreSQL the name, the password and settings that it takes', async () => {
    const { command = [], environment } = services['postgres'] ?? {}
    expect(environment).toMatchObject({
      POSTGRES_USER: 'weir',
      POSTGRES_DB: 'weir',
      POSTGRES_PASSWORD: 'chosen',
    })
    const [program, ...options] = command
    expect(program).toBe('postgres')
    const settings = options.flatMap((option) => (option === '-c' ? [] : [option.split('=')]))
    await using server = await startPostgres(Object.fromEntries(settings))
    for (const [name = '', value = ''] of settings) {
      const [row] = await server.query(`SELECT current_setting('${name}') AS value`)
      expect(row?.['value']).toBe(value)
    }
    // Some gateways of five connections each.
    expect(
      Number(new Map(settings.map(([name, value]) => [name, value])).get('max_connections')),
    ).toBeGreaterThan(25)
  })

  test('gives Valkey options that it takes', async () => {
    const [program, ...options] = services['valkey']?.command ?? []
    expect(program).toBe('valkey-server')
    await using server = await startValkey(options)
    expect(server.url).toMatch(/^redis:/)
  })

  test('has a configuration that holds no error', async () => {
    const file = join(folder, 'tensorzero.toml')
    const check = startWeir({
      args: ['--config-file', file, '--validate-and-exit'],
      env: { OPENAI_API_KEY: 'a' },
    })
    await expect(check).rejects.toThrow(/ended at once/)
    await expect(check).rejects.not.toThrow(/error|warning/)
  })
})
