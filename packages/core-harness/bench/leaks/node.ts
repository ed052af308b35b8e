/** A hosted node that does next to nothing. */
export default {
  contract: 'leaks',
  name: 'leaks',
  offers: [],
  open: () => Promise.resolve({ echo: (value: unknown) => value, close: () => Promise.resolve() }),
}
