// Sends one command with Adobe's own JavaScript SDK, as our `run` does.
//
//   node sdk_run.mjs LINE WORKFLOW
//
// LINE is what `campaign-runner sandbox --format json` prints.

import { createRequire } from 'node:module'

const SDK = '@adobe/aio-lib-campaign-standard'
const require = createRequire(import.meta.url)
const [line, workflow] = process.argv.slice(2)
const place = JSON.parse(line)

// The SDK builds its client from this description, which names Adobe's host. Node keeps one copy
// of a JSON module, so another server here is all that it takes.
require(`${SDK}/spec/api.json`).servers[0].url = `${place.base_url}/{ORGANIZATION}/campaign`
const client = await require(SDK).init(place.organization, place.api_key, place.access_token)
const answer = await client.controlWorkflow(workflow, 'start')
process.exitCode = answer.status === 204 ? 0 : 1
