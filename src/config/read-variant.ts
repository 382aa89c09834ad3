import { GatewayError } from '../domain/errors.ts'
import type { Json, JsonObject } from '../lib/json.ts'
import type { CheckValue } from '../lib/json-schema.ts'
import { TemplateCompiler } from '../lib/templates.ts'
import type { FunctionConfig, Variant } from './functions.ts'
import { checkTables } from './issues.ts'
import type { Finding } from './problems.ts'
import { FileTexts, findReferences, inline } from './references.ts'
import type { Workshop } from './resolve-schemas.ts'
import { type Owner, resolveVariant } from './resolve-variants.ts'
import * as Written from './schema-variants.ts'
import type { Table } from './toml.ts'

interface Reading {
  readonly compile: (json: Json) => CheckValue
  readonly includes: ReadonlyMap<string, string>
}

const DYNAMIC = 'tensorzero::dynamic_variant'

/** A variant from a request. Its texts stand where a file would have paths. */
export function readVariant(
  owner: FunctionConfig | undefined,
  json: JsonObject,
  { compile, includes }: Reading,
  functionName: string,
): Variant {
  if (owner === undefined) {
    throw new GatewayError('not_found', `There is no function named \`${functionName}\`.`)
  }
  const path = ['functions', owner.name, 'variants', DYNAMIC]
  const tables = { functions: { [owner.name]: { variants: { [DYNAMIC]: json } } } }
  const mode = owner.type === 'json' && 'model' in json ? { json_mode: 'strict' } : {}
  const checked = checkTables(Written.OneVariant, { variant: { ...mode, ...json } })
  const findings = [...checked.findings]
  const written = checked.data.variant
  if (findings.length > 0 || written === undefined) throw refused(findings)
  const shop: Workshop = {
    texts: textsIn(tables),
    templates: new TemplateCompiler(includes),
    compileSchema: compile,
    findings,
  }
  const variant = resolveVariant(written, { name: DYNAMIC, path, owner: asOwner(owner) }, shop)
  const unknown =
    'candidates' in variant ? variant.candidates.filter((name) => !owner.variants.has(name)) : []
  if (unknown.length > 0) throw refusedFor(unknown.map((name) => `candidate \`${name}\` not found`))
  // A request may leave out a template that its input does without.
  const errors = findings.filter(
    ({ severity, code }) => severity === 'error' && code !== 'missing_template',
  )
  if (errors.length > 0) throw refused(errors)
  return variant
}

function asOwner({ name, type, tools, schemas }: FunctionConfig): Owner {
  return { name, type, hasTools: tools.length > 0, schemas }
}

function textsIn(tables: Table): FileTexts {
  const texts = new FileTexts()
  for (const { place, value } of findReferences(tables)) {
    const given = inline(value)
    if (given !== undefined) texts.set(place, given)
    if (typeof value !== 'string') continue
    const name = place.at(-1) === 'path' ? place.at(-2) : place.at(-1)
    texts.set(place, { path: String(name), text: value })
  }
  return texts
}

function refused(findings: readonly Finding[]): GatewayError {
  return refusedFor(findings.map(({ message }) => message))
}

function refusedFor(reasons: readonly string[]): GatewayError {
  const message = `\`internal_dynamic_variant_config\` is invalid: ${reasons.join('; ')}.`
  return new GatewayError('invalid_request', message, { param: 'internal_dynamic_variant_config' })
}
