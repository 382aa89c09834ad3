import type { ReactNode } from 'react'
import type { LogRow } from '../../src/api/ui/contract.ts'
import { Untrusted } from './untrusted.tsx'

/** The function that stands for a model called by its own name. */
const DIRECT = 'tensorzero::default'

/** What was called: a function and its variant, or a model and who answered for it. */
export function RowName({ row }: { readonly row: LogRow }): ReactNode {
  const isDirect = row.function_name === DIRECT
  const name = isDirect ? row.requested_model : row.function_name
  const second = isDirect ? (row.provider ?? '') : row.variant_name
  return (
    <>
      <Untrusted text={name} />{' '}
      {second !== '' && (
        <i>
          / <Untrusted text={second} />
        </i>
      )}
    </>
  )
}
