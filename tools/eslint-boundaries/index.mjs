import { imports } from './imports.mjs'

export default {
  meta: { name: 'eslint-boundaries' },
  rules: { imports },
}
