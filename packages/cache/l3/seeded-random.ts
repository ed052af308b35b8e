export { seededRandom } from '../src/sample-traffic/seeded-random.ts'
