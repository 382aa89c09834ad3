import { expect, test } from 'vitest'
import { isWholeObject } from './json-glance.ts'

const glance = { says: '"end"', beside: '"list"', never: ['"error"', '"fault"'] }

test.each<[string, boolean]>([
  ['{"list":[{"end":"stop"}]}', true],
  ['{ "list" : [ { "end" : "stop" , "n" : 1.5 } ] }\n', true],
  [String.raw`{"list":[{"end":"stop","text":"an \"error\" \\"}]}`, true],
  ['{"list":[{"end":"stop","text":"}]"}]}', true],
  // What is missing, or too much.
  ['{"list":[{"end":null}]}', false],
  ['{"list":[{"end":""}]}', false],
  ['{"list":["end"]}', false],
  ['{"other":[{"end":"stop"}]}', false],
  ['{"list":[{"end":"stop"}],"error":{}}', false],
  ['{"list":[{"end":"stop","error":{}}]}', false],
  ['{"list":[{"end":"stop"}],"fault":0}', false],
  // Half of it, or more than one.
  ['{"list":[{"end":"stop"}]', false],
  ['{"list":[{"end":"stop"}', false],
  ['{"list":[{"end":"stop","text":"a}]}', false],
  ['{"list":[{"end":"stop"}]}}', false],
  ['{"list":[{"end":"stop"}]} x', false],
  // No object.
  ['', false],
  ['[{"list":[],"end":"stop"}]', false],
  ['"list"', false],
  ['<html>"list" "end"</html>', false],
])('%s is a whole object that says how it ended: %s', (text, expected) => {
  expect(isWholeObject(text, glance)).toBe(expected)
})
