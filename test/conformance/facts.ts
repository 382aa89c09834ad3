/** What an answer says, whatever the format it says it in. */
export interface Facts {
  text: string
  reasoning: string
  /** Signatures and encrypted reasoning. */
  secrets: string[]
  calls: { id: string; name: string; text: string }[]
  /** `stop`, `length`, `tool`, `filter`; '' where nobody can tell. */
  finish: string
  input: number | null
  output: number | null
  cached: number | null
  refusal: string
  urls: string[]
  error: { status: number | null; message: string } | null
}

export function noFacts(): Facts {
  return {
    text: '',
    reasoning: '',
    secrets: [],
    calls: [],
    finish: '',
    input: null,
    output: null,
    cached: null,
    refusal: '',
    urls: [],
    error: null,
  }
}

/** The first thing that was said and did not arrive; null when everything did. */
export function missing(said: Facts, got: Facts, exact: boolean): string | null {
  const same = (one: string, other: string) =>
    exact ? one === other : squeezed(one) === squeezed(other)
  const counts = (['input', 'output'] as const).map(
    (name) => [name, said[name] === null || said[name] === got[name]] as const,
  )
  const checks: (readonly [keyof Facts, boolean])[] = [
    ['text', same(said.text + said.refusal, got.text + got.refusal)],
    ['reasoning', same(said.reasoning, got.reasoning)],
    ['secrets', said.secrets.every((secret) => got.secrets.includes(secret))],
    ['calls', sameCalls(said, got)],
    ['finish', said.finish === '' || said.finish === got.finish],
    ...counts,
    ['cached', !said.cached || said.cached === got.cached],
    ['urls', said.urls.every((url) => got.urls.includes(url))],
  ]
  const wrong = checks.find(([, ok]) => !ok)?.[0]
  return wrong ? `${wrong}: said ${short(said[wrong])}, got ${short(got[wrong])}` : null
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? ''
  return text.length > 160 ? `${text.slice(0, 100)}…${text.slice(-50)}` : text
}

function squeezed(text: string): string {
  return text.replaceAll(/\s+/g, '')
}

function sameCalls(said: Facts, got: Facts): boolean {
  if (said.calls.length !== got.calls.length) return false
  return said.calls.every((call, place) => {
    const other = got.calls[place]
    const sameId = call.id === '' || call.id === other?.id
    return sameId && call.name === other?.name && sameValue(call.text, other.text)
  })
}

/** Arguments are the same where they mean the same; a text cut off in the middle must be there. */
function sameValue(one: string, other: string): boolean {
  if (one === other) return true
  const [a, b] = [valueOf(one), valueOf(other)]
  if (a !== undefined && b !== undefined && sorted(a) === sorted(b)) return true
  return one.trim() === '' || other.includes(JSON.stringify(one).slice(1, -1))
}

function valueOf(text: string): unknown {
  try {
    // Groq writes `null` where a call has no arguments.
    const nothing = text.trim() === '' || text.trim() === 'null'
    return JSON.parse(nothing ? '{}' : text) as unknown
  } catch {
    return undefined
  }
}

function sorted(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}
