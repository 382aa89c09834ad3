import { expect, test } from 'vitest'
import { isWholeObject } from '../../lib/json-glance.ts'
import { openaiChat } from '../openai-chat.ts'
import { readError, readErrorInside } from './errors.ts'

test.each([
  [
    'an object',
    { error: { message: 'No.', type: 'invalid_request_error', code: 'bad', param: 'x' } },
    { message: 'No.', status: null, code: 'bad', type: 'invalid_request_error' },
  ],
  ['a status as code', { error: { message: 'No.', code: 429 } }, { status: 429, code: 429 }],
  ['a status as text', { error: { message: 'No.', code: '503' } }, { status: 503, code: '503' }],
  ['a code that is no status', { error: { message: 'No.', code: 7 } }, { status: null, code: 7 }],
  [
    'a text',
    { error: 'No.', code: 'Client specified' },
    { message: 'No.', code: 'Client specified' },
  ],
  [
    'fields of its own',
    { object: 'error', message: 'No.', type: 't', code: 400 },
    { message: 'No.', status: 400 },
  ],
  [
    'a bare message',
    { message: 'No.', type: 'too_many', code: 'queue' },
    { message: 'No.', type: 'too_many' },
  ],
  [
    'an object in a list',
    [{ error: { message: 'No.', code: 400 } }],
    { message: 'No.', status: 400 },
  ],
  [
    'a text with a type of its own',
    { error: 'No.', error_type: 'validation' },
    { message: 'No.', type: 'validation' },
  ],
  [
    'how it went',
    { base_resp: { status_code: 1004, status_msg: 'login fail' } },
    { message: 'login fail', code: 1004, status: null },
  ],
  ['a named code', { error_code: 'BAD_REQUEST', message: 'No.' }, { code: 'BAD_REQUEST' }],
  [
    'one of several',
    { success: false, errors: [{ code: 7003, message: 'No.' }], result: null },
    { message: 'No.', code: 7003 },
  ],
  [
    'one of several in the place of one',
    { success: false, error: [{ code: 3040, message: 'No.' }] },
    { message: 'No.', code: 3040 },
  ],
  [
    'a description',
    { tpe: 'InvalidRequest', errors: [{ description: 'No.', key: 'k' }] },
    { message: 'No.' },
  ],
  ['a list of words', { error: ['No.', 'Never.'] }, { message: 'No.; Never.' }],
  [
    'a detail of a message',
    { object: 'error', message: { detail: [{ msg: 'No.' }] }, type: 't' },
    { message: 'No.', type: 't' },
  ],
  ['a detail', { detail: 'No.' }, { message: 'No.' }],
  ['a list of details', { detail: [{ msg: 'a' }, { msg: 'b' }, 1] }, { message: 'a; b' }],
  ['details of another shape', { detail: { why: 1 } }, { message: '{"why":1}' }],
  ['an object without a message', { error: { reason: 'x' } }, { message: '{"reason":"x"}' }],
  ['an empty text', { error: '' }, { message: 'The provider gave no message.' }],
  [
    'an error with choices beside it',
    { error: { message: 'No.' }, choices: [] },
    { message: 'No.' },
  ],
])('F181 reads an error that is %s', (_, body, expected) => {
  expect(readError(body)).toMatchObject(expected)
})

test('keeps the provider’s own object and what stood beside it', () => {
  const error = { message: 'No.', metadata: { raw: 'x' } }
  expect(readError({ error, user_id: 'u' })).toMatchObject({ raw: error, beside: { user_id: 'u' } })
})

test.each([
  [{ choices: [], message: 'hello' }],
  [{ id: 'x' }],
  [{ error: null }],
  [{ detail: null }],
  [null],
  ['error'],
  [[]],
  [{ success: true, errors: [] }],
  [undefined],
])('%j is no error', (body) => {
  expect(readError(body)).toBeNull()
})

test('an answer that says it went well is none', () => {
  const body = { choices: [], base_resp: { status_code: 0, status_msg: '' } }
  expect(readError(body)).toBeNull()
})

test('a refusal beside an answer is no answer, and no glance takes it for one', () => {
  const choices = [{ finish_reason: 'stop', message: { content: '' } }]
  const body = { choices, base_resp: { status_code: 1027, status_msg: 'output sensitive' } }
  expect(readError(body)).toMatchObject({ message: 'output sensitive', code: 1027 })
  const glances = [{ choices }, body].map(
    (said) => openaiChat.glance && isWholeObject(JSON.stringify(said), openaiChat.glance),
  )
  expect(glances).toEqual([true, false])
})

test.each([
  [{ message: 'No.', type: 'tokens', code: 'rate_limit_exceeded' }, 429],
  [{ message: 'No.', type: 'engine_overloaded_error' }, 503],
  [{ message: 'No.', type: 'server_error', code: null }, 500],
  [{ message: 'No.', type: 'server_error', code: 503 }, 503],
  [{ message: 'No.', code: 'tool_use_failed' }, null],
])('inside an answer the error %j means the status %s', (error, status) => {
  expect(readErrorInside({ error })).toMatchObject({ status })
  expect(readErrorInside({ choices: [] })).toBeNull()
})
