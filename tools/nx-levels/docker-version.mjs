import { request } from 'node:http'

const ANSWERS_WITHIN_MS = 100

/**
 * The version of the Docker daemon; undefined when none answers in time.
 *
 * @param {string} [host] as in DOCKER_HOST
 * @returns {Promise<string | undefined>}
 */
export function dockerVersion(host = 'unix:///var/run/docker.sock') {
  return new Promise((resolve) => {
    const call = request({ ...addressOf(host), path: '/version', timeout: ANSWERS_WITHIN_MS })
    call.on('response', async (response) => {
      try {
        let body = ''
        for await (const chunk of response.setEncoding('utf8')) body += chunk
        resolve(JSON.parse(body).Version ?? 'unknown')
      } catch {
        // It answers, but not as Docker does, as Podman may: it is there, and what it is stays unknown.
        resolve('unknown')
      }
    })
    // No socket, a refusal and silence all leave the harness without containers.
    call.on('timeout', () => call.destroy(new Error('no answer')))
    call.on('error', () => resolve(undefined))
    call.end()
  })
}

function addressOf(host) {
  if (host.startsWith('unix://')) return { socketPath: host.slice('unix://'.length) }
  const { hostname, port } = new URL(host.replace(/^tcp:/, 'http:'))
  return { host: hostname, port: Number(port || 2375) }
}
