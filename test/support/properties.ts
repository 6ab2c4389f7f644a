/** Ends a property in time to report its smallest counterexample so far, not mocha's timeout. */
export const inTime = { interruptAfterTimeLimit: 6000 }
