import { request } from 'node:http'

import { daemonAddress } from './docker.ts'
import { OWNER_LABEL } from './container-label.ts'

/**
 * Removes all containers of an owner, with their volumes. A creation that was under way when the owner was killed may
 * come late, so it looks until two looks in a row, half a second apart, found none.
 *
 * @param deadline on the clock of `performance.now()`, in milliseconds
 */
export async function removeContainers(owner: string, deadline: number): Promise<void> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${OWNER_LABEL}=${owner}`] }))
  for (let quiet = 0; quiet < 2 && performance.now() < deadline; ) {
    const found = JSON.parse(await ask('GET', `/containers/json?all=true&filters=${filters}`)) as { Id: string }[]
    quiet = found.length === 0 ? quiet + 1 : 0
    await Promise.all(found.map(({ Id }) => ask('DELETE', `/containers/${Id}?force=true&v=true`)))
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
}

/** @throws Error for a status other than success, "gone" or "being removed" */
function ask(method: string, path: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...daemonAddress(), method, path, timeout: 8_000 }, (response) => {
      let body = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => (body += text))
      response.on('end', () => {
        const status = response.statusCode ?? 0
        if (status < 300 || status === 404 || status === 409) resolve(body)
        else reject(new Error(`the Docker daemon answered ${method} ${path} with ${status}: ${body.trim()}`))
      })
      response.on('error', reject)
    })
    asked.on('timeout', () => asked.destroy(new Error('the Docker daemon does not answer')))
    asked.on('error', reject)
    asked.end()
  })
}
