import type { TestGateway } from './gateway.ts'

/** Asks the model `m` about files, in TensorZero's own terms. */
export function askAbout(
  { url }: TestGateway,
  files: readonly object[],
  more: object = {},
): Promise<Response> {
  const input = { messages: [{ role: 'user', content: files }] }
  return fetch(`${url}/inference`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ model_name: 'm', input, ...more }),
  })
}
