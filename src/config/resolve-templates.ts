import { GatewayError } from '../domain/errors.ts'
import { type Outline, outlineTemplate } from '../lib/jinja.ts'
import { asObject, type Json, type JsonObject } from '../lib/json.ts'
import { type Render, type TemplateCompiler, TemplateError } from '../lib/templates.ts'
import type { Prompting, Schema, Template } from './functions.ts'
import { atKey, atValue, error, type Finding, type Path, warning } from './problems.ts'
import type { FileText } from './references.ts'
import type { Workshop } from './resolve-schemas.ts'
import type * as Written from './schema-variants.ts'

/** Where a prompting stands, and what holds there. */
export interface PromptingPlace {
  /** Of its table. */
  readonly path: Path
  /** Of the variant that it belongs to, as messages name it. */
  readonly variant: string
  readonly function: string
  /** By template name. A schema that could not be read is null here. */
  readonly schemas: ReadonlyMap<string, Schema | null>
}

const ROLES = ['system', 'user', 'assistant'] as const

type Written = Pick<
  Written.Prompting,
  'templates' | 'input_wrappers' | `${(typeof ROLES)[number]}_template`
>

/** The templates of a table, in the new form and the old ones. */
export function resolveTemplates(
  written: Written,
  at: PromptingPlace,
  shop: Workshop,
): Pick<Prompting, 'templates' | 'wrappers'> {
  const templates = new Map<string, Template>()
  const wrappers = new Map<string, string>()
  const names = new Set(Object.keys(written.templates))
  for (const role of ROLES) {
    const place = placeOfOld(role, written, at, shop.findings)
    if (place === undefined) continue
    names.add(role)
    const template = makeTemplate(role, place, at, shop)
    if (template === undefined) continue
    templates.set(role, template)
    if (at.schemas.has(role)) continue
    wrappers.set(role, `${role}_text`)
    shop.findings.push(...checkWrapper(role, template, place, at))
  }
  for (const name of Object.keys(written.templates)) {
    const template = makeTemplate(name, [...at.path, 'templates', name, 'path'], at, shop)
    if (template !== undefined) templates.set(name, template)
  }
  shop.findings.push(...checkAllThere(names, at))
  return { templates, wrappers }
}

type Role = (typeof ROLES)[number]

/** Where the old forms name this role's template, if one of them does. */
function placeOfOld(
  role: Role,
  written: Written,
  { path, variant, schemas }: PromptingPlace,
  findings: Finding[],
): Path | undefined {
  const key = `${role}_template` as const
  const hasOld = written[key] !== undefined
  const wrapper = written.input_wrappers?.[role]
  const at = hasOld ? [...path, key] : [...path, 'input_wrappers', role]
  const complain = (message: string) =>
    findings.push(error('conflict', `${variant}: ${message}`, atValue(at)))
  if (wrapper !== undefined && schemas.has(role)) {
    complain(`Cannot provide both \`input_wrappers.${role}\` and \`${role}_schema\``)
  }
  if (wrapper !== undefined && hasOld) {
    complain(`Cannot provide both \`input_wrappers.${role}\` and \`${role}\` template`)
  }
  if (!hasOld && wrapper === undefined) return undefined
  if (written.templates[role] === undefined) return at
  complain(`Cannot specify both \`templates.${role}.path\` and \`${role}_template\``)
}

function makeTemplate(
  name: string,
  place: Path,
  { schemas }: PromptingPlace,
  shop: Workshop,
): MadeTemplate | undefined {
  const file = shop.texts.get(place)
  if (file === undefined) return undefined
  try {
    const template = new MadeTemplate(file, shop.templates)
    const schema = schemas.get(name)
    if (schema) shop.findings.push(...checkVariables(name, template.outline, schema, place))
    return template
  } catch (thrown) {
    if (!(thrown instanceof TemplateError)) throw thrown
    const message = `${file.path}: Failed to add template: ${thrown.message}`
    shop.findings.push(error('bad_template', message, atValue(place)))
  }
}

class MadeTemplate implements Template {
  readonly path: string
  readonly source: string
  readonly outline: Outline
  readonly #render: Render

  constructor({ path, text }: FileText, templates: TemplateCompiler) {
    this.path = path
    this.source = text
    this.outline = outlineTemplate(text)
    this.#render = templates.compile(text)
  }

  render(args: JsonObject): string {
    try {
      return this.#render(args)
    } catch (thrown) {
      if (!(thrown instanceof TemplateError)) throw thrown
      const what = `Error rendering template ${this.path}: Could not render template`
      const message = `${what}: ${thrown.message}.${this.#missing(args)}`
      throw new GatewayError('invalid_request', message, { cause: thrown, param: 'input' })
    }
  }

  #missing(args: JsonObject): string {
    const needed = new Set(this.outline.variables.map(headOf))
    const missing = [...needed].filter((name) => !Object.hasOwn(args, name))
    return missing.length === 0 ? '' : ` Not given: ${list(missing)}.`
  }
}

/** Plain text comes to a template without a schema as one variable, and there are no others. */
function checkWrapper(
  role: Role,
  { outline }: MadeTemplate,
  place: Path,
  { variant }: PromptingPlace,
): Finding[] {
  const allowed = `${role}_text`
  if (outline.variables.every((name) => name === allowed)) return []
  const needed = `[${outline.variables.join(', ')}]`
  const message = `\`${variant}.${role}_template\`: template needs variables: ${needed} but only \`${allowed}\` is allowed when template has no schema`
  const help = `give the function a \`schemas.${role}.path\`, or write the template as \`templates.${role}.path\``
  return [error('unknown_variable', message, atValue(place), help)]
}

function checkAllThere(names: ReadonlySet<string>, at: PromptingPlace): Finding[] {
  return [...at.schemas.keys()]
    .filter((name) => !names.has(name))
    .map((name) => {
      const message = `\`${at.variant}.templates.${name}\` is required when \`functions.${at.function}.schemas.${name}\` is specified`
      return error('missing_template', message, atKey(at.path))
    })
}

/** What a template needs and its schema knows nothing of. */
function checkVariables(
  name: string,
  outline: Outline,
  { json }: Schema,
  place: Path,
): readonly Finding[] {
  const { properties, isClosed } = propertiesOf(json)
  if (properties === null) return []
  const unknown = new Set(outline.variables.map(headOf).filter((head) => !properties.has(head)))
  return [...unknown].flatMap((head) => {
    const isAlways = outline.always.has(head)
    const message = `the template \`${name}\` uses \`${head}\`, which its schema does not ${isClosed ? 'allow' : 'know'}`
    const help = `properties of the schema: ${list([...properties])}`
    if (isClosed && isAlways) return [error('unknown_variable', message, atValue(place), help)]
    return isClosed || isAlways ? [warning('unknown_variable', message, atValue(place), help)] : []
  })
}

const COMBINING = ['$ref', '$dynamicRef', 'allOf', 'anyOf', 'oneOf', 'if', 'dependentSchemas']

/** Null where they cannot be listed. */
function propertiesOf(json: Json): { properties: ReadonlySet<string> | null; isClosed: boolean } {
  const schema = asObject(json) ?? {}
  const properties = asObject(schema['properties'])
  if (properties === undefined || COMBINING.some((key) => key in schema)) {
    return { properties: null, isClosed: false }
  }
  const isClosed = schema['additionalProperties'] === false && !('patternProperties' in schema)
  return { properties: new Set(Object.keys(properties)), isClosed }
}

function headOf(variable: string): string {
  return variable.split('.', 1)[0] ?? variable
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
