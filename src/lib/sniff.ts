/** A kind of file, and the bytes by which it is known: text stands for its Latin-1 bytes. */
interface Signature {
  readonly mime: string
  readonly marks: readonly { readonly at: number; readonly bytes: string }[]
}

/** Sources: the formats' own specifications; names as common sniffers give them. */
const SIGNATURES: readonly Signature[] = [
  mark('image/png', '\x89PNG\r\n\x1a\n'),
  mark('image/jpeg', '\xff\xd8\xff'),
  mark('image/gif', 'GIF8'),
  { mime: 'image/webp', marks: [first('RIFF'), { at: 8, bytes: 'WEBP' }] },
  mark('image/bmp', 'BM'),
  mark('image/tiff', 'II*\0'),
  mark('image/tiff', 'MM\0*'),
  mark('application/pdf', '%PDF'),
  { mime: 'audio/x-wav', marks: [first('RIFF'), { at: 8, bytes: 'WAVE' }] },
  mark('audio/mpeg', 'ID3'),
  mark('audio/ogg', 'OggS'),
  mark('audio/x-flac', 'fLaC'),
  { mime: 'audio/m4a', marks: [{ at: 4, bytes: 'ftypM4A' }] },
  { mime: 'image/avif', marks: [{ at: 4, bytes: 'ftypavif' }] },
  { mime: 'image/heif', marks: [{ at: 4, bytes: 'ftyphei' }] },
  { mime: 'video/mp4', marks: [{ at: 4, bytes: 'ftyp' }] },
  mark('video/webm', '\x1aE\xdf\xa3'),
  mark('audio/aac', '\xff\xf1'),
  mark('audio/aac', '\xff\xf9'),
  mark('application/zip', 'PK\x03\x04'),
  mark('application/gzip', '\x1f\x8b'),
]

/** So much of a file's beginning is enough. */
const ENOUGH_CHARS = 64

/** The MIME type of a file, by its first bytes; null where they say nothing. */
export function sniffBase64(base64: string): string | null {
  const text = Buffer.from(base64.slice(0, ENOUGH_CHARS), 'base64').toString('latin1')
  const known = SIGNATURES.find(({ marks }) =>
    marks.every(({ at, bytes }) => text.startsWith(bytes, at)),
  )
  return known?.mime ?? (isMpegFrame(text) ? 'audio/mpeg' : null)
}

/** The MIME type of what a model spoke, by its registered name; no known kind is bare samples. */
export function soundType(base64: string): string {
  const type = sniffBase64(base64) ?? ''
  return type.startsWith('audio/') ? type.replace('/x-', '/') : 'audio/pcm'
}

/** An MP3 without a tag: eleven set bits, then a layer. */
function isMpegFrame(text: string): boolean {
  return text.charCodeAt(0) === 0xff && (text.charCodeAt(1) & 0xe6) > 0xe0
}

function mark(mime: string, bytes: string): Signature {
  return { mime, marks: [first(bytes)] }
}

function first(bytes: string) {
  return { at: 0, bytes }
}
