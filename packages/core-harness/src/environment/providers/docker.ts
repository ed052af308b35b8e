import { request } from 'node:http'

import { messageOf } from '../errors.ts'

const ANSWER_WITHIN_MS = 3_000
const REGISTRY_WITHIN_MS = 10_000

type Answer = { readonly why: string; readonly obstacle?: undefined } | { readonly obstacle: string; readonly remedy: string }

/**
 * Asks the Docker daemon whether it can run an image: it has it, or its registry does.
 *
 * Speaks the Engine API directly, because this is asked before anything else and has to be quick where there is no daemon.
 */
export async function askDocker(image: string): Promise<Answer> {
  const address = daemonAddress()
  try {
    const { status } = await get(address, '/_ping', ANSWER_WITHIN_MS)
    if (status !== 200) throw new Error(`it answered with status ${status}`)
  } catch (error) {
    return {
      obstacle: `no Docker daemon answers at ${describe(address)} (${messageOf(error)})`,
      remedy: 'Start Docker, or set DOCKER_HOST.',
    }
  }
  const name = encodeURIComponent(image)
  if ((await get(address, `/images/${name}/json`, ANSWER_WITHIN_MS)).status === 200)
    return { why: `the Docker daemon has ${image}` }
  try {
    const { status, body } = await get(address, `/distribution/${name}/json`, REGISTRY_WITHIN_MS)
    if (status === 200) return { why: `the Docker daemon can pull ${image}` }
    throw new Error(body.slice(0, 200).trim())
  } catch (error) {
    return {
      obstacle: `the Docker daemon has no image ${image} and cannot pull it (${messageOf(error)})`,
      remedy: `docker pull ${image}, or build it with docker/build.sh.`,
    }
  }
}

type Address = { readonly socketPath: string } | { readonly host: string; readonly port: number }

/** Where the daemon is, as the docker command finds it. TLS is left to the container library: a daemon behind it is not found here. */
export function daemonAddress(environment = process.env): Address {
  const host = environment.DOCKER_HOST ?? 'unix:///var/run/docker.sock'
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  const url = new URL(host.replace(/^tcp:/, 'http:'))
  return { host: url.hostname, port: Number(url.port || 2375) }
}

function describe(address: Address): string {
  return 'socketPath' in address ? address.socketPath : `${address.host}:${address.port}`
}

function get(address: Address, path: string, withinMs: number): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...address, path, timeout: withinMs }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body }))
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error(`no answer within ${withinMs} ms`)))
    asked.on('error', reject)
    asked.end()
  })
}
