/**
 * Customers who ask and then say whether the answer helped. Start a gateway on the example, then:
 *
 *   node examples/ab/simulate.ts --users 3000
 */
import { parseArgs } from 'node:util'
import OpenAI from 'openai'

/** How often each variant helps. The gateway does not know; it finds out. */
const HELPS: Readonly<Record<string, number>> = { brief: 0.4, warm: 0.55 }

const FUNCTION = 'answer_customer'

interface Simulation {
  /** Of the gateway, as `http://localhost:3000`. */
  readonly gateway: string
  readonly users: number
  /** How many of them are there at a time. */
  readonly together: number
  readonly random: () => number
  /** How often each variant helps, if not as often as written above. */
  readonly helps?: Readonly<Record<string, number>>
  /** Told after every 500th. */
  readonly progress?: (done: number) => void
}

/** Lets the customers come; resolves with how many of them each variant answered. */
export async function simulate(of: Simulation): Promise<Record<string, number>> {
  const openai = new OpenAI({ baseURL: `${of.gateway}/openai/v1`, apiKey: 'none' })
  const answered: Record<string, number> = {}
  let came = 0
  const comeAndGo = async () => {
    while (came < of.users) {
      came++
      if (came % 500 === 0) of.progress?.(came)
      const variant = await comes(openai, of, came)
      answered[variant] = (answered[variant] ?? 0) + 1
    }
  }
  await Promise.all(Array.from({ length: of.together }, comeAndGo))
  return answered
}

/** One customer: a question, an answer, a verdict. */
async function comes(openai: OpenAI, of: Simulation, number: number): Promise<string> {
  const answer = await openai.chat.completions.create({
    model: `tensorzero::function_name::${FUNCTION}`,
    messages: [{ role: 'user', content: `I am customer ${number}. Where is my parcel?` }],
  })
  const variant = answer.model.split('::').at(-1) ?? ''
  const helpful = of.random() < ((of.helps ?? HELPS)[variant] ?? 0)
  const response = await fetch(`${of.gateway}/feedback`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ metric_name: 'helpful', value: helpful, inference_id: answer.id }),
  })
  if (!response.ok) throw new Error(`The feedback was refused: ${await response.text()}`)
  return variant
}

/** What the gateway has found out, as `GET /internal/functions/NAME/experiment` tells it. */
export async function outcome(gateway: string): Promise<Outcome> {
  const response = await fetch(`${gateway}/internal/functions/${FUNCTION}/experiment`)
  const found: Outcome = JSON.parse(await response.text())
  return found
}

interface Outcome {
  readonly probabilities: Readonly<Record<string, number>>
  readonly adaptive: {
    readonly state: string
    readonly verdict: { readonly winner: string } | null
    readonly variants: readonly {
      readonly variant: string
      readonly count: number
      readonly mean: number | null
      readonly lower: number | null
      readonly upper: number | null
    }[]
  }
}

/** Numbers from 0 to 1 that are the same for the same seed (Mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = Math.trunc(state + 0x6d2b79f5)
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    options: {
      gateway: { type: 'string', default: 'http://localhost:3000' },
      users: { type: 'string', default: '3000' },
      seed: { type: 'string', default: '1' },
    },
  })
  const { gateway } = values
  const answered = await simulate({
    gateway,
    users: Number(values.users),
    together: 20,
    random: seeded(Number(values.seed)),
    progress: (done) => console.log(`${done} customers`),
  })
  console.log('answered by', answered)
  const { probabilities, adaptive } = await outcome(gateway)
  for (const { variant, count, mean, lower, upper } of adaptive.variants) {
    const [share, low, high] = [mean, lower, upper].map((value) => value?.toFixed(3) ?? '–')
    console.log(`${variant}: ${count} said ${share}, truly between ${low} and ${high}`)
  }
  console.log(adaptive.state, 'winner:', adaptive.verdict?.winner ?? 'none yet', probabilities)
}
