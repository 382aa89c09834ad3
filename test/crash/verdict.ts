import { tail, type Tail } from '../../bench/statistics.ts'

export interface Run {
  readonly kills: number
  /** Answers whose end came while `before_reply` promises their records. */
  readonly acknowledged: number
  /** Acknowledged records that are lost, files that are damaged, starts that failed. */
  readonly faults: readonly string[]
  /** What clients were told that was no answer, while no kill was under way. */
  readonly unanswered: readonly string[]
  readonly restartsMs: readonly number[]
}

export interface Verdict {
  readonly passed: boolean
  readonly summary: {
    readonly kills: number
    readonly acknowledged: number
    readonly failed: number
    readonly failures: readonly string[]
    readonly unanswered: number
    readonly unanswered_words: readonly string[]
    readonly restart_ms: Tail | null
  }
}

const MOST_WORDS = 20

/** Times, and answers that failed, are told and decide nothing: they depend on the machine. */
export function judge({ kills, acknowledged, faults, unanswered, restartsMs }: Run): Verdict {
  const proved = acknowledged > 0 ? [] : ['nothing was acknowledged, so nothing is proved']
  const failures = [...faults, ...proved]
  return {
    passed: failures.length === 0,
    summary: {
      kills,
      acknowledged,
      failed: failures.length,
      failures: failures.slice(0, MOST_WORDS),
      unanswered: unanswered.length,
      unanswered_words: unanswered.slice(0, MOST_WORDS),
      restart_ms: tail(restartsMs),
    },
  }
}
