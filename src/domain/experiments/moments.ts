/** What is left of values when only their number, mean and spread matter. */
export interface Moments {
  readonly count: number
  readonly mean: number
  /** The squared distances from the mean, summed up. */
  readonly squares: number
}

export const NO_VALUES: Moments = { count: 0, mean: 0, squares: 0 }

export function momentsOf(values: readonly number[]): Moments {
  return values.reduce<Moments>(
    (sum, value) => together(sum, { count: 1, mean: value, squares: 0 }),
    NO_VALUES,
  )
}

/** Both sets of values as one (Chan, Golub and LeVeque 1979): no digits are lost far from zero. */
export function together(one: Moments, other: Moments): Moments {
  const count = one.count + other.count
  if (count === 0) return NO_VALUES
  const apart = other.mean - one.mean
  return {
    count,
    mean: one.mean + (apart * other.count) / count,
    squares: one.squares + other.squares + (apart ** 2 * one.count * other.count) / count,
  }
}

/** The sample variance (by count − 1); null for fewer than two values. */
export function varianceOf({ count, squares }: Moments): number | null {
  return count < 2 ? null : squares / (count - 1)
}
