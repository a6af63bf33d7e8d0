import type { Fault } from '../core/model/fault.ts'

/** The fault's message as a header value: printable ASCII, one line, other characters as `?`. Sent with every refusal. */
export function hintOf(fault: Fault): string {
  return fault.message
    .replace(/[\u2018\u2019\u201c\u201d]/g, '"')
    .replace(/[^\x20-\x7e]/g, '?')
    .slice(0, 1_000)
}
