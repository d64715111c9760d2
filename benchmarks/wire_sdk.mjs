// Sends commands with Adobe's own SDK, one after another: node wire_sdk.mjs PORT COMMANDS
//
// CAMPAIGN_RUNNER_SDK_MODULES names the `node_modules` folder, by default that of tests/sdk.

import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const SDK = '@adobe/aio-lib-campaign-standard'
const [port, commands] = process.argv.slice(2)
const here = path.dirname(fileURLToPath(import.meta.url))
const modules = process.env.CAMPAIGN_RUNNER_SDK_MODULES || path.join(here, '../tests/sdk/node_modules')
const require = createRequire(path.join(path.resolve(modules), 'index.js'))
require(`${SDK}/spec/api.json`).servers[0].url = `http://127.0.0.1:${port}/{ORGANIZATION}/campaign`
const client = await require(SDK).init('acme', 'benchmark-api-key', 'benchmark-access-token')
const started = performance.now()
for (let number = 0; number < Number(commands); number++) {
  await client.controlWorkflow(`WKF${number}`, 'stop')
}
console.log((performance.now() - started) / 1000)
