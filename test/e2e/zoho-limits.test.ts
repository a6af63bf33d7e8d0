// Zoho's credits and calls at once, also when several threads count together.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { form } from './files.ts'
import { openRaw } from './raw.ts'
import { startServer, type Server } from './server.ts'
import { createTenant, createToken, mustJson, type Tenant } from './tenant.ts'

