import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { UseQueryResult } from '@tanstack/react-query'
import type { FunctionDetail, FunctionList } from '../../src/api/ui/contract-functions.ts'
import { getJson } from './request.ts'

const EVERY_MS = 5_000

export function useFunctions(): UseQueryResult<FunctionList> {
  return useQuery({
    queryKey: ['functions'],
    queryFn: ({ signal }) => getJson<FunctionList>('/internal/ui/functions', signal),
    refetchInterval: EVERY_MS,
  })
}

export function useFunction(name: string): UseQueryResult<FunctionDetail> {
  return useQuery({
    queryKey: ['function', name],
    queryFn: ({ signal }) =>
      getJson<FunctionDetail>(`/internal/ui/functions/${encodeURIComponent(name)}`, signal),
    refetchInterval: EVERY_MS,
    placeholderData: keepPreviousData,
  })
}
