import { startFeedback } from './feedback.ts'

type Json = Record<string, unknown>

const input = { messages: [{ role: 'user', content: 'How warm is it?' }] }

export function chat(more: object = {}) {
  return { type: 'chat', function_name: 'plain', input, ...more }
}

export function json(more: object = {}) {
  return { type: 'json', function_name: 'facts', input, ...more }
}

/** How TensorZero prints times. */
export const PRINTED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/

/** A gateway with a store, and its datasets. */
export async function startDatasets() {
  const { gateway, infer, give, close } = await startFeedback()

  const call = async (method: string, path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' }
    const init = body ? { headers, body: JSON.stringify(body) } : {}
    const response = await fetch(`${gateway.url}${path}`, { method, ...init })
    return { status: response.status, json: (await response.json()) as Json }
  }
  const create = async (dataset: string, datapoints: object[]) => {
    const answer = await call('POST', `/v1/datasets/${dataset}/datapoints`, { datapoints })
    return answer.json['ids'] as string[]
  }
  const get = async (dataset: string, ids: readonly unknown[]) => {
    const answer = await call('POST', `/v1/datasets/${dataset}/get_datapoints`, { ids })
    return answer.json['datapoints'] as Json[]
  }
  const list = async (dataset: string, body: object = {}) => {
    const answer = await call('POST', `/v1/datasets/${dataset}/list_datapoints`, body)
    return (answer.json['datapoints'] ?? answer.json) as Json[]
  }
  return { gateway, infer, give, close, call, create, get, list }
}
