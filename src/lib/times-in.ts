import type { Json } from './json.ts'

/** How often an input and an output hold a text, in any case of its letters, as their JSON. */
export function timesIn(texts: { readonly input: Json; readonly output: Json }, search: string) {
  const wanted = JSON.stringify(search).slice(1, -1).toLowerCase()
  if (wanted === '') return 0
  return [texts.input, texts.output].reduce<number>(
    (sum, value) => sum + JSON.stringify(value).toLowerCase().split(wanted).length - 1,
    0,
  )
}
