// Real clients, each making the upload call of the reference page's samples with the library that the sample uses.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { javaJars, python } from '../../../support/require.ts'
import type { ToolName } from '../../../support/require.ts'
import { uploadFromBrowser } from './browser.ts'
import { latin1 } from './fixture.ts'
import { output, runProgram } from './outcome.ts'
import type { Outcome, Upload } from './outcome.ts'

export interface Client {
  readonly name: string
  /** What has to be installed. */
  readonly tool: ToolName
  /** False where the client itself spoils names that are not ASCII, before they reach the wire. */
  readonly canKeepUnicodeNames: boolean
  /** The name that arrives when a file has this one. */
  nameAsSent(name: string): string
  run(upload: Upload): Promise<Outcome>
}

const here = (file: string) => join(import.meta.dirname, file)
const inOrder = ({ url, token, file }: Upload) => [url, token, file]

const keepsNames = { canKeepUnicodeNames: true, nameAsSent: (name: string) => name }
// The sample encodes from Latin-1 what is UTF-8 already.
const encodesTwice = { canKeepUnicodeNames: false, nameAsSent: latin1 }
const writesAscii = { canKeepUnicodeNames: false, nameAsSent: (name: string) => name.replace(/\P{ASCII}/gu, '?') }

export const clients: readonly Client[] = [
  { name: 'curl', tool: 'curl', ...keepsNames, run: byCurl() },
  // Not a sample of the page, but what a body of unknown length looks like: some SDKs send every upload so.
  { name: 'curl-chunked', tool: 'curl', ...keepsNames, run: byCurl('-H', 'Transfer-Encoding: chunked') },
  { name: 'php', tool: 'php', ...encodesTwice, run: script('php', 'upload.php') },
  { name: 'java', tool: 'java', ...writesAscii, run: byJava },
  { name: 'csharp', tool: 'mono', ...keepsNames, run: byMono },
  { name: 'python', tool: 'python', ...keepsNames, run: script(python() ?? 'python3', 'upload.py') },
  { name: 'ruby', tool: 'ruby', ...keepsNames, run: script('ruby', 'upload.rb') },
  { name: 'node', tool: 'node', ...keepsNames, run: script(process.execPath, 'upload.cjs') },
  { name: 'browser', tool: 'chromium', ...keepsNames, run: uploadFromBrowser },
]

function script(program: string, file: string): Client['run'] {
  return (upload) => runProgram(program, [here(file), ...inOrder(upload)])
}

function byCurl(...more: string[]): Client['run'] {
  return async ({ url, token, file }) => {
    const header = `Authorization: Zoho-oauthtoken ${token}`
    const format = ['-sS', '-w', '\n%{http_code}']
    const printed = await output('curl', [url, '-X', 'POST', '-H', header, '-F', `file=@${file}`, ...more, ...format])
    const cut = printed.lastIndexOf('\n')
    return { status: Number(printed.slice(cut + 1)), body: printed.slice(0, cut) }
  }
}

let javaClasses: Promise<string> | undefined

async function byJava(upload: Upload): Promise<Outcome> {
  javaClasses ??= compile('java', (folder) => ['javac', '-cp', javaJars.join(':'), '-d', folder, here('Upload.java')])
  return runProgram('java', ['-cp', [await javaClasses, ...javaJars].join(':'), 'Upload', ...inOrder(upload)])
}

let monoProgram: Promise<string> | undefined

async function byMono(upload: Upload): Promise<Outcome> {
  monoProgram ??= compile('csharp', (folder) => ['mcs', `-out:${join(folder, 'Upload.exe')}`, here('Upload.cs')])
  return runProgram('mono', [join(await monoProgram, 'Upload.exe'), ...inOrder(upload)])
}

/** Compiles once for all calls of this process. Answers the folder of the result. */
async function compile(name: string, command: (folder: string) => [string, ...string[]]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), `dossier-${name}-`))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  const [program, ...args] = command(folder)
  await output(program, args)
  return folder
}
