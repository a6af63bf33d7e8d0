/** Certificates for 127.0.0.1, made by openssl for a test. */
import { execFile } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

export interface CertificateFiles {
  readonly key: string
  readonly cert: string
}

/** `dates`: openssl's `-not_before` and `-not_after`, as YYYYMMDDHHMMSSZ; by default from now on for two days. */
export async function makeCertificate(
  folder: string,
  name: string,
  dates: readonly [string, string] | null = null,
): Promise<CertificateFiles> {
  const key = join(folder, `${name}.key`)
  const cert = join(folder, `${name}.crt`)
  const request = join(folder, `${name}.csr`)
  const extensions = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost']
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key]
  if (dates === null) {
    await run('openssl', ['req', '-x509', ...newKey, '-days', '2', '-subj', `/CN=${name}`, ...extensions, '-out', cert])
    return { key, cert }
  }
  await run('openssl', ['req', '-new', ...newKey, '-subj', `/CN=${name}`, '-out', request])
  await signByAuthority(folder, request, cert, key, dates)
  return { key, cert }
}

/** Only `openssl ca` of Debian 12 lets dates be chosen. */
async function signByAuthority(
  folder: string,
  request: string,
  cert: string,
  key: string,
  [from, to]: readonly [string, string],
): Promise<void> {
  const home = `${request}.ca`
  mkdirSync(home)
  writeFileSync(join(home, 'index.txt'), '')
  writeFileSync(join(home, 'serial'), '01\n')
  const config = join(home, 'ca.cnf')
  writeFileSync(
    config,
    `[ca]\ndefault_ca=a\n[a]\ndir=${home}\nnew_certs_dir=${home}\ndatabase=${home}/index.txt\nserial=${home}/serial\ndefault_md=sha256\npolicy=p\n[p]\ncommonName=supplied\n`,
  )
  const dates = ['-startdate', from, '-enddate', to]
  const self = ['-selfsign', '-keyfile', key, '-in', request, '-out', cert]
  await run('openssl', ['ca', '-batch', '-config', config, '-notext', ...dates, ...self], { cwd: folder })
}
