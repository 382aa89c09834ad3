import { asNumber, type Json } from '../../lib/json.ts'

/** A vector as numbers, or as the base64 of such. What is neither is empty. */
export function readVector(value: Json | undefined): number[] {
  if (typeof value === 'string') return fromBase64(value)
  return Array.isArray(value) ? value.map((each) => asNumber(each) ?? 0) : []
}

/** The base64 of signed bytes, one a number. */
export function readByteVector(value: Json | undefined): number[] {
  return typeof value === 'string' ? signed(Buffer.from(value, 'base64')) : readVector(value)
}

/**
 * Old servers wrote 64-bit floats, some write bytes, and none says so: floats of the wrong width
 * are senseless numbers.
 */
function fromBase64(text: string): number[] {
  const bytes = Buffer.from(text, 'base64')
  const singles = floats(bytes, 4, (at) => bytes.readFloatLE(at))
  if (isSensible(singles)) return singles
  const doubles = floats(bytes, 8, (at) => bytes.readDoubleLE(at))
  if (isSensible(doubles)) return doubles
  return signed(bytes)
}

function signed(bytes: Buffer): number[] {
  return [...bytes].map((byte) => (byte > 127 ? byte - 256 : byte))
}

function floats(bytes: Buffer, width: number, read: (at: number) => number): number[] {
  if (bytes.length % width !== 0) return []
  return Array.from({ length: bytes.length / width }, (_, index) => read(index * width))
}

const LARGEST = 1e6
const SMALLEST = 1e-12

/** Halves of doubles come by turns; bytes read as floats are tiny or huge. */
function isSensible(vector: readonly number[]): boolean {
  if (vector.length === 0) return false
  const odd = vector.filter((value) => {
    const size = Math.abs(value)
    return !(size <= LARGEST) || (size < SMALLEST && size !== 0)
  })
  const firsts = vector.filter((_, index) => index % 2 === 0)
  const halves = vector.length > 8 && firsts.every((value) => value === 0)
  return odd.length === 0 && !(halves && vector.some((value) => value !== 0))
}
