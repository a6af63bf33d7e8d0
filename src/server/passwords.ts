import { hash, verify } from '@node-rs/argon2'
import type { Passwords } from '../core/ports/contracts.ts'

/** OWASP's recommended costs for Argon2id: 19 MiB, two passes, one lane. */
const COSTS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }

/** Hash of a random, discarded password, at the same costs. */
const DECOY = '$argon2id$v=19$m=19456,t=2,p=1$3tc4cYLx/I5vhcCyay4RaQ$8WoZZRwkGjbSevsW0ymEG7ChF6XJlLdwisrF2dVmDJQ'

/** Argon2id on the thread pool. */
export const passwords: Passwords = {
  hash: (password) => hash(password, COSTS),
  async verify(known, password) {
    const isRight = await verify(known ?? DECOY, password)
    return isRight && known !== null
  },
}
