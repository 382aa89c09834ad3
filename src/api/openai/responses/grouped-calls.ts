import type { Part, Tool } from '../../../domain/chat.ts'
import { type JsonObject, objectsIn } from '../../../lib/json.ts'
import { decodeTools } from './decode-settings.ts'
import { WIRE } from './items.ts'

type Call = Extract<Part, { type: 'tool_call' }>

/** Names calls as the client has named their tools, where a provider without groups was told others. */
export class GroupedCalls {
  readonly #request: JsonObject
  #tools: readonly Tool[] | undefined

  constructor(request: JsonObject) {
    this.#request = request
  }

  named(call: Call): Call {
    if (call.raw) return call
    this.#tools ??= toolsWithGroups(this.#request)
    const within = this.#tools.find(({ name }) => name === call.name)?.within
    if (!within) return call
    return { ...call, name: within.name, raw: { namespace: within.group }, wire: WIRE }
  }
}

/** Most requests have no groups: their tools need not be read again. */
function toolsWithGroups({ tools }: JsonObject): readonly Tool[] {
  return objectsIn(tools).some(({ type }) => type === 'namespace') ? decodeTools(tools).tools : []
}
