import { once } from 'node:events'
import { MessageChannel, type MessagePort } from 'node:worker_threads'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { InferenceRecord } from '../../domain/record.ts'
import { systemClock } from '../../lib/clock.ts'
import type { Change, ChangeOutcome } from '../changes.ts'
import { makeDirectory, until } from '../fixtures/open.ts'
import { FIRST_MS, idOf, recordOf } from '../fixtures/records.ts'
import { PortHub } from '../port-hub.ts'
import type { FromWriter, ToWriter, WriterHealth } from '../protocol.ts'
import { type RemoteBatch, type RemoteEngine, RemoteFault } from './engine.ts'
import { runRemoteWriter } from './writer.ts'

/** A server in memory that does as it is told. */
class ScriptedServer implements RemoteEngine {
  readonly name = 'The server'
  readonly ids: string[] = []
  readonly changes: Change[] = []
  fault: RemoteFault | null = null
  /** Resolves when a call may go on. */
  gate: Promise<void> = Promise.resolve()
  opened = 0

  async open(): Promise<void> {
    await this.gate
    if (this.fault) throw this.fault
    this.opened++
  }

  async write({ records, changes }: RemoteBatch): Promise<ChangeOutcome[]> {
    await this.gate
    if (this.fault) throw this.fault
    if (records.some((record) => record.functionName === 'unfit')) {
      throw new RemoteFault('data', 'This does not fit.')
    }
    for (const { id } of records) if (!this.ids.includes(id)) this.ids.push(id)
    this.changes.push(...changes)
    return changes.map(({ kind }) => ({ result: kind }))
  }

  close(): Promise<void> {
    return Promise.resolve()
  }
}

const AWAY = new RemoteFault('away', 'The server cannot be reached.')

const feedback = (number: number): Change => ({
  kind: 'feedback',
  feedback: {
    id: idOf(number, 3),
    at: FIRST_MS,
    targetId: idOf(number),
    level: 'inference',
    type: 'float',
    metricName: 'quality',
    value: 1,
    tags: {},
    configHash: 'abc',
  },
})
const claim: Change = { kind: 'claim', collection: 'notes', key: 'a', value: 1 }

/** Text that does not get smaller. */
const noise = () => Array.from({ length: 2000 }, () => Math.random()).join('')

describe('the writer to a server', () => {
  const directory = makeDirectory()
  let server = new ScriptedServer()
  let port: MessagePort
  let received: FromWriter[] = []
  let nextNumber = 1

  const start = (maxOutboxBytes?: number) => {
    const { port1, port2 } = new MessageChannel()
    port = port1
    received = []
    port.on('message', (message: FromWriter) => received.push(message))
    runRemoteWriter<InferenceRecord>({
      port: new PortHub(port2),
      dataDir: directory.path,
      clock: systemClock,
      random: () => 0.01,
      engine: server,
      ...(maxOutboxBytes !== undefined && { maxOutboxBytes }),
      complete: (draft) => draft,
    })
    post({ kind: 'open', first: true })
  }
  const post = (message: ToWriter<InferenceRecord>) => port.postMessage(message)
  const stop = async () => {
    const closed = once(port, 'close')
    post({ kind: 'close' })
    await closed
  }
  const send = (
    drafts: InferenceRecord[],
    changes: Change[] = [],
    begun: InferenceRecord[] = [],
  ) => {
    const number = nextNumber++
    post({ kind: 'batch', number, drafts, begun, changes })
    return number
  }
  const ackOf = async (number: number) => {
    const find = () =>
      received.find((message) => message.kind === 'acked' && message.number === number)
    await until(() => find() !== undefined)
    return find() as FromWriter & { kind: 'acked' }
  }
  const health = (): WriterHealth | undefined =>
    received.findLast((message) => message.kind === 'health')?.health
  const waiting = () => received.findLast((message) => message.kind === 'waiting')
  const drained = () => until(() => waiting()?.rows === 0 || waiting() === undefined)

  beforeEach(() => {
    server = new ScriptedServer()
  })
  afterEach(async () => {
    server.fault = null
    await stop()
    start()
    await until(() => received.some((message) => message.kind === 'opened'))
    await drained()
    await stop()
  })

  test('writes straight to a server that is well', async () => {
    start()
    const ack = await ackOf(send([recordOf(1)], [feedback(1), claim]))
    expect(ack).toMatchObject({ lost: [], outcomes: [{ result: 'feedback' }, { result: 'claim' }] })
    expect(server.ids).toEqual([idOf(1)])
    expect(received).toContainEqual({ kind: 'opened', opening: { state: 'open' } })
    expect(health()).toBeUndefined()
  })

  test('keeps what comes while the server is away, and writes it in order when it is back', async () => {
    server.fault = AWAY
    start()
    for (const number of [1, 2, 3]) {
      const ack = await ackOf(send([recordOf(number)], [feedback(number)]))
      expect(ack).toMatchObject({ lost: [], outcomes: [{ result: null }] })
    }
    expect(server.ids).toEqual([])
    expect(health()).toMatchObject({ state: 'degraded', stuck: false })
    expect(health()?.message).toContain('The server cannot be reached. Records wait in')
    server.fault = null
    await drained()
    expect(server.ids).toEqual([1, 2, 3].map((number) => idOf(number)))
    expect(server.changes).toHaveLength(3)
    await until(() => health()?.state === 'ok')
  })

  test('says at once that a change needs the server', async () => {
    server.fault = AWAY
    start()
    const ack = await ackOf(send([recordOf(1)], [claim, feedback(1)]))
    expect(ack.outcomes).toEqual([{ error: AWAY.message }, { result: null }])
    server.fault = null
    await drained()
    expect(server.changes).toEqual([feedback(1)])
  })

  test('does not wait for a server that is slow, and writes nothing twice', async () => {
    start()
    await ackOf(send([recordOf(1)]))
    const gate = Promise.withResolvers<void>()
    server.gate = gate.promise
    const [second, third] = [send([recordOf(2)], [claim]), send([recordOf(3)], [feedback(3)])]
    expect((await ackOf(second)).outcomes).toEqual([
      { error: 'The server does not answer in time.' },
    ])
    expect((await ackOf(third)).outcomes).toEqual([{ result: null }])
    gate.resolve()
    await drained()
    expect(server.ids).toEqual([1, 2, 3].map((number) => idOf(number)))
  })

  test('writes what waited when it starts again', async () => {
    server.fault = AWAY
    start()
    await ackOf(send([recordOf(1)], [feedback(1)]))
    await stop()
    server.fault = null
    start()
    await until(() => server.ids.length > 0)
    await drained()
    expect(server.ids).toEqual([idOf(1)])
    expect(server.changes).toEqual([feedback(1)])
  })

  test('keeps the rest of a batch in which something does not fit', async () => {
    start()
    const records = [recordOf(1), recordOf(2, { functionName: 'unfit' }), recordOf(3)]
    expect((await ackOf(send(records, [feedback(1)]))).lost).toEqual([])
    expect(server.ids).toEqual([1, 2, 3].map((number) => idOf(number)))
  })

  test('finds requests that a process began and never ended', async () => {
    start()
    await ackOf(send([], [], [recordOf(1), recordOf(2)]))
    await ackOf(send([recordOf(2)]))
    await stop()
    start()
    await until(() => server.ids.includes(idOf(1)))
    expect(server.ids).toEqual([idOf(2), idOf(1)])
  })

  test('drops the oldest texts first when the outbox is full, and says so', async () => {
    server.fault = AWAY
    start(6000)
    const lost: string[] = []
    for (let number = 1; number <= 12; number++) {
      const { lost: one } = await ackOf(send([recordOf(number, { rawRequest: noise() })]))
      lost.push(...one)
    }
    expect(waiting()?.droppedPayloads).toBe(12 - lost.length)
    expect(lost).not.toContain(idOf(1))
    expect(waiting()?.bytes).toBeLessThanOrEqual(6000)
    server.fault = null
    await drained()
    expect(server.ids).toHaveLength(12 - lost.length)
  })

  test.each(['settings', 'newer'] as const)('refuses to start over wrong %s', async (kind) => {
    server.fault = new RemoteFault(kind, 'Look here.')
    start()
    await until(() => received.some((message) => message.kind === 'opened'))
    expect(received).toContainEqual({
      kind: 'opened',
      opening: { state: 'refused', reason: kind, message: 'Look here.' },
    })
  })
})
