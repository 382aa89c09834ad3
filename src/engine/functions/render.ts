import type { Prompting, Template } from '../../config/functions.ts'
import type { Block, Message } from '../../domain/chat.ts'
import { GatewayError } from '../../domain/errors.ts'
import type { Input, InputBlock, InputMessage } from '../../domain/input.ts'

/** What a model is told: a variant's templates filled with a function's input. */
export interface Rendered {
  readonly system: string | null
  readonly messages: readonly Message[]
}

/** Throws `GatewayError` (400) where the variant has no template for what the input brings. */
export function render(prompting: Prompting, { system, messages }: Input): Rendered {
  return {
    system: renderSystem(prompting, system),
    messages: messages.map((message) => renderMessage(prompting, message)),
  }
}

function renderSystem(prompting: Prompting, system: Input['system']): string | null {
  const template = prompting.templates.get('system')
  if (!template) {
    if (system === undefined || typeof system === 'string') return system ?? null
    throw withoutTemplate('system')
  }
  const wrapped = prompting.wrappers.get('system')
  if (wrapped === undefined) return template.render(typeof system === 'object' ? system : {})
  return template.render(typeof system === 'object' ? system : { [wrapped]: system ?? null })
}

function renderMessage(prompting: Prompting, { role, content }: InputMessage): Message {
  return { role, content: content.map((block) => renderBlock(prompting, role, block)) }
}

function renderBlock(prompting: Prompting, role: InputMessage['role'], block: InputBlock): Block {
  switch (block.type) {
    case 'text': {
      const wrapped = prompting.wrappers.get(role)
      const template = prompting.templates.get(role)
      if (wrapped === undefined || !template) return block
      return text(template.render({ [wrapped]: block.text }))
    }
    case 'template':
      return text(templateOf(prompting, block.name).render(block.arguments))
    case 'raw_text':
      return text(block.value)
    default:
      return block
  }
}

function text(said: string): Block {
  return { type: 'text', text: said }
}

function templateOf(prompting: Prompting, name: string): Template {
  const template = prompting.templates.get(name)
  if (template) return template
  throw withoutTemplate(name)
}

function withoutTemplate(name: string): GatewayError {
  return new GatewayError(
    'invalid_request',
    `The input has arguments for the template \`${name}\`, which this variant does not have.`,
    { param: 'input' },
  )
}
