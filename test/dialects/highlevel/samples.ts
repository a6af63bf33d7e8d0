/** A small real file of each type on HighLevel's list, made here byte by byte. */
import { crc32 } from 'node:zlib'

export interface Sample {
  readonly extension: string
  /** What a part says that such a file is. */
  readonly type: string
  readonly bytes: Buffer
}

const administration = 'application/vnd.openxmlformats-officedocument'
const base64 = (text: string) => Buffer.from(text, 'base64')

export const png = base64(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
)

const gif = base64('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7')

const jpeg = base64(
  '/9j/4AAQSkZJRgABAQEASABIAAD/2wBDAP//////////////////////////////////////////////////////////////////////////////////////wgALCAABAAEBAREA/8QAFBABAAAAAAAAAAAAAAAAAAAAAP/aAAgBAQABPxA=',
)

export const pdf = Buffer.from(
  `%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>endobj
xref
0 4
0000000000 65535 f 
0000000009 00000 n 
0000000052 00000 n 
0000000101 00000 n 
trailer<</Size 4/Root 1 0 R>>
startxref
160
%%EOF
`,
)

/** An archive of stored entries, as APPNOTE 4.3 lays it out. */
export function zip(entries: Readonly<Record<string, string>>): Buffer {
  const locals: Buffer[] = []
  const central: Buffer[] = []
  let offset = 0
  for (const [path, text] of Object.entries(entries)) {
    const name = Buffer.from(path)
    const data = Buffer.from(text)
    const facts = Buffer.alloc(26)
    facts.writeUInt16LE(20, 0)
    facts.writeUInt32LE(crc32(data), 10)
    facts.writeUInt32LE(data.length, 14)
    facts.writeUInt32LE(data.length, 18)
    facts.writeUInt16LE(name.length, 22)
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), facts, name, data])
    const place = Buffer.alloc(14)
    place.writeUInt32LE(offset, 10)
    central.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), facts, place, name]))
    locals.push(local)
    offset += local.length
  }
  const directory = Buffer.concat(central)
  const end = Buffer.alloc(22)
  end.write('PK\x05\x06', 'latin1')
  end.writeUInt16LE(locals.length, 8)
  end.writeUInt16LE(locals.length, 10)
  end.writeUInt32LE(directory.length, 12)
  end.writeUInt32LE(offset, 16)
  return Buffer.concat([...locals, directory, end])
}

/** A compound file (MS-CFB) whose one stream is empty: what .doc and .xls are kept in. */
function compound(stream: string): Buffer {
  const file = Buffer.alloc(512 * 3)
  base64('0M8R4KGxGuE=').copy(file)
  file.writeUInt16LE(0x3e, 24)
  file.writeUInt16LE(3, 26)
  file.writeUInt16LE(0xfffe, 28)
  file.writeUInt16LE(9, 30)
  file.writeUInt16LE(6, 32)
  file.writeUInt32LE(1, 44)
  file.writeUInt32LE(1, 48)
  file.writeUInt32LE(4096, 56)
  file.writeUInt32LE(0xfffffffe, 60)
  file.writeUInt32LE(0xfffffffe, 68)
  file.fill(0xff, 76, 512)
  file.writeUInt32LE(0, 76)
  file.fill(0xff, 512, 1024)
  file.writeUInt32LE(0xfffffffd, 512)
  file.writeUInt32LE(0xfffffffe, 516)
  for (const [index, [name, kind]] of (
    [
      ['Root Entry', 5],
      [stream, 2],
    ] as const
  ).entries()) {
    const at = 1024 + index * 128
    file.write(name, at, 'utf16le')
    file.writeUInt16LE((name.length + 1) * 2, at + 64)
    file.writeUInt8(kind, at + 66)
    file.fill(0xff, at + 68, at + 80)
    file.writeUInt32LE(0xfffffffe, at + 116)
  }
  file.writeUInt32LE(1, 1024 + 76)
  return file
}

function box(kind: string, ...content: Buffer[]): Buffer {
  const body = Buffer.concat([Buffer.from(kind), ...content])
  const size = Buffer.alloc(4)
  size.writeUInt32BE(body.length + 4)
  return Buffer.concat([size, body])
}

const documentXml = {
  '[Content_Types].xml':
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"></Types>',
  'word/document.xml': '<?xml version="1.0"?><document/>',
}
const workbookXml = {
  '[Content_Types].xml': documentXml['[Content_Types].xml'],
  'xl/workbook.xml': '<?xml version="1.0"?><workbook/>',
}

export const samples: readonly Sample[] = [
  { extension: 'pdf', type: 'application/pdf', bytes: pdf },
  { extension: 'docx', type: `${administration}.wordprocessingml.document`, bytes: zip(documentXml) },
  { extension: 'doc', type: 'application/msword', bytes: compound('WordDocument') },
  { extension: 'jpg', type: 'image/jpeg', bytes: jpeg },
  { extension: 'jpeg', type: 'image/jpeg', bytes: jpeg },
  { extension: 'png', type: 'image/png', bytes: png },
  { extension: 'gif', type: 'image/gif', bytes: gif },
  { extension: 'csv', type: 'text/csv', bytes: Buffer.from('BMI,age\r\n21,44\r\n') },
  { extension: 'xlsx', type: `${administration}.spreadsheetml.sheet`, bytes: zip(workbookXml) },
  { extension: 'xls', type: 'application/vnd.ms-excel', bytes: compound('Workbook') },
  {
    extension: 'mp4',
    type: 'video/mp4',
    bytes: Buffer.concat([box('ftyp', Buffer.from('isom\0\0\x02\0isomiso2mp41')), box('mdat'), box('moov')]),
  },
  { extension: 'mpeg', type: 'video/mpeg', bytes: base64('AAABukQABAAEAQAAA/gAAAG7AAiAAAEE4X/AwMAgAAABuQ==') },
  { extension: 'zip', type: 'application/zip', bytes: zip({ 'a.txt': 'a' }) },
  { extension: 'rar', type: 'application/vnd.rar', bytes: base64('UmFyIRoHAQAzkrXlCgEFBgAFAQGAgAAdd1ZRAwUEAA==') },
  { extension: 'txt', type: 'text/plain', bytes: Buffer.from('MZ begins this line of plain text.\n') },
  {
    extension: 'svg',
    type: 'image/svg+xml',
    bytes: Buffer.from(
      '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"><rect width="1" height="1"/></svg>',
    ),
  },
]

/** The beginning of a Windows program: DOS header, its stub's text, and the PE signature that the header points at. */
export const program = (() => {
  const bytes = Buffer.alloc(512)
  bytes.write('MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff', 'latin1')
  bytes.writeUInt32LE(0x80, 0x3c)
  bytes.write('This program cannot be run in DOS mode.', 0x4e)
  bytes.write('PE\0\0', 0x80)
  return bytes
})()

export const page = Buffer.from('<!DOCTYPE html><html><script>alert(1)</script></html>')
