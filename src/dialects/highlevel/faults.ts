/**
 * Faults raised by this dialect. `text` in the details is the text that the vendor fixes; the message is the
 * explanatory hint.
 */
import { Fault } from '../../core/model/fault.ts'

export const PUBLISHED_VERSIONS = ['2021-04-15', '2021-07-28', '2023-02-21', 'v3'] as const

export function versionMissing(): Fault {
  return new Fault(
    'unauthenticated',
    'parameter',
    `Send the header "Version", one of ${PUBLISHED_VERSIONS.join(', ')}.`,
    { reason: 'version', details: { text: 'version header was not found.' } },
  )
}

export function versionUnpublished(found: string): Fault {
  return new Fault(
    'unauthenticated',
    'parameter',
    `"${found.slice(0, 40)}" is no published version; the header "Version" must be one of ${PUBLISHED_VERSIONS.join(', ')}.`,
    { reason: 'version', details: { text: 'version header is invalid' } },
  )
}

export function outsideLocation(): Fault {
  return new Fault(
    'forbidden',
    'organization',
    "The locationId is not the token's own: a token opens one location, and there the locationId must be that one's.",
  )
}

/** An agency's token may hold the scope's name and still has no contacts; this is the live API's text. */
export function outsideScope(): Fault {
  return new Fault(
    'forbidden',
    'scope',
    'This is a token of an agency; use a private integration token or an access token of the sub-account.',
  )
}

/** The same for an agency's OAuth access token, for which the live API has another text. */
export function outsideClass(): Fault {
  return new Fault(
    'forbidden',
    'scope',
    'This is a token of an agency; ask /oauth/locationToken for one of the location.',
    {
      details: { text: 'This authClass type is not allowed to access this scope.' },
    },
  )
}

export function contactUnknown(id: string): Fault {
  const text = `Contact with id ${id.slice(0, 60)} not found`
  return new Fault('not_found', 'record', `${text} in the location of the token.`, { details: { text } })
}

export function fieldUnknown(id: string, more = ''): Fault {
  return new Fault('not_found', 'field', `Custom field with id ${id.slice(0, 60)} not found${more}`)
}

/** NestJS's ValidationPipe: status 422 and a list of sentences. */
export function invalid(messages: readonly string[]): Fault {
  return new Fault('invalid_input', 'parameter', `${messages.join('; ')}.`, {
    reason: 'validation',
    details: { messages },
  })
}

export function invalidUrl(sentence: string): Fault {
  return new Fault('invalid_input', 'link', sentence, { details: { text: 'Invalid URL' } })
}

export function duplicated(contactId: string, contactName: string, matchingField: 'email' | 'phone'): Fault {
  return new Fault(
    'conflict',
    'record',
    `Contact ${contactId} has the same ${matchingField}; update it, or send the request to /contacts/upsert.`,
    {
      details: {
        text: 'This location does not allow duplicated contacts.',
        meta: { contactId, contactName, matchingField },
      },
    },
  )
}
