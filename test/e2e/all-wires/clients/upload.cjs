// Uploads with got 11 and form-data, the file as a stream. Usage: node upload.cjs URL TOKEN FILE
const { createReadStream } = require('node:fs')
const FormData = require('form-data')
const got = require('got')

const upload = async (url, token, path) => {
  const body = new FormData()
  body.append('file', createReadStream(path))
  const headers = { Authorization: `Zoho-oauthtoken ${token}` }
  const answer = await got(url, { method: 'POST', headers, body, encoding: 'utf8', throwHttpErrors: false })
  // An answer that comes before the body is sent leaves Node with a socket that keeps the process alive for a minute.
  process.stdout.write(`${answer.statusCode}\n${answer.body}`, () => process.exit())
}

void upload(...process.argv.slice(2))
