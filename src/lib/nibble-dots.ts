/**
 * Dot products of one vector of bytes with many vectors of nibbles, in WebAssembly: JavaScript has no
 * vector instructions, and they make this ten times faster. The function below, by hand:
 *
 *     dots(codes, end, chunks, out):
 *       do
 *         sums = [0, 0, 0, 0]; query = 0; left = chunks
 *         do
 *           sums += dot(load(query), load(codes) & 15) + dot(load(query + 16), load(codes) >> 4)
 *           codes += 16; query += 32; left -= 1
 *         while left
 *         store(out, sums[0] + sums[1] + sums[2] + sums[3]); out += 4
 *       while codes < end
 */
declare const WebAssembly: {
  readonly Memory: new (size: { readonly initial: number }) => Memory
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: object }
  validate(bytes: Uint8Array): boolean
}

/** In pages of 64 KiB. */
export interface Memory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

const [CODES, END, CHUNKS, OUT, QUERY, LEFT, SUMS, CHUNK] = [0, 1, 2, 3, 4, 5, 6, 7]

const get = (local: number) => [0x20, local]
const set = (local: number) => [0x21, local]
const number = (value: number) => [0x41, value]
const ADD = 0x6a
const advance = (local: number, by: number) => [...get(local), ...number(by), ADD, ...set(local)]
const load = (offset: number) => [0xfd, 0x00, 4, offset]
const bytes = (value: number) => [0xfd, 0x0c, ...Array.from({ length: 16 }, () => value)]
/** Of signed bytes with what has at most seven bits, added to four sums. */
const DOT = [0xfd, 0x93, 0x02]
const AND = [0xfd, 0x4e]
const SHIFT_RIGHT = [0xfd, 0x6d]
const lane = (place: number) => [0xfd, 0x1b, place]
const DO = [0x03, 0x40]
const END_BLOCK = 0x0b
const WHILE = [0x0d, 0x00, END_BLOCK]

const BODY = [
  [2, 2, 0x7f, 2, 0x7b],
  DO,
  [...bytes(0), ...set(SUMS), ...number(0), ...set(QUERY), ...get(CHUNKS), ...set(LEFT)],
  DO,
  [...get(CODES), ...load(0), ...set(CHUNK)],
  [...get(QUERY), ...load(0), ...get(CHUNK), ...bytes(15), ...AND],
  [...get(SUMS), ...DOT, ...set(SUMS)],
  [...get(QUERY), ...load(16), ...get(CHUNK), ...number(4), ...SHIFT_RIGHT],
  [...get(SUMS), ...DOT, ...set(SUMS)],
  [...advance(CODES, 16), ...advance(QUERY, 32)],
  [...get(LEFT), ...number(1), 0x6b, ...set(LEFT), ...get(LEFT)],
  WHILE,
  [...get(OUT), ...get(SUMS), ...lane(0), ...get(SUMS), ...lane(1), ADD],
  [...get(SUMS), ...lane(2), ADD, ...get(SUMS), ...lane(3), ADD, 0x36, 2, 0],
  advance(OUT, 4),
  [...get(CODES), ...get(END), 0x49],
  WHILE,
  [END_BLOCK],
].flat()

const section = (id: number, content: readonly number[]) => [id, ...leb(content.length), ...content]
const name = (letter: string) => [1, letter.charCodeAt(0)]

const HEADER = [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0]

const MODULE = Uint8Array.from([
  ...HEADER,
  ...section(1, [1, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 0]),
  ...section(2, [1, ...name('m'), ...name('m'), 2, 0, 1]),
  ...section(3, [1, 0]),
  ...section(7, [1, ...name('f'), 0, 0]),
  ...section(10, [1, ...leb(BODY.length), ...BODY]),
])

export function smallMemory(): Memory {
  return new WebAssembly.Memory({ initial: 1 })
}

/** All are places in the memory; `chunks` of 16 bytes are a vector, and 32 of the query at 0. */
export type Dots = (codes: number, end: number, chunks: number, out: number) => void

/** In a processor without these instructions, the same in JavaScript. */
export function dotsIn(memory: Memory): Dots {
  if (!WebAssembly.validate(MODULE)) return plainDotsIn(memory)
  const instance = new WebAssembly.Instance(new WebAssembly.Module(MODULE), { m: { m: memory } })
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- so it was made above
  return Reflect.get(instance.exports, 'f') as Dots
}

export function plainDotsIn(memory: Memory): Dots {
  return (codes, end, chunks, out) => {
    const all = new Uint8Array(memory.buffer)
    const signed = new Int8Array(memory.buffer)
    const found = new Int32Array(memory.buffer)
    for (let at = codes, to = out / 4; at < end; to++) {
      let sum = 0
      for (let chunk = 0; chunk < chunks; chunk++, at += 16) {
        for (let place = 0; place < 16; place++) {
          const code = all[at + place] ?? 0
          const query = chunk * 32 + place
          sum += (code & 15) * (signed[query] ?? 0) + (code >> 4) * (signed[query + 16] ?? 0)
        }
      }
      found[to] = sum
    }
  }
}

/** A number of up to 14 bits, seven in each byte. */
function leb(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, value >> 7]
}
