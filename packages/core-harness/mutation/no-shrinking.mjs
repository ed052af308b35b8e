import fc from 'fast-check'

// That a property fails is enough: the smallest case in which it does would be looked for thousands of times.
fc.configureGlobal({ endOnFailure: true })
