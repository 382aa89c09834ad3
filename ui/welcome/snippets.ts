export const SNIPPETS = ['Node', 'Python', 'curl'] as const
export type SnippetName = (typeof SNIPPETS)[number]

export interface SnippetLine {
  readonly text: string
  /** What differs from a program that talks to the provider itself. */
  readonly isChanged: boolean
}

/** A first request in each language, with the address of this gateway. */
export function snippetOf(name: SnippetName, address: string, hint: string): SnippetLine[] {
  const lines = { Node: nodeLines, Python: pythonLines, curl: curlLines }[name](address, hint)
  return lines.map((text) => ({ text, isChanged: text.includes(address) }))
}

export function textOf(lines: readonly SnippetLine[]): string {
  return lines.map((line) => line.text).join('\n')
}

function nodeLines(address: string, hint: string): string[] {
  return [
    'import OpenAI from "openai";',
    '',
    'const client = new OpenAI({',
    `  baseURL: "${address}/openai/v1",`,
    '  apiKey: "not-needed-on-localhost",',
    '});',
    '',
    'const answer = await client.chat.completions.create({',
    `  model: "demo::echo", // ${hint}`,
    '  messages: [{ role: "user", content: "Hello" }],',
    '});',
    'console.log(answer.choices[0].message.content);',
  ]
}

function pythonLines(address: string, hint: string): string[] {
  return [
    'from openai import OpenAI',
    '',
    'client = OpenAI(',
    `    base_url="${address}/openai/v1",`,
    '    api_key="not-needed-on-localhost",',
    ')',
    '',
    'answer = client.chat.completions.create(',
    `    model="demo::echo",  # ${hint}`,
    '    messages=[{"role": "user", "content": "Hello"}],',
    ')',
    'print(answer.choices[0].message.content)',
  ]
}

function curlLines(address: string, hint: string): string[] {
  return [
    `# ${hint}`,
    `curl ${address}/openai/v1/chat/completions \\`,
    "  -H 'content-type: application/json' \\",
    `  -d '{"model": "demo::echo", "messages": [{"role": "user", "content": "Hello"}]}'`,
  ]
}
