import { catalogue } from '../support/error-catalogue.ts'
import { expectOutcome } from '../support/outcome.ts'

for (const call of ['start', 'poll', 'code'] as const) {
  describe(`Okta’s catalogue of errors, in answer to a ${call}`, () => {
    for (const [name, [status, error, text, { [call]: expected }]] of Object.entries(catalogue)) {
      if (expected) {
        it(`${name}: ${expected.code}`, async () => {
          const body = { error, error_description: text }
          await expectOutcome(call, { status, body }, expected)
        })
      }
    }
  })
}
