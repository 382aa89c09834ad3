import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'
import type {
  Count,
  InferenceDetail,
  Neighbours,
  Overview,
  Setup,
} from '../../src/api/ui/contract.ts'
import { getJson, RequestError, searchOf } from './request.ts'

const OVERVIEW_EVERY_MS = 5_000

export interface Range {
  readonly from: number
  readonly to: number
}

export const setupQuery = {
  queryKey: ['setup'],
  queryFn: ({ signal }: { signal: AbortSignal }) => getJson<Setup>('/internal/ui/setup', signal),
}

export function useSetup(): UseQueryResult<Setup> {
  return useQuery(setupQuery)
}

/** `windowMs` follows the clock; a fixed range is asked for once. */
export function useOverview(
  q: string,
  windowMs: number,
  range: Range | null,
): UseQueryResult<Overview> {
  return useQuery({
    queryKey: ['overview', q, windowMs, range],
    queryFn: ({ signal }) => {
      const { from, to } = range ?? { from: Date.now() - windowMs, to: Date.now() }
      const search = searchOf({ q, from, to, buckets: 90 })
      return getJson<Overview>(`/internal/ui/overview${search}`, signal)
    },
    refetchInterval: range === null ? OVERVIEW_EVERY_MS : false,
    placeholderData: keepPreviousData,
  })
}

export function useCount(q: string, enabled = true): UseQueryResult<Count> {
  return useQuery({
    queryKey: ['count', q],
    queryFn: ({ signal }) => getJson<Count>(`/internal/ui/logs/count${searchOf({ q })}`, signal),
    refetchInterval: OVERVIEW_EVERY_MS * 2,
    placeholderData: keepPreviousData,
    enabled,
  })
}

/** A row that has just ended reaches the store a moment later, so "not found" is asked again. */
export function useInference(id: string, enabled = true): UseQueryResult<InferenceDetail> {
  return useQuery({
    queryKey: ['inference', id],
    queryFn: ({ signal }) =>
      getJson<InferenceDetail>(`/internal/ui/inferences/${encodeURIComponent(id)}`, signal),
    enabled,
    staleTime: (query) => (query.state.data?.state === 'done' ? Infinity : 0),
    retry: (failures, error) =>
      failures < 3 && error instanceof RequestError && (error.status === 404 || error.status === 0),
    retryDelay: (failures) => 60 * 3 ** failures,
  })
}

export function useNeighbours(id: string, q: string): UseQueryResult<Neighbours> {
  return useQuery({
    queryKey: ['neighbours', id, q],
    queryFn: ({ signal }) => {
      const path = `/internal/ui/inferences/${encodeURIComponent(id)}/neighbours`
      return getJson<Neighbours>(`${path}${searchOf({ q })}`, signal)
    },
  })
}
