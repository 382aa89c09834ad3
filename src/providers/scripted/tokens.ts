// Scripts without spaces between words take about a token for each character.
const TOKEN =
  /[ ]?[[\p{L}\p{M}]--[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}\p{sc=Thai}]]{1,8}|[ ]?\p{N}{1,3}|\s+|[^]/gv

/** Cuts a text into pieces of about the size of a token. Joined, they are the text again. */
export function splitTokens(text: string): string[] {
  return text.match(TOKEN) ?? []
}

const SAMPLE_LENGTH = 20_000

/** How many tokens a text is, by estimate. Long texts are judged by their beginning. */
export function countTokens(text: string): number {
  if (text.length <= SAMPLE_LENGTH) return splitTokens(text).length
  const sample = splitTokens(text.slice(0, SAMPLE_LENGTH)).length
  return Math.round((sample * text.length) / SAMPLE_LENGTH)
}
