import { connect, type Socket } from 'node:net'
import type { Server } from '../../support/server.ts'
import type { Tenant } from '../../support/tenant.ts'

/** An upload to the tenant's lead that has said to be of 40 MB, sends these bytes of it, and never the rest. */
export function beginHalf(
  { origin }: Server,
  { leadId }: Tenant,
  token: string,
  bytes: string | Uint8Array = 'the first bytes of many',
): Socket {
  const socket = connect(Number(new URL(origin).port), '127.0.0.1').on('error', () => undefined)
  const head = [
    `POST /crm/v2/Leads/${leadId}/Attachments HTTP/1.1`,
    'Host: x',
    `Authorization: Zoho-oauthtoken ${token}`,
    'Content-Type: multipart/form-data; boundary=b',
    'Content-Length: 40000000',
    '',
    '--b',
    'Content-Disposition: form-data; name="file"; filename="half.bin"',
    '',
    '',
  ]
  socket.write(head.join('\r\n'))
  socket.write(bytes)
  return socket
}
