import { asObject, type Json } from './json.ts'

/** What errors call their words, the most telling first. */
const NAMES = [
  'message',
  'Message',
  'detail',
  'description',
  'msg',
  'error',
  'Error',
  'errors',
  'error_description',
  'error_message',
  'error_msg',
  'faultstring',
  'fault',
  'title',
  'data',
]
const MAX_DEPTH = 6

/** The words of an error in whatever shape; several in a list are told one after the other. */
export function errorWords(error: Json | undefined, depth = 0): string {
  if (typeof error === 'string') return error.trim() === '' ? '' : error
  if (depth > MAX_DEPTH) return ''
  if (Array.isArray(error)) {
    const all = error.map((each) => errorWords(each, depth + 1))
    return all.filter((words) => words !== '').join('; ')
  }
  const object = asObject(error)
  if (!object) return ''
  for (const name of NAMES) {
    const words = errorWords(object[name], depth + 1)
    if (words !== '') return words
  }
  return ''
}
