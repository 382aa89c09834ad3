import type { InferenceDetail } from '../../src/api/ui/contract.ts'

/** A command that sends the client's own body again. */
export function curlOf(detail: InferenceDetail, origin: string): string {
  return [
    `curl ${quote(`${origin}${pathOf(detail.dialect)}`)}`,
    `  -H 'content-type: application/json'`,
    `  -d ${quote(detail.raw_request)}`,
  ].join(' \\\n')
}

function pathOf(dialect: string): string {
  if (dialect.startsWith('native')) return '/inference'
  if (dialect.startsWith('anthropic')) return '/v1/messages'
  return '/openai/v1/chat/completions'
}

/** Single quotes stop the shell from reading anything inside. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`
}
