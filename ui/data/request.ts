/** An answer that was not a success; `status` 0 means that none came. */
export class RequestError extends Error {
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/** The contract is checked where it is made (the gateway), not again here. */
export async function getJson<T>(path: string, signal?: AbortSignal): Promise<T> {
  return readAnswer<T>(await send(path, signal === undefined ? {} : { signal }))
}

export async function postJson<T>(path: string, body: unknown): Promise<T> {
  const headers = { 'content-type': 'application/json' }
  return readAnswer<T>(await send(path, { method: 'POST', headers, body: JSON.stringify(body) }))
}

/** The query part of an address; what is undefined or empty is left out. */
export function searchOf(values: Record<string, string | number | undefined>): string {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(values)) {
    if (value !== undefined && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? '' : `?${text}`
}

async function send(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new RequestError(error instanceof Error ? error.message : String(error), 0)
  }
}

async function readAnswer<T>(response: Response): Promise<T> {
  const text = await response.text()
  if (!response.ok) throw new RequestError(errorMessage(text, response), response.status)
  if (text === '') throw new RequestError('The gateway sent an empty answer.', response.status)
  const value: T = JSON.parse(text)
  return value
}

function errorMessage(text: string, response: Response): string {
  try {
    const body: { error?: { message?: unknown } } = JSON.parse(text)
    if (typeof body.error?.message === 'string') return body.error.message
  } catch {
    // Not ours, perhaps a proxy's page: the status says enough.
  }
  return `${response.status} ${response.statusText}`
}
