import { expect, test } from 'vitest'
import { sniffBase64, soundType } from './sniff.ts'

const base64 = (latin1: string) => Buffer.from(latin1, 'latin1').toString('base64')

test.each<[string, string, string | null, string]>([
  ['WAV', 'RIFF\x24\0\0\0WAVEfmt ', 'audio/x-wav', 'audio/wav'],
  ['FLAC', 'fLaC\0', 'audio/x-flac', 'audio/flac'],
  ['MP3 with a tag', 'ID3\x03\0', 'audio/mpeg', 'audio/mpeg'],
  ['MP3 without a tag', '\xff\xfb\x90\0', 'audio/mpeg', 'audio/mpeg'],
  ['AAC', '\xff\xf1\x50\0', 'audio/aac', 'audio/aac'],
  ['Ogg', 'OggS\0\x02', 'audio/ogg', 'audio/ogg'],
  ['samples', '\0\x01\0\x02', null, 'audio/pcm'],
  ['samples that begin like a picture', 'BM\0\0', 'image/bmp', 'audio/pcm'],
])('%s is known by its first bytes', (_, bytes, file, sound) => {
  expect(sniffBase64(base64(bytes))).toBe(file)
  expect(soundType(base64(bytes))).toBe(sound)
})
