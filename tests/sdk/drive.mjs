// Drives a running sandbox with Adobe's own JavaScript SDK, unchanged.
//
//   node drive.mjs LINE [WORKFLOW]
//
// LINE is what `campaign-runner sandbox --format json` prints; WORKFLOW (default WKF1) is a
// workflow of its organization that was never started. One line of JSON goes to stdout: each step
// with what was seen. Exit code 0 where every step went as it should, else 1.
// CAMPAIGN_RUNNER_SDK_MODULES names the `node_modules` folder, by default the one beside this file.

import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const SDK = '@adobe/aio-lib-campaign-standard'

function loadSdk (baseUrl) {
  const here = path.dirname(fileURLToPath(import.meta.url))
  const modules = process.env.CAMPAIGN_RUNNER_SDK_MODULES || path.join(here, 'node_modules')
  const require = createRequire(path.join(path.resolve(modules), 'index.js'))
  // The SDK builds its client from this description, which names Adobe's host. Node keeps one copy
  // of a JSON module, so another server here is all that it takes.
  require(`${SDK}/spec/api.json`).servers[0].url = `${baseUrl}/{ORGANIZATION}/campaign`
  return require(SDK)
}

class Driver {
  constructor () {
    this.steps = []
  }

  async expect (name, isRight, call) {
    const step = { name }
    try {
      step.saw = await call()
    } catch (error) {
      step.error = error.message
    }
    step.ok = Boolean(isRight(step))
    this.steps.push(step)
    return step.saw
  }
}

const is = (value) => ({ saw }) => saw === value
const fails = (code, ...words) => ({ error }) =>
  error?.includes(code) && words.every((word) => error.includes(word)) && !error.includes('\n')

async function drive (sdk, { organization, api_key: apiKey, access_token: accessToken }, workflow) {
  const driver = new Driver()
  const client = await sdk.init(organization, apiKey, accessToken)
  const read = async (id) => (await client.getWorkflow(id)).body
  const state = async (id) => (await read(id)).state
  const control = async (as, id, command) => (await as.controlWorkflow(id, command)).status

  await driver.expect('read before', is('editing'), () => state(workflow))
  for (const [command, after] of [['start', 'started'], ['pause', 'paused'], ['resume', 'started']]) {
    await driver.expect(command, is(204), () => control(client, workflow, command))
    await driver.expect(`state after ${command}`, is(after), () => state(workflow))
  }

  const { PKey: key, activities } = await read(workflow)
  const href = activities.activity.signal1.trigger.href
  const parameters = { source: 'SDK', parameters: { audience: 'vip', size: 3 } }
  await driver.expect('signal', ({ saw }) => saw?.payload === '', () =>
    client.triggerSignalActivity(href, parameters))
  await driver.expect('a second signal', ({ saw }) => saw?.payload?.includes('10 minutes'), () =>
    client.triggerSignalActivity(href, parameters))

  await driver.expect('key begins with @', is(true), () => key.startsWith('@'))
  await driver.expect('read by key', is('started'), () => state(key))
  await driver.expect('stop by key', is(204), () => control(client, key, 'stop'))
  await driver.expect('state after stop', is('stopped'), () => state(workflow))

  const stranger = await sdk.init(organization, apiKey, 'wrong-token')
  await driver.expect('wrong token', fails('401', '401013', 'Oauth token is not valid'), () =>
    control(stranger, workflow, 'start'))
  const keyless = await sdk.init(organization, 'wrong-key', accessToken)
  await driver.expect('wrong key', fails('403', 'Api Key is invalid'), () =>
    control(keyless, workflow, 'start'))
  const elsewhere = await sdk.init('another-org', apiKey, accessToken)
  await driver.expect('unknown organization', fails('403', 'Profile is not valid'), () =>
    control(elsewhere, workflow, 'start'))
  await driver.expect('unknown workflow', fails('404', 'NOSUCH'), () =>
    control(client, 'NOSUCH', 'start'))
  await driver.expect('read of an unknown workflow', fails('404', 'NOSUCH'), () => read('NOSUCH'))
  await driver.expect('a signal without a source', ({ saw }) => saw?.code === 400, () =>
    client.triggerSignalActivity(href, {}))
  await driver.expect('a signal for a workflow that is stopped',
    ({ saw }) => saw?.code === 400 && saw.message.includes('not running'),
    () => client.triggerSignalActivity(href, parameters))
  // The SDK refuses this one itself, and sends it all the same.
  await driver.expect('unknown command', fails('start, pause, resume, stop'), () =>
    control(client, workflow, 'restart'))
  await driver.expect('state at the end', is('stopped'), () => state(workflow))
  return driver.steps
}

const [line, workflow = 'WKF1'] = process.argv.slice(2)
const place = JSON.parse(line)
const steps = await drive(loadSdk(place.base_url), place, workflow)
console.log(JSON.stringify({ ok: steps.every((step) => step.ok), steps }))
process.exitCode = steps.every((step) => step.ok) ? 0 : 1
