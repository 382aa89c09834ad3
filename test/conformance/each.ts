import { checkCuts, seeded } from './cuts.ts'
import type { DialectName } from './clients.ts'
import type { Recording } from './recording.ts'
import { checkSecond } from './second.ts'
import { checkSums } from './sums.ts'
import type { Route } from './targets.ts'
import { checkTurns } from './turns/check.ts'

/** What is proved of each recording without a gateway: the formats alone. */
export const PROOFS = {
  cuts: 'A stream cut anywhere says the same',
  sums: 'A stream adds up to the whole answer',
  turns: 'What the provider wants back comes back',
  second: 'Vercel’s AI SDK reads it too',
} as const
export type ProofName = keyof typeof PROOFS

export interface Proof {
  readonly proof: ProofName
  readonly id: string
  readonly dialect: DialectName | ''
  readonly failure: string | null
}

export interface Proofs {
  readonly proofs: readonly Proof[]
  /** How often streams were cut: at one place, at several. */
  readonly cuts: { readonly ones: number; readonly many: number }
}

interface Playable {
  readonly recording: Recording
  readonly route: Route
}

/** `cuts` times in all streams are cut at several places at once, the same in each run; 0: not at all. */
export async function proveEach(played: readonly Playable[], cuts: number): Promise<Proofs> {
  const proofs: Proof[] = []
  const counts = { ones: 0, many: 0 }
  const random = seeded(1)
  const answers = played.filter(({ recording: { status, response_kind: kind } }) => {
    return status === 200 && kind !== 'text'
  })
  const streams = answers.filter(({ recording }) => recording.response_kind !== 'json')
  const each = Math.ceil(cuts / Math.max(1, streams.length))
  for (const { recording, route } of answers) {
    const { id } = recording
    if (cuts > 0) {
      const { failure, ...cut } = checkCuts(recording, each, random)
      counts.ones += cut.ones
      counts.many += cut.many
      if (cut.ones > 0) proofs.push({ proof: 'cuts', id, dialect: '', failure })
    }
    const type = /^type = "(\w+)"/.exec(route.toml)?.[1] ?? ''
    const sums = await told(checkSums(recording))
    const turns = await told(checkTurns(recording, type))
    const second = await told(checkSecond(recording))
    for (const sum of sums) proofs.push({ proof: 'sums', id, ...sum })
    for (const one of second) proofs.push({ proof: 'second', id, ...one })
    for (const turn of turns) proofs.push({ proof: 'turns', id, ...turn })
  }
  return { proofs, cuts: counts }
}

type Told = readonly { readonly dialect: DialectName; readonly failure: string | null }[]

/** A program of a client's may stumble over an answer: that is a failure like any other. */
async function told(results: Promise<Told>): Promise<Told> {
  try {
    return await results
  } catch (thrown) {
    return [{ dialect: 'chat', failure: String(thrown) }]
  }
}
