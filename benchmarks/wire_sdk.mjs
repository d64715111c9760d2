// Sends commands with Adobe's own SDK, one after another.
//
//   node wire_sdk.mjs PORT COMMANDS

import { createRequire } from 'node:module'

const SDK = '@adobe/aio-lib-campaign-standard'
const require = createRequire(import.meta.url)
const [port, commands] = process.argv.slice(2)

// As in sdk_run.mjs: the SDK's client goes where this description says.
require(`${SDK}/spec/api.json`).servers[0].url = `http://127.0.0.1:${port}/{ORGANIZATION}/campaign`
const client = await require(SDK).init('acme', 'benchmark-api-key', 'benchmark-access-token')
for (let number = 0; number < Number(commands); number++) {
  const answer = await client.controlWorkflow(`WKF${number}`, 'stop')
  if (answer.status !== 204) throw new Error(`WKF${number}: ${answer.status}`)
}
