import type { FunctionConfig, Schema } from '../../config/functions.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { Input, InputBlock, InputMessage } from '../../domain/input.ts'
import type { Json } from '../../lib/json.ts'

/** What inputs are checked by: a function, maybe with a variant that came with the request. */
type Checked = Pick<FunctionConfig, 'schemas' | 'variants'>

/** Refuses an input that no variant could use. Throws `GatewayError` (400). */
export function validateInput(fn: Checked, { system, messages }: Input, debug: boolean): void {
  const templates = templatesOf(fn)
  const ofSystem = fn.schemas.get('system')
  if (ofSystem) {
    if (system === undefined && templates.has('system')) checkArguments(ofSystem, {}, debug)
    if (system !== undefined) checkArguments(ofSystem, system, debug)
  } else if (system !== undefined && typeof system !== 'string' && !templates.has('system')) {
    throw invalid(
      'System message has non-string content but there is no template `system` in any variant',
    )
  }
  for (const [index, message] of messages.entries()) {
    for (const block of message.content) checkBlock(fn, templates, { index, message, block, debug })
  }
}

/** Templates that take arguments: those that wrap plain text take it alone. */
function templatesOf({ variants }: Checked): ReadonlySet<string> {
  const names = [...variants.values()].flatMap((variant) => {
    const { templates, wrappers } = 'judge' in variant ? variant.judge : variant
    return [...templates.keys()].filter((name) => !wrappers.has(name))
  })
  return new Set(names)
}

function checkBlock(
  fn: Checked,
  templates: ReadonlySet<string>,
  {
    index,
    message,
    block,
    debug,
  }: { index: number; message: InputMessage; block: InputBlock; debug: boolean },
): void {
  if (block.type === 'text') {
    const schema = fn.schemas.get(message.role)
    if (schema) checkArguments(schema, block.text, debug)
  } else if (block.type === 'template') {
    const schema = fn.schemas.get(block.name)
    if (schema) checkArguments(schema, block.arguments, debug)
    else if (!templates.has(block.name)) {
      throw invalid(
        `Message at index ${index} has non-string content but there is no template \`${block.name}\` in any variant`,
      )
    }
  }
}

function checkArguments(schema: Schema, value: Json, debug: boolean): void {
  const wrong = schema.check(value)
  if (wrong.length === 0) return
  const data = debug ? `\n\nData:\n${JSON.stringify(value)}` : ''
  const wanted = `\n\nSchema:\n${JSON.stringify(schema.json)}`
  throw invalid(`JSON Schema validation failed:\n${wrong.join('\n')}${data}${wanted}`)
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message, { param: 'input' })
}
