// Express with multer to disk, as its README shows it. Arguments: folder.
import express from 'express'
import multer from 'multer'

const upload = multer({ dest: process.argv[2] })
const app = express()
app.post('/upload', upload.single('file'), (request, response) => response.json({ name: request.file.filename }))
const server = app.listen(0, '127.0.0.1', () => console.log(server.address().port))
