import type { ReactNode } from 'react'

/** Water stands high behind a low dam, falls over it and runs on. */
export function Mark(): ReactNode {
  return (
    <svg viewBox="0 0 20 20" aria-hidden="true">
      <path className="mark-water" d="M2 6h6.500c3 0 2.500 8.500 6 8.500H18" />
      <path className="mark-dam" d="M2 17h6.500V10" />
    </svg>
  )
}
