import { expect } from 'chai'
import { stopClock } from '../support/clock.ts'
import { beginFlow, codeOf, shareStandIn, wrongCodeOf, type Step } from '../support/flow.ts'

const left = ({ code, page }: Step): unknown[] => [code, page.json.error?.attemptsLeft]

describe('Wrong codes for one challenge', () => {
  const shared = shareStandIn()

  for (const channel of ['sms', 'voice']) {
    it(`end it with the fourth: ${channel}`, async () => {
      const { okta, tab, calls } = await beginFlow(shared.okta)
      await tab.start({ channel })
      const wrong = wrongCodeOf(okta)

      const answers = []
      for (let count = 1; count <= 4; count += 1) {
        answers.push(await tab.submit(wrong))
      }

      expect(answers.map(left)).to.deep.equal([
        ['incorrect_code', 3],
        ['incorrect_code', 2],
        ['incorrect_code', 1],
        ['too_many_attempts', undefined],
      ])
      expect(answers.map(({ status }) => status)).to.deep.equal([401, 401, 401, 429])
      expect(answers.map(({ challenge }) => challenge?.channel)).to.deep.equal([
        channel,
        channel,
        channel,
        undefined,
      ])
      const right = await tab.submit(codeOf(okta))
      expect(right).to.include({ status: 403, code: 'no_challenge' })
      expect(await tab.challenge()).to.equal(undefined)
      expect(await tab.user()).to.equal(undefined)
      expect(calls.count('token')).to.equal(4)
    })
  }

  it('reach Okta four times when fifty are sent at once', async () => {
    const { okta, tab, calls } = await beginFlow(shared.okta)
    await tab.start({ channel: 'sms' })
    const wrong = wrongCodeOf(okta)

    const answers = await Promise.all(Array.from({ length: 50 }, () => tab.copy().submit(wrong)))

    expect(calls.count('token')).to.equal(4)
    const codes = answers.map(({ code }) => code)
    expect([...new Set(codes)])
      .to.be.an('array')
      .that.includes('too_many_attempts')
    expect(['incorrect_code', 'too_many_attempts', 'no_challenge']).to.include.members(codes)
    expect(answers.map((answer) => left(answer)[1])).to.not.include(0)
    expect((await tab.submit(codeOf(okta))).code).to.equal('no_challenge')
    expect(calls.count('token')).to.equal(4)
  })

  it('are no codes that cannot be one, or are missing', async () => {
    const { okta, tab } = await beginFlow(shared.okta)
    await tab.start({ channel: 'sms' })

    for (let count = 1; count <= 6; count += 1) {
      expect((await tab.submit('abcdef')).code).to.equal('code_invalid')
      expect((await tab.poll()).code).to.equal('code_missing')
    }

    expect(left(await tab.submit(wrongCodeOf(okta)))).to.deep.equal(['incorrect_code', 3])
  })

  it('do not count for the next one', async () => {
    const clock = stopClock()
    const { okta, tab } = await beginFlow(shared.okta)
    await tab.start({ channel: 'sms' })
    for (let count = 1; count <= 3; count += 1) {
      await tab.submit(wrongCodeOf(okta))
    }
    clock.tick(30_000)

    await tab.resend()

    expect(left(await tab.submit(wrongCodeOf(okta)))).to.deep.equal(['incorrect_code', 3])
  })

  it('leave the last code its chance, when more are sent while it is on its way', async () => {
    const { okta, tab, calls } = await beginFlow(shared.okta)
    await tab.start({ channel: 'sms' })
    for (let count = 1; count <= 3; count += 1) {
      await tab.submit(wrongCodeOf(okta))
    }
    const other = tab.copy()
    const held = calls.hold('token')
    const last = tab.submit(codeOf(okta))
    await held.arrived

    const beside = await other.submit(wrongCodeOf(okta))
    held.release()

    expect(beside).to.include({ status: 429, code: 'too_many_attempts' })
    expect((await last).code).to.equal('complete')
    expect(await tab.user()).to.equal('alice@example.com')
  })

  it('are counted the same where Okta knows no such user', async () => {
    const { tab, calls } = await beginFlow(shared.okta)
    await tab.start({ username: 'nobody@example.com', channel: 'sms' })

    const answers = []
    for (let count = 1; count <= 5; count += 1) {
      answers.push(await tab.submit('000000'))
    }

    expect(answers.map(left)).to.deep.equal([
      ['incorrect_code', 3],
      ['incorrect_code', 2],
      ['incorrect_code', 1],
      ['too_many_attempts', undefined],
      ['no_challenge', undefined],
    ])
    expect(calls.count('token')).to.equal(0)
  })
})
