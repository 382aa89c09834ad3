/** Finds the end of a JSON object that comes in pieces. Total: what is no JSON has an end, or none. */
export class JsonEnd {
  #depth = 0
  #inString = false
  #escaped = false
  #ended = false

  /** How much of the next piece is of the object; nothing once it has ended. */
  lengthIn(piece: string): number {
    for (let at = 0; at < piece.length; at++) {
      if (this.#ended) return at
      this.#read(piece[at])
    }
    return piece.length
  }

  #read(character: string | undefined): void {
    if (this.#escaped) this.#escaped = false
    else if (this.#inString && character === '\\') this.#escaped = true
    else if (character === '"') this.#inString = !this.#inString
    else if (!this.#inString) this.#bracket(character)
  }

  #bracket(character: string | undefined): void {
    if (character === '{' || character === '[') this.#depth++
    if (character !== '}' && character !== ']') return
    this.#depth--
    this.#ended = this.#depth <= 0
  }
}
